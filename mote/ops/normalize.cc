// layer_norm, instance_norm and local_response_normalization: statistics of the input itself.
#include <cmath>

#include "mote/ops/along_axis.h"
#include "mote/ops/define.h"
#include "mote/ops/dispatch.h"
#include "mote/ops/facets.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"

namespace mote::ops {
namespace {

Shape tail_of(const Shape& x, int axis) {
  return Shape(std::vector<int64_t>(x.begin() + axis, x.end()));
}

void expect_parameter(const InferContext& context, size_t i, const Shape& expected) {
  if (context.has_input(i) && context.shape(i) != expected) {
    context.fail("input {} is {}, expected {}", i, to_string(context.shape(i)),
                 to_string(expected));
  }
}

void infer_layer_norm(InferContext& context) {
  context.expect_inputs(1, 3);
  const Shape& x = context.shape(0);
  const int axis = normalize_axis(context.attrs<NormAttrs>().axis, x.rank(), "the axis");
  for (size_t i = 1; i < context.input_count(); ++i) expect_parameter(context, i, tail_of(x, axis));
  context.add_output(context.dtype(0), x);
}

void infer_instance_norm(InferContext& context) {
  context.expect_inputs(1, 3);
  const Shape& x = context.shape(0);
  const int axis = normalize_axis(context.attrs<NormAttrs>().axis, x.rank(), "the axis");
  if (axis == 0) context.fail("axis 0 is the batch, expected a channel axis");
  for (size_t i = 1; i < context.input_count(); ++i) expect_parameter(context, i, Shape{x[axis]});
  context.add_output(context.dtype(0), x);
}

struct Moments {
  double mean = 0.0;
  double inverse_deviation = 0.0;
};

// `at(i)` is element i of the group.
template <class At>
Moments moments(int64_t count, double epsilon, At at) {
  double sum = 0.0;
  for (int64_t i = 0; i < count; ++i) sum += at(i);
  const double mean = sum / static_cast<double>(count);
  double squares = 0.0;
  for (int64_t i = 0; i < count; ++i) squares += (at(i) - mean) * (at(i) - mean);
  return {mean, 1.0 / std::sqrt(squares / static_cast<double>(count) + epsilon)};
}

// The parameter `i`, or as many `absent` ones.
std::vector<double> parameter(const EvalContext& context, size_t i, int64_t count, double absent) {
  if (context.has_input(i)) return elements_as<double>(context.input(i));
  return std::vector<double>(static_cast<size_t>(count), absent);
}

void store(const TensorView& y, const std::vector<double>& values) {
  with_float(y.dtype, [&]<class T>() {
    const auto to = y.data<T>();
    for (size_t i = 0; i < values.size(); ++i)
      to[i] = static_cast<T>(static_cast<Compute<T>>(values[i]));
  });
}

void expect_float(const EvalContext& context) {
  if (is_quantized(context) || !is_float(context.input_type(0).dtype)) context.no_kernel();
}

void reference_layer_norm(const EvalContext& context) {
  expect_float(context);
  const auto& attrs = context.attrs<NormAttrs>();
  const ConstTensorView x = context.input(0);
  const int axis = normalize_axis(attrs.axis, x.shape.rank(), "the axis");
  const int64_t count = tail_of(x.shape, axis).elements();
  const std::vector<double> gamma = parameter(context, 1, count, 1.0);
  const std::vector<double> beta = parameter(context, 2, count, 0.0);
  std::vector<double> values = elements_as<double>(x);
  for (size_t start = 0; start < values.size(); start += static_cast<size_t>(count)) {
    const auto at = [&](int64_t i) -> double& { return values[start + static_cast<size_t>(i)]; };
    const Moments group = moments(count, static_cast<double>(attrs.epsilon), at);
    for (int64_t i = 0; i < count; ++i) {
      const auto k = static_cast<size_t>(i);
      at(i) = (at(i) - group.mean) * group.inverse_deviation * gamma[k] + beta[k];
    }
  }
  store(context.output(0), values);
}

void reference_instance_norm(const EvalContext& context) {
  expect_float(context);
  const auto& attrs = context.attrs<NormAttrs>();
  const ConstTensorView x = context.input(0);
  const int axis = normalize_axis(attrs.axis, x.shape.rank(), "the axis");
  const int64_t channels = x.shape[axis];
  const int64_t inner = row_major_strides(x.shape)[static_cast<size_t>(axis)];
  const int64_t per_sample = x.shape[0] == 0 ? 0 : x.elements() / x.shape[0];
  const int64_t count = channels == 0 ? 0 : per_sample / channels;
  const std::vector<double> gamma = parameter(context, 1, channels, 1.0);
  const std::vector<double> beta = parameter(context, 2, channels, 0.0);
  std::vector<double> values = elements_as<double>(x);
  if (values.empty()) return;
  for (int64_t n = 0; n < x.shape[0]; ++n) {
    for (int64_t c = 0; c < channels; ++c) {
      const auto at = [&](int64_t i) -> double& {
        const int64_t offset = (i / inner * channels + c) * inner + i % inner;
        return values[static_cast<size_t>(n * per_sample + offset)];
      };
      const Moments group = moments(count, static_cast<double>(attrs.epsilon), at);
      const double factor = group.inverse_deviation * gamma[static_cast<size_t>(c)];
      for (int64_t i = 0; i < count; ++i) {
        at(i) = (at(i) - group.mean) * factor + beta[static_cast<size_t>(c)];
      }
    }
  }
  store(context.output(0), values);
}

void infer_lrn(InferContext& context) {
  infer_same(context);
  const auto& attrs = context.attrs<LrnAttrs>();
  normalize_axis(attrs.axis, context.shape(0).rank(), "the axis");
  if (attrs.size < 1) context.fail("a window of {} channels", attrs.size);
}

// The window of channel c is [c - (size - 1) / 2, c + size / 2]. Source: ONNX LRN-13.
void reference_lrn(const EvalContext& context) {
  expect_float(context);
  const auto& attrs = context.attrs<LrnAttrs>();
  const ConstTensorView x = context.input(0);
  const int axis = normalize_axis(attrs.axis, x.shape.rank(), "the axis");
  const std::vector<double> values = elements_as<double>(x);
  std::vector<double> result(values.size());
  for_each_line(x.shape, axis, [&](const Line& line) {
    const auto at = [&](int64_t c) { return static_cast<size_t>(line.start + c * line.step); };
    for (int64_t c = 0; c < line.count; ++c) {
      const int64_t low = std::max<int64_t>(0, c - (attrs.size - 1) / 2);
      const int64_t high = std::min(line.count - 1, c + std::min(attrs.size / 2, line.count));
      double squares = 0.0;
      for (int64_t k = low; k <= high; ++k) squares += values[at(k)] * values[at(k)];
      const double base =
          static_cast<double>(attrs.bias) + static_cast<double>(attrs.alpha) * squares;
      result[at(c)] = values[at(c)] / std::pow(base, static_cast<double>(attrs.beta));
    }
  });
  store(context.output(0), result);
}

AxisMap axes_layer_norm(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const int first = normalize_axis(node.attrs<NormAttrs>().axis, x.rank(), "the axis");
  TensorAxes axes;
  for (int axis = 0; axis < x.rank(); ++axis) axes.push_back(AxisRole::factor(axis, x[axis]));
  AxisMap map{{axes}, {axes}};
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    map.inputs.push_back(node.has_input(i) ? TensorAxes(axes.begin() + first, axes.end())
                                           : TensorAxes{});
  }
  return map;
}

AxisMap axes_instance_norm(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const auto channel =
      static_cast<size_t>(normalize_axis(node.attrs<NormAttrs>().axis, x.rank(), "the axis"));
  TensorAxes axes;
  for (int axis = 0; axis < x.rank(); ++axis) axes.push_back(AxisRole::factor(axis, x[axis]));
  AxisMap map{{axes}, {axes}};
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    map.inputs.push_back(node.has_input(i) ? TensorAxes{axes[channel]} : TensorAxes{});
  }
  return map;
}

AxisMap axes_lrn(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const int channel = normalize_axis(node.attrs<LrnAttrs>().axis, x.rank(), "the axis");
  TensorAxes axes;
  for (int axis = 0; axis < x.rank(); ++axis) {
    axes.push_back(axis == channel ? AxisRole::blocked_by("neighbours along it are summed")
                                   : AxisRole::factor(axis, x[axis]));
  }
  return {{axes}, {axes}};
}

template <class Attrs>
std::optional<Attributes> permute_axis(const Graph&, const Node& node,
                                       std::span<const int> permutation) {
  Attrs attrs = node.attrs<Attrs>();
  const int rank = static_cast<int>(permutation.size());
  attrs.axis = permuted_axis(normalize_axis(attrs.axis, rank, "the axis"), permutation);
  return Attributes::of(attrs);
}

// The batch must stay in front.
std::optional<Attributes> permute_instance_norm(const Graph& graph, const Node& node,
                                                std::span<const int> permutation) {
  if (permutation[0] != 0) return std::nullopt;
  return permute_axis<NormAttrs>(graph, node, permutation);
}

template <OpName kName>
std::optional<Graph> sample_norm(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const Shape shape{rng.integer(1, 3), rng.integer(1, 4), rng.integer(2, 5), rng.integer(2, 5)};
  const NormAttrs attrs{.axis = rng.integer(1, 3)};
  const auto axis = static_cast<int>(attrs.axis);
  const Shape parameters = kName.view() == "layer_norm" ? tail_of(shape, axis) : Shape{shape[axis]};
  const ValueId x = sample_input(graph, rng, kind, shape);
  const ValueId gamma = graph.add_input("gamma", {DataType::kF32, parameters});
  const ValueId beta = graph.add_input("beta", {DataType::kF32, parameters});
  graph.set_outputs(graph.add_node(
      {.op = &op(kName.view()), .inputs = {x, gamma, beta}, .attributes = Attributes::of(attrs)}));
  return graph;
}

std::optional<Graph> sample_lrn(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const Shape shape = sample_shape(rng);
  const LrnAttrs attrs{.size = rng.integer(1, 6), .axis = rng.integer(0, shape.rank() - 1)};
  const ValueId x = sample_input(graph, rng, kind, shape);
  graph.set_outputs(graph.add_node({.op = &op("local_response_normalization"),
                                    .inputs = {x},
                                    .attributes = Attributes::of(attrs)}));
  return graph;
}

}  // namespace

void define_normalize(OpSink& sink) {
  sink.add({.name = "layer_norm",
            .summary =
                "y = (x - mean) / sqrt(variance + epsilon) * gamma + beta over the axes from "
                "`axis` on",
            .onnx_names = {"LayerNormalization"},
            .attributes = Attributes::of(NormAttrs{}),
            .infer = infer_layer_norm,
            .reference = reference_layer_norm,
            .axes = axes_layer_norm,
            .cost = no_macs,
            .sample = sample_norm<"layer_norm">});
  sink.add({.name = "instance_norm",
            .summary =
                "y = (x - mean) / sqrt(variance + epsilon) * gamma + beta per sample and index "
                "of `axis`",
            .onnx_names = {"InstanceNormalization"},
            .attributes = Attributes::of(NormAttrs{}),
            .infer = infer_instance_norm,
            .reference = reference_instance_norm,
            .axes = axes_instance_norm,
            .permute = permute_instance_norm,
            .cost = no_macs,
            .sample = sample_norm<"instance_norm">});
  sink.add(
      {.name = "local_response_normalization",
       .summary = "y = x / (bias + alpha * sum of x^2 over `size` neighbours along `axis`)^beta",
       .tflite_names = {"LOCAL_RESPONSE_NORMALIZATION"},
       .onnx_names = {"LRN"},
       .attributes = Attributes::of(LrnAttrs{}),
       .infer = infer_lrn,
       .reference = reference_lrn,
       .axes = axes_lrn,
       .permute = permute_axis<LrnAttrs>,
       .cost = no_macs,
       .sample = sample_lrn});
}

}  // namespace mote::ops
