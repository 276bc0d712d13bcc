// gather: look-up along one axis.
#include <cstring>

#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/indexing.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"

namespace mote::ops {
namespace {

constexpr std::string_view kLookedUp = "gather looks up positions along it";

struct Axes {
  int axis;
  int batch;
};

Axes axes_of(const GatherAttrs& attrs, const Shape& x, const Shape& indices) {
  const int axis = normalize_axis(attrs.axis, x.rank(), "the axis");
  const int limit = std::min(axis, indices.rank());
  if (attrs.batch_dims < 0 || attrs.batch_dims > limit) {
    throw_error(ErrorKind::kInvalidModel, "batch_dims is {}, expected 0 to {}", attrs.batch_dims,
                limit);
  }
  return {axis, static_cast<int>(attrs.batch_dims)};
}

void infer(InferContext& context) {
  context.expect_inputs(2, 2);
  const Shape& x = context.shape(0);
  const Shape& indices = context.shape(1);
  expect_indices(context, 1);
  const Axes axes = axes_of(context.attrs<GatherAttrs>(), x, indices);
  std::vector<int64_t> dims;
  for (int i = 0; i < axes.axis; ++i) dims.push_back(x[i]);
  for (int i = 0; i < axes.batch; ++i) {
    if (x[i] != indices[i]) {
      context.fail("{} and its indices {} differ on batch axis {}", to_string(x),
                   to_string(indices), i);
    }
  }
  for (int i = axes.batch; i < indices.rank(); ++i) dims.push_back(indices[i]);
  for (int i = axes.axis + 1; i < x.rank(); ++i) dims.push_back(x[i]);
  context.add_output(context.dtype(0), Shape(std::move(dims)));
}

int64_t product(const Shape& shape, int low, int high) {
  int64_t result = 1;
  for (int axis = low; axis < high; ++axis) result *= shape[axis];
  return result;
}

void reference(const EvalContext& context) {
  const ConstTensorView x = context.input(0);
  const ConstTensorView index_view = context.input(1);
  const TensorView y = context.output(0);
  if (y.elements() == 0) return;
  const Axes axes = axes_of(context.attrs<GatherAttrs>(), x.shape, index_view.shape);
  const int64_t extent = x.shape[axes.axis];
  std::vector<int64_t> indices = elements_as<int64_t>(index_view);
  for (int64_t& index : indices) index = checked_index(index, extent);
  const int64_t batches = product(x.shape, 0, axes.batch);
  const int64_t outer = product(x.shape, axes.batch, axes.axis);
  const int64_t per_batch = product(index_view.shape, axes.batch, index_view.shape.rank());
  const auto inner =
      static_cast<size_t>(product(x.shape, axes.axis + 1, x.shape.rank())) * size_bytes(x.dtype);
  std::byte* to = y.bytes;
  for (int64_t b = 0; b < batches; ++b) {
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t j = 0; j < per_batch; ++j) {
        const int64_t row =
            (b * outer + o) * extent + indices[static_cast<size_t>(b * per_batch + j)];
        std::memcpy(to, x.bytes + static_cast<size_t>(row) * inner, inner);
        to += inner;
      }
    }
  }
}

AxisMap axes(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const Shape& indices = graph.value(node.inputs[1]).type.shape;
  const Axes at = axes_of(node.attrs<GatherAttrs>(), x, indices);
  AxisMap map{{{}, {}}, {{}}};
  for (int i = 0; i < x.rank(); ++i) {
    map.inputs[0].push_back(i == at.axis ? AxisRole::blocked_by(kLookedUp)
                                         : AxisRole::factor(i, x[i]));
  }
  for (int i = 0; i < indices.rank(); ++i) {
    map.inputs[1].push_back(AxisRole::factor(i < at.batch ? i : x.rank() + i, indices[i]));
  }
  TensorAxes& out = map.outputs[0];
  out.assign(map.inputs[0].begin(), map.inputs[0].begin() + at.axis);
  out.insert(out.end(), map.inputs[1].begin() + at.batch, map.inputs[1].end());
  out.insert(out.end(), map.inputs[0].begin() + at.axis + 1, map.inputs[0].end());
  return map;
}

std::optional<QuantRule> quant(const Graph& graph, const Node& node) {
  std::optional<QuantRule> rule = shared_scale(graph, node);
  rule->inputs[1].role = QuantRule::Role::kUntouched;
  return rule;
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const Shape shape = sample_shape(rng);
  GatherAttrs attrs{.axis = rng.integer(0, shape.rank() - 1)};
  attrs.batch_dims = rng.integer(0, attrs.axis);
  std::vector<int64_t> dims(shape.begin(), shape.begin() + attrs.batch_dims);
  dims.push_back(rng.integer(1, 5));
  Tensor indices(DataType::kI32, Shape(std::move(dims)));
  for (int32_t& index : indices.data<int32_t>()) {
    index = static_cast<int32_t>(rng.integer(0, shape[static_cast<int>(attrs.axis)] - 1));
  }
  const ValueId x = sample_input(graph, rng, kind, shape);
  const ValueId at = graph.add_constant("indices", std::move(indices));
  graph.set_outputs(
      graph.add_node({.op = &op("gather"), .inputs = {x, at}, .attributes = Attributes::of(attrs)},
                     record_of(graph, x)));
  return graph;
}

}  // namespace

void define_gather(OpSink& sink) {
  sink.add({.name = "gather",
            .summary =
                "y[b.., o.., j.., i..] = x[b.., o.., indices[b.., j..], i..]; negative indices "
                "count from the end",
            .tflite_names = {"GATHER"},
            .onnx_names = {"Gather"},
            .attributes = Attributes::of(GatherAttrs{}),
            .infer = infer,
            .reference = reference,
            .axes = axes,
            .quant = quant,
            .cost = no_macs,
            .sample = sample});
}

}  // namespace mote::ops
