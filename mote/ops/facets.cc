#include "mote/ops/facets.h"

#include <algorithm>
#include <cmath>

#include "mote/base/error.h"

namespace mote::ops {

void infer_same(InferContext& context) {
  context.expect_inputs(1, 1);
  context.add_output(context.dtype(0), context.shape(0));
}

void expect_same_type(const InferContext& context, size_t i, size_t j) {
  if (context.dtype(i) != context.dtype(j)) {
    context.fail("input {} is {}, input {} is {}; they must have one type", i,
                 name(context.dtype(i)), j, name(context.dtype(j)));
  }
}

void infer_broadcast(InferContext& context) {
  context.expect_inputs(1, SIZE_MAX);
  Shape shape = context.shape(0);
  for (size_t i = 1; i < context.input_count(); ++i) {
    expect_same_type(context, 0, i);
    shape = broadcast(shape, context.shape(i));
  }
  context.add_output(context.dtype(0), std::move(shape));
}

namespace {

TensorAxes aligned_axes(const Shape& shape, const Shape& full) {
  TensorAxes axes;
  const int skipped = full.rank() - shape.rank();
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool broadcast = shape[axis] == 1 && full[axis + skipped] != 1;
    axes.push_back(broadcast ? AxisRole{} : AxisRole::factor(axis + skipped, shape[axis]));
  }
  return axes;
}

}  // namespace

AxisMap elementwise_axes(const Graph& graph, const Node& node) {
  AxisMap map;
  const Shape& full = graph.value(node.outputs[0]).type.shape;
  for (const ValueId input : node.inputs) {
    map.inputs.push_back(input.valid() ? aligned_axes(graph.value(input).type.shape, full)
                                       : TensorAxes{});
  }
  for (const ValueId output : node.outputs) {
    map.outputs.push_back(aligned_axes(graph.value(output).type.shape, full));
  }
  return map;
}

AxisMap blocked_axes(const Graph& graph, const Node& node, std::string_view why) {
  AxisMap map;
  const auto blocked = [&](ValueId id) {
    const size_t rank = id.valid() ? graph.value(id).type.shape.dims().size() : 0;
    return TensorAxes(rank, AxisRole::blocked_by(why));
  };
  for (const ValueId input : node.inputs) map.inputs.push_back(blocked(input));
  for (const ValueId output : node.outputs) map.outputs.push_back(blocked(output));
  return map;
}

int permuted_axis(int axis, std::span<const int> permutation) {
  const auto found = std::find(permutation.begin(), permutation.end(), axis);
  if (found == permutation.end()) {
    throw_error(ErrorKind::kInternal, "axis {} is not in a permutation of {}", axis,
                permutation.size());
  }
  return static_cast<int>(found - permutation.begin());
}

Cost no_macs(const Graph&, const Node&) { return {}; }

bool is_quantized(const EvalContext& context) {
  return std::any_of(context.inputs.begin(), context.inputs.end(), [](const auto& operand) {
    return operand.type != nullptr && operand.type->quantization.has_value();
  });
}

bool is_quantized(const LowerContext& context) {
  const std::vector<ValueId>& inputs = context.node->inputs;
  return std::any_of(inputs.begin(), inputs.end(), [&](ValueId id) {
    return id.valid() && context.graph->value(id).type.quantization.has_value();
  });
}

std::optional<Attributes> same_attributes(const Graph&, const Node& node, std::span<const int>) {
  return node.attributes;
}

std::optional<QuantRule> shared_scale(const Graph&, const Node& node) {
  QuantRule rule;
  rule.inputs.assign(node.inputs.size(), {QuantRule::Role::kShared});
  rule.output = QuantRule::Output::kShared;
  rule.supports_i16 = true;
  return rule;
}

std::optional<QuantRule> own_scales(const Graph&, const Node& node) {
  QuantRule rule;
  rule.inputs.assign(node.inputs.size(), {QuantRule::Role::kActivation});
  rule.supports_i16 = true;
  return rule;
}

std::optional<QuantRule> untouched(const Graph&, const Node& node) {
  QuantRule rule;
  rule.inputs.assign(node.inputs.size(), {QuantRule::Role::kUntouched});
  rule.output = QuantRule::Output::kUntouched;
  return rule;
}

Quantization sample_quantization(Rng& rng, DataType dtype) {
  const auto scale = static_cast<float>(std::exp(rng.uniform(std::log(0.002f), std::log(0.2f))));
  switch (dtype) {
    case DataType::kI8:
      return Quantization::per_tensor(scale, int32_t(rng.integer(-128, 127)));
    case DataType::kU8:
      return Quantization::per_tensor(scale, int32_t(rng.integer(0, 255)));
    case DataType::kI16:
      return Quantization::per_tensor(scale / 256.0f, 0);
    default:
      throw_error(ErrorKind::kInternal, "no sample quantization of {}", name(dtype));
  }
}

DataType sample_activation_type(SampleKind kind) {
  switch (kind) {
    case SampleKind::kF32:
    case SampleKind::kHybrid:
      return DataType::kF32;
    case SampleKind::kI8:
      return DataType::kI8;
    case SampleKind::kI16:
      return DataType::kI16;
    case SampleKind::kU8:
      return DataType::kU8;
  }
  return DataType::kF32;
}

Shape sample_shape(Rng& rng, int max_rank) {
  std::vector<int64_t> dims(static_cast<size_t>(rng.integer(1, max_rank)));
  for (int64_t& dim : dims) dim = rng.integer(1, 7);
  return Shape(std::move(dims));
}

ValueId sample_input(Graph& graph, Rng& rng, SampleKind kind, const Shape& shape) {
  const DataType dtype = sample_activation_type(kind);
  TensorType type{dtype, shape};
  if (is_integer(dtype)) type.quantization = sample_quantization(rng, dtype);
  return graph.add_input("x", std::move(type));
}

Graph::OutputHints record_of(const Graph& graph, ValueId input, size_t outputs) {
  Graph::OutputHints hints;
  hints.quantization.assign(outputs, graph.value(input).type.quantization);
  return hints;
}

Graph::OutputHints random_record(Rng& rng, SampleKind kind) {
  const DataType dtype = sample_activation_type(kind);
  if (!is_integer(dtype)) return {};
  return {{}, {sample_quantization(rng, dtype)}};
}

Tensor sample_tensor(Rng& rng, DataType dtype, const Shape& shape) {
  Tensor tensor(dtype, shape);
  switch (dtype) {
    case DataType::kF32:
      for (float& v : tensor.data<float>()) v = static_cast<float>(rng.normal());
      return tensor;
    case DataType::kF64:
      for (double& v : tensor.data<double>()) v = rng.normal();
      return tensor;
    case DataType::kBool:
      for (bool& v : tensor.data<bool>()) v = rng.integer(0, 1) != 0;
      return tensor;
    default:
      break;
  }
  if (!is_integer(dtype)) throw_error(ErrorKind::kInternal, "no sample content of {}", name(dtype));
  for (size_t i = 0; i < tensor.size_bytes(); ++i) {
    tensor.bytes()[i] = static_cast<std::byte>(rng.integer(0, 255));
  }
  return tensor;
}

}  // namespace mote::ops
