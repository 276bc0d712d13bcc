// batch_norm: normalization by stored statistics, along one axis.
#include <cmath>

#include "mote/ops/define.h"
#include "mote/ops/dispatch.h"
#include "mote/ops/facets.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"

namespace mote::ops {
namespace {

constexpr size_t kParameters = 4;  // gamma, beta, mean, variance

void infer(InferContext& context) {
  context.expect_inputs(1 + kParameters, 1 + kParameters);
  const Shape& x = context.shape(0);
  const int axis = normalize_axis(context.attrs<BatchNormAttrs>().axis, x.rank(), "the axis");
  for (size_t i = 1; i <= kParameters; ++i) {
    if (context.shape(i) != Shape{x[axis]}) {
      context.fail("input {} is {}, expected [{}], the extent of axis {} of {}", i,
                   to_string(context.shape(i)), x[axis], axis, to_string(x));
    }
  }
  if (!(context.attrs<BatchNormAttrs>().epsilon >= 0.0f)) {
    context.fail("epsilon is {}, expected 0 or more", context.attrs<BatchNormAttrs>().epsilon);
  }
  context.add_output(context.dtype(0), x);
}

void reference(const EvalContext& context) {
  if (is_quantized(context)) context.no_kernel();
  const auto& attrs = context.attrs<BatchNormAttrs>();
  const ConstTensorView x = context.input(0);
  const int axis = normalize_axis(attrs.axis, x.shape.rank(), "the axis");
  const auto channels = static_cast<size_t>(x.shape[axis]);
  std::vector<double> parameters[kParameters];
  for (size_t i = 0; i < kParameters; ++i)
    parameters[i] = elements_as<double>(context.input(1 + i));
  const auto& [gamma, beta, mean, variance] = parameters;
  std::vector<double> factor(channels);
  std::vector<double> offset(channels);
  for (size_t c = 0; c < channels; ++c) {
    factor[c] = gamma[c] / std::sqrt(variance[c] + static_cast<double>(attrs.epsilon));
    offset[c] = beta[c] - mean[c] * factor[c];
  }
  const auto inner = static_cast<size_t>(row_major_strides(x.shape)[static_cast<size_t>(axis)]);
  const bool known = with_float(x.dtype, [&]<class T>() {
    const auto from = x.data<T>();
    const auto to = context.output(0).data<T>();
    for (size_t i = 0; i < from.size(); ++i) {
      const size_t c = i / inner % channels;
      const auto value = static_cast<double>(static_cast<Compute<T>>(from[i]));
      to[i] = static_cast<T>(static_cast<Compute<T>>(value * factor[c] + offset[c]));
    }
  });
  if (!known) context.no_kernel();
}

AxisMap axes(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const int axis = normalize_axis(node.attrs<BatchNormAttrs>().axis, x.rank(), "the axis");
  AxisMap map{{{}}, {{}}};
  for (int i = 0; i < x.rank(); ++i) map.inputs[0].push_back(AxisRole::factor(i, x[i]));
  map.outputs[0] = map.inputs[0];
  map.inputs.resize(1 + kParameters, {AxisRole::factor(axis, x[axis])});
  return map;
}

std::optional<Attributes> permute(const Graph&, const Node& node,
                                  std::span<const int> permutation) {
  BatchNormAttrs attrs = node.attrs<BatchNormAttrs>();
  const int rank = static_cast<int>(permutation.size());
  attrs.axis = permuted_axis(normalize_axis(attrs.axis, rank, "the axis"), permutation);
  return Attributes::of(attrs);
}

Cost cost(const Graph& graph, const Node& node) {
  return {graph.value(node.outputs[0]).type.shape.elements_per_sample()};
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const Shape shape = sample_shape(rng);
  const BatchNormAttrs attrs{.epsilon = 1e-3f, .axis = rng.integer(0, shape.rank() - 1)};
  const Shape channels{shape[static_cast<int>(attrs.axis)]};
  std::vector<ValueId> inputs = {sample_input(graph, rng, kind, shape)};
  for (const char* name : {"gamma", "beta", "mean", "variance"}) {
    Tensor content = sample_tensor(rng, DataType::kF32, channels);
    if (inputs.size() == kParameters) {
      for (float& v : content.data<float>()) v = std::abs(v);
    }
    inputs.push_back(graph.add_constant(name, std::move(content)));
  }
  graph.set_outputs(graph.add_node(
      {.op = &op("batch_norm"), .inputs = std::move(inputs), .attributes = Attributes::of(attrs)}));
  return graph;
}

}  // namespace

void define_batch_norm(OpSink& sink) {
  sink.add({.name = "batch_norm",
            .summary = "y = gamma * (x - mean) / sqrt(variance + epsilon) + beta along `axis`",
            .onnx_names = {"BatchNormalization"},
            .attributes = Attributes::of(BatchNormAttrs{}),
            .infer = infer,
            .reference = reference,
            .axes = axes,
            .permute = permute,
            .cost = cost,
            .sample = sample});
}

}  // namespace mote::ops
