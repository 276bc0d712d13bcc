#include "mote/formats/onnx/fold_qdq.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "mote/formats/onnx/integer_form.h"
#include "mote/ir/op_def.h"
#include "mote/ops/evaluate.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

constexpr int32_t kSignShift = 128;

class Folder {
 public:
  explicit Folder(Graph& graph) : graph_(graph) {}

  void run() {
    for_each_node([&](NodeId id) { make_signed(id); });
    for_each_node([&](NodeId id) { sink_dequantize(id); });
    for_each_node([&](NodeId id) { fuse_activation(id); });
    for_each_node([&](NodeId id) { fold_node(id); });
    for_each_node([&](NodeId id) { cancel_pair(id); });
    for_each_node([&](NodeId id) { evaluate_constant(id); });
  }

  void report(ConversionReport& report) const {
    const auto add = [&](const std::vector<std::string>& names, std::string_view change) {
      if (names.empty()) return;
      report.add(fmt::format("{} nodes", names.size()),
                 fmt::format("{}: {}", change, fmt::join(names, ", ")));
    };
    add(folded_,
        "computed in integers where the file says float between DequantizeLinear and "
        "QuantizeLinear; a result may differ by one step");
    add(requantized_,
        "computed at a scale that the integer form asks for and then rescaled; a result may differ "
        "by one step more");
    add(biases_, "the float bias is rounded to scale(input) * scale(weights)");
    add(shifted_,
        "unsigned integers became signed ones with zero points moved by 128; same numbers");
    std::vector<std::string> ties;
    for (const NodeId id : graph_.topological_order()) {
      if (is(id, "quantize")) ties.push_back(graph_.node(id).name);
    }
    add(ties, "a number halfway between two steps is rounded away from zero, in ONNX to even");
  }

 private:
  template <class Step>
  void for_each_node(Step step) {
    consumers_ = graph_.consumers();
    for (const NodeId id : graph_.topological_order()) {
      if (graph_.contains(id)) step(id);
    }
  }

  bool is(NodeId id, std::string_view name) const { return is_op(graph_.node(id), name); }

  ValueId integers_of(ValueId value) const { return onnx::integers_of(graph_, value); }

  // The only reader of a value that is no output; an invalid id otherwise.
  NodeId only_reader(ValueId value) const {
    const auto index = static_cast<size_t>(value.index);
    if (graph_.is_output(value) || index >= consumers_.size() || consumers_[index].size() != 1)
      return {};
    return graph_.contains(consumers_[index][0]) ? consumers_[index][0] : NodeId{};
  }

  ValueId add(std::string_view op_name, ValueId input, DataType dtype,
              std::optional<Quantization> record) {
    Node node{.op = &op(op_name), .name = graph_.value(input).name + "_" + std::string(op_name)};
    node.inputs = {input};
    if (op_name == "quantize") node.attributes = Attributes::of(TypeAttrs{dtype});
    return graph_.add_node(std::move(node), {{}, {std::move(record)}})[0];
  }

  static Quantization shifted(Quantization record) {
    for (int32_t& zero_point : record.zero_points) zero_point -= kSignShift;
    return record;
  }

  ValueId signed_constant(const Value& value) {
    Tensor tensor(DataType::kI8, value.type.shape);
    const auto from = value.constant->data<uint8_t>();
    std::transform(from.begin(), from.end(), tensor.data<int8_t>().begin(),
                   [](uint8_t v) { return static_cast<int8_t>(v - kSignShift); });
    return graph_.add_constant(value.name, std::move(tensor), shifted(*value.type.quantization));
  }

  void make_signed(NodeId id) {
    const Node& node = graph_.node(id);
    const bool quantizes = is(id, "quantize");
    if (!quantizes && !is(id, "dequantize")) return;
    const ValueId integers = quantizes ? node.outputs[0] : node.inputs[0];
    const Value value = graph_.value(integers);
    if (value.type.dtype != DataType::kU8) return;
    shifted_.push_back(node.name);
    const Quantization record = shifted(*value.type.quantization);
    if (!quantizes && value.kind == ValueKind::kConstant) {
      const ValueId constant = signed_constant(value);
      graph_.mutable_node(id).inputs[0] = constant;
      return;
    }
    if (!record.is_per_tensor()) return;
    // Through real numbers and back to the integers of the other kind: exact, and where both sides
    // are inside the graph the pair cancels.
    if (quantizes) {
      const ValueId inner = add("quantize", node.inputs[0], DataType::kI8, record);
      graph_.mutable_node(id).inputs[0] = add("dequantize", inner, DataType::kF32, std::nullopt);
      return;
    }
    const ValueId real = node.outputs[0];
    const NodeId maker = value.kind == ValueKind::kComputed ? value.producer : NodeId{};
    if (maker.valid() && is(maker, "quantize")) {
      const ValueId before = integers_of(graph_.node(maker).inputs[0]);
      const bool made_here = before.valid() && graph_.value(before).type.quantization == record;
      if (made_here) graph_.mutable_node(id).inputs[0] = before;
      return;
    }
    const ValueId inner = add("quantize", real, DataType::kI8, record);
    const ValueId again = add("dequantize", inner, DataType::kF32, std::nullopt);
    graph_.replace_uses(real, again);
    graph_.mutable_node(graph_.value(inner).producer).inputs[0] = real;
  }

  // Data that only moves can move as integers: transpose(dequantize(x)) = dequantize(transpose(x)).
  void sink_dequantize(NodeId id) {
    const Node& node = graph_.node(id);
    if (!is(id, "transpose") && !is(id, "reshape")) return;
    const ValueId integers = integers_of(node.inputs[0]);
    if (!integers.valid() || graph_.is_output(node.outputs[0])) return;
    const std::optional<Quantization> record = graph_.value(integers).type.quantization;
    if (!record || !record->is_per_tensor()) return;
    Node moved{
        .op = node.op, .name = node.name, .inputs = {integers}, .attributes = node.attributes};
    const ValueId out = graph_.add_node(std::move(moved), {{}, {record}})[0];
    const ValueId old = graph_.node(id).outputs[0];
    graph_.replace_uses(old, add("dequantize", out, DataType::kF32, std::nullopt));
  }

  // conv -> relu -> quantize: the clamp goes into the operator, where it is one.
  void fuse_activation(NodeId id) {
    const Node& clamp = graph_.node(id);
    if (!is(id, "relu") && !is(id, "relu6") && !is(id, "relu_n1_to_1")) return;
    const NodeId reader = only_reader(clamp.outputs[0]);
    if (!reader.valid() || !is(reader, "quantize")) return;
    const Value& value = graph_.value(clamp.inputs[0]);
    if (value.kind != ValueKind::kComputed || only_reader(clamp.inputs[0]) != id) return;
    const Node& before = graph_.node(value.producer);
    if (!integers_of(before.inputs.empty() ? ValueId{} : before.inputs[0]).valid()) return;
    for (const NamedAttr& attribute : before.attributes.list()) {
      if (attribute.name != "activation" || attribute.value != AttrValue(std::string("none")))
        continue;
      Node& fused = graph_.mutable_node(value.producer);
      fused.attributes = fused.attributes.with("activation", std::string(clamp.op->name));
      graph_.replace_uses(clamp.outputs[0], clamp.inputs[0]);
      graph_.mutable_node(id).inputs[0] = fused.inputs[0];
      consumers_ = graph_.consumers();
      return;
    }
  }

  void fold_node(NodeId id) {
    const Node node = graph_.node(id);
    if (node.outputs.size() != 1 || is(id, "quantize") || is(id, "dequantize")) return;
    const NodeId reader = only_reader(node.outputs[0]);
    if (!reader.valid() || !is(reader, "quantize")) return;
    const ValueId quantized = graph_.node(reader).outputs[0];
    const TensorType result = graph_.value(quantized).type;
    const std::optional<IntegerForm> form = integer_form(graph_, node, result);
    if (!form) return;
    Node folded{
        .op = node.op, .name = node.name, .inputs = form->inputs, .attributes = node.attributes};
    ValueId out = graph_.add_node(std::move(folded), {{}, {form->record}})[0];
    folded_.push_back(node.name);
    if (form->rounds_bias) biases_.push_back(node.name);
    if (form->record != *result.quantization) {
      requantized_.push_back(node.name);
      out = add("quantize", out, result.dtype, result.quantization);
    }
    graph_.replace_uses(quantized, out);
  }

  // quantize(dequantize(x)) with one record on both sides is x; with two it stays among integers.
  void cancel_pair(NodeId id) {
    if (!is(id, "quantize")) return;
    const ValueId integers = integers_of(graph_.node(id).inputs[0]);
    const ValueId quantized = graph_.node(id).outputs[0];
    if (!integers.valid()) return;
    const TensorType from = graph_.value(integers).type;
    const TensorType to = graph_.value(quantized).type;
    const bool narrow = from.dtype == DataType::kI8 || from.dtype == DataType::kI16;
    if (from != to && from.dtype == to.dtype && narrow && from.quantization->is_per_tensor() &&
        to.quantization->is_per_tensor()) {
      folded_.push_back(graph_.node(id).name);
      graph_.mutable_node(id).inputs[0] = integers;
      return;
    }
    if (from != to) return;
    if (graph_.is_output(quantized) && graph_.value(integers).kind != ValueKind::kComputed) return;
    graph_.replace_uses(quantized, integers);
  }

  // Weights that no integer operator took are float numbers after all.
  void evaluate_constant(NodeId id) {
    if (!is(id, "dequantize")) return;
    const Node& node = graph_.node(id);
    const Value& source = graph_.value(node.inputs[0]);
    if (source.kind != ValueKind::kConstant || graph_.is_output(node.outputs[0])) return;
    const auto index = static_cast<size_t>(node.outputs[0].index);
    if (index < consumers_.size() && consumers_[index].empty()) return;
    const Tensor inputs[] = {*source.constant};
    Tensor real = std::move(evaluate_reference(graph_, node, inputs)[0]);
    const ValueId constant = graph_.add_constant(source.name + "_real", std::move(real));
    graph_.replace_uses(graph_.node(id).outputs[0], constant);
  }

  Graph& graph_;
  std::vector<std::vector<NodeId>> consumers_;
  std::vector<std::string> folded_, requantized_, biases_, shifted_;
};

}  // namespace

void fold_qdq(Graph& graph, ConversionReport* report) {
  Folder folder(graph);
  folder.run();
  if (report != nullptr) folder.report(*report);
  graph.remove_unused();
}

}  // namespace mote::onnx
