// LSTM, GRU, RNN.
#include <algorithm>
#include <cctype>

#include "mote/formats/onnx/export.h"
#include "mote/formats/onnx/import.h"
#include "mote/ir/op_def.h"
#include "mote/ops/recurrent_attrs.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

Direction direction_of(const NodeImport& node) {
  const std::string text = node.text("direction", "forward");
  for (const Direction candidate : enum_values(Direction{})) {
    if (name(candidate) == text) return candidate;
  }
  node.fail("direction is '{}', expected forward, reverse or bidirectional", text);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool takes_beta(std::string_view activation) {
  return activation == "scaledtanh" || activation == "hardsigmoid" || activation == "affine";
}

// Alphas and betas are listed for the activations that take one, in their order.
void set_activations(const NodeImport& node, RecurrentAttrs& attrs) {
  for (const std::string& activation : node.texts("activations")) {
    attrs.activations.push_back(lower(activation));
  }
  if (attrs.activations.empty()) {
    attrs.activations = default_activations(node.row().op, attrs.direction);
  }
  const std::vector<float> alphas = node.reals("activation_alpha");
  const std::vector<float> betas = node.reals("activation_beta");
  size_t next_alpha = 0;
  size_t next_beta = 0;
  for (const std::string& activation : attrs.activations) {
    const ActivationDefaults defaults = activation_defaults(activation);
    const bool takes_alpha = defaults.alpha != 0.0f;
    attrs.alphas.push_back(takes_alpha && next_alpha < alphas.size() ? alphas[next_alpha++]
                                                                     : defaults.alpha);
    attrs.betas.push_back(takes_beta(activation) && next_beta < betas.size() ? betas[next_beta++]
                                                                             : defaults.beta);
  }
}

// layout = 1 puts the batch first everywhere.
void import_recurrent(NodeImport& node) {
  RecurrentAttrs attrs;
  attrs.direction = direction_of(node);
  attrs.clip = node.real("clip", 0.0f);
  attrs.input_forget = node.integer("input_forget", 0) != 0;
  attrs.linear_before_reset = node.integer("linear_before_reset", 0) != 0;
  set_activations(node, attrs);
  const bool batch_first = node.integer("layout", 0) != 0;
  const std::vector<int64_t> swapped{1, 0, 2};
  const auto operand = [&](size_t i, bool has_batch) -> ValueId {
    if (!node.has_input(i)) return {};
    return batch_first && has_batch ? node.transpose(node.input(i), swapped) : node.input(i);
  };
  std::vector<ValueId> inputs{operand(0, true),  operand(1, false), operand(2, false),
                              operand(3, false), operand(4, false), operand(5, true)};
  if (node.row().op == "lstm") {
    inputs.push_back(operand(6, true));
    inputs.push_back(operand(7, false));
  }
  const auto results = node.emit_all(node.row().op, std::move(inputs), Attributes::of(attrs));
  for (size_t i = 0; i < results.size(); ++i) {
    if (!node.has_output(i)) continue;
    ValueId value = results[i];
    // y [t,d,n,h] becomes [n,t,d,h]; the states [d,n,h] become [n,d,h].
    if (batch_first)
      value = node.transpose(value, i == 0 ? std::vector<int64_t>{2, 0, 1, 3} : swapped);
    node.output(i, value);
  }
}

// ONNX's spelling of an activation.
std::string spelled(const NodeExport& node, std::string_view activation) {
  constexpr std::string_view kNames[] = {
      "Relu",       "Tanh",        "Sigmoid", "Affine",   "LeakyRelu", "ThresholdedRelu",
      "ScaledTanh", "HardSigmoid", "Elu",     "Softsign", "Softplus"};
  for (const std::string_view name : kNames) {
    if (lower(std::string(name)) == activation) return std::string(name);
  }
  node.refuse("activation '{}' has no name in ONNX", activation);
}

void export_recurrent(NodeExport& node) {
  const auto& attrs = node.attrs<RecurrentAttrs>();
  std::vector<std::string> activations;
  std::vector<float> alphas;
  std::vector<float> betas;
  std::vector<std::string> own = attrs.activations;
  if (own.empty()) own = default_activations(node.node().op->name, attrs.direction);
  for (size_t i = 0; i < own.size(); ++i) {
    activations.push_back(spelled(node, own[i]));
    const ActivationDefaults defaults = activation_defaults(own[i]);
    const bool takes_alpha = defaults.alpha != 0.0f;
    if (takes_alpha) alphas.push_back(i < attrs.alphas.size() ? attrs.alphas[i] : defaults.alpha);
    if (takes_beta(own[i]))
      betas.push_back(i < attrs.betas.size() ? attrs.betas[i] : defaults.beta);
  }
  const Shape& r = node.input_type(2).shape;
  OnnxAttributes attributes{{"direction", std::string(name(attrs.direction))},
                            {"hidden_size", r[2]},
                            {"activations", activations}};
  if (!alphas.empty()) attributes.push_back({"activation_alpha", alphas});
  if (!betas.empty()) attributes.push_back({"activation_beta", betas});
  if (attrs.clip != 0.0f) attributes.push_back({"clip", attrs.clip});
  const std::string_view op_type = node.row().op_type;
  if (attrs.input_forget && op_type == "LSTM") attributes.push_back({"input_forget", int64_t{1}});
  if (attrs.linear_before_reset && op_type == "GRU") {
    attributes.push_back({"linear_before_reset", int64_t{1}});
  }
  std::vector<std::string> inputs;
  for (size_t i = 0; i < node.node().inputs.size(); ++i) {
    const bool lengths = i == 4 && node.has_input(i);
    inputs.push_back(lengths ? node.input_as(i, DataType::kI32) : node.input(i));
  }
  const size_t outputs = node.node().outputs.size();
  const auto results = node.emit_all(op_type, inputs, attributes, outputs);
  for (size_t i = 0; i < outputs; ++i) node.output(i, results[i]);
}

}  // namespace

void ops_recurrent(OnnxSink& sink) {
  sink.add_export({.op = "lstm", .handler = export_recurrent, .op_type = "LSTM"});
  sink.add_export({.op = "gru", .handler = export_recurrent, .op_type = "GRU"});
  sink.add_export({.op = "rnn", .handler = export_recurrent, .op_type = "RNN"});
  sink.add_import({.op_type = "LSTM", .handler = import_recurrent, .op = "lstm"});
  sink.add_import({.op_type = "GRU", .handler = import_recurrent, .op = "gru"});
  sink.add_import({.op_type = "RNN", .handler = import_recurrent, .op = "rnn"});
}

}  // namespace mote::onnx
