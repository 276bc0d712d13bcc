#include <set>

#include "mote/base/error.h"
#include "mote/ir/graph.h"
#include "mote/ir/op_def.h"

namespace mote {
namespace {

void verify_value(const Value& value) {
  const bool has_content = value.constant != nullptr;
  const bool needs_content = value.kind == ValueKind::kConstant || value.kind == ValueKind::kState;
  if (has_content != needs_content) {
    throw_error(ErrorKind::kInternal, "value '{}' {}", value.name,
                has_content ? "is computed but has content" : "is constant but has no content");
  }
  if (has_content && (value.constant->dtype() != value.type.dtype ||
                      value.constant->shape() != value.type.shape)) {
    throw_error(ErrorKind::kInternal, "value '{}' is {}, its content {}{}", value.name,
                to_string(value.type), name(value.constant->dtype()),
                to_string(value.constant->shape()));
  }
  const Shape& shape = value.type.shape;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] < 0 && !(axis == 0 && shape[axis] == kDynamic)) {
      throw_error(ErrorKind::kUnsupported,
                  "value '{}' has shape {}: only the first extent (the batch) "
                  "may be dynamic; fix the others with --shape",
                  value.name, to_string(shape));
    }
  }
  shape.elements_per_sample();  // throws on overflow
  if (value.type.quantization) validate(*value.type.quantization, value.type.dtype, shape);
}

void verify_node(const Graph& graph, const Node& node) {
  InferContext context(graph, node);
  node.op->infer(context);
  if (context.outputs().size() != node.outputs.size()) {
    throw_error(ErrorKind::kInternal, "inference gives {} outputs, the node has {}",
                context.outputs().size(), node.outputs.size());
  }
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const Value& output = graph.value(node.outputs[i]);
    const InferContext::Output& inferred = context.outputs()[i];
    if (output.type.dtype != inferred.dtype || output.type.shape != inferred.shape) {
      throw_error(ErrorKind::kInvalidModel, "output '{}' is {}, but the operator gives {}{}",
                  output.name, to_string(output.type), name(inferred.dtype),
                  to_string(inferred.shape));
    }
  }
}

}  // namespace

void verify(const Graph& graph) {
  std::set<std::string_view> names;
  for (const ValueId id : graph.values()) {
    const Value& value = graph.value(id);
    if (!names.insert(value.name).second) {
      throw_error(ErrorKind::kInternal, "two values are named '{}'", value.name);
    }
    with_context([&] { return fmt::format("value '{}'", value.name); },
                 [&] { verify_value(value); });
    if (value.kind == ValueKind::kComputed && !graph.contains(value.producer)) {
      throw_error(ErrorKind::kInternal, "nothing produces value '{}'", value.name);
    }
  }
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph.node(id);
    with_context([&] { return describe(node); }, [&] { verify_node(graph, node); });
  }
  for (const ValueId id : graph.inputs()) {
    if (graph.value(id).kind != ValueKind::kInput) {
      throw_error(ErrorKind::kInternal, "'{}' is listed as input", graph.value(id).name);
    }
  }
  if (graph.outputs().empty()) {
    throw_error(ErrorKind::kInvalidModel, "the graph has no outputs");
  }
  for (const ValueId id : graph.outputs()) graph.value(id);
}

}  // namespace mote
