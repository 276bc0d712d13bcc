// LSTM, GRU, RNN.
#include <algorithm>
#include <cctype>

#include "mote/formats/onnx/import.h"
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
    const bool takes_beta =
        activation == "scaledtanh" || activation == "hardsigmoid" || activation == "affine";
    attrs.alphas.push_back(takes_alpha && next_alpha < alphas.size() ? alphas[next_alpha++]
                                                                     : defaults.alpha);
    attrs.betas.push_back(takes_beta && next_beta < betas.size() ? betas[next_beta++]
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

}  // namespace

void ops_recurrent(OnnxSink& sink) {
  sink.add_import({.op_type = "LSTM", .handler = import_recurrent, .op = "lstm"});
  sink.add_import({.op_type = "GRU", .handler = import_recurrent, .op = "gru"});
  sink.add_import({.op_type = "RNN", .handler = import_recurrent, .op = "rnn"});
}

}  // namespace mote::onnx
