// gather_nd and gather_elements: look-ups by tuples of indices, and by an index per element.
#include <cstring>

#include "mote/ops/define.h"
#include "mote/ops/dispatch.h"
#include "mote/ops/facets.h"
#include "mote/ops/index_attrs.h"
#include "mote/ops/indexing.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/ops/strided.h"

namespace mote::ops {
namespace {

void infer_gather_nd(InferContext& context) {
  context.expect_inputs(2, 2);
  expect_indices(context, 1);
  const Shape& x = context.shape(0);
  const Shape& indices = context.shape(1);
  const int64_t batch = context.attrs<GatherNdAttrs>().batch_dims;
  if (indices.rank() < 1 || batch < 0 || batch >= indices.rank() || batch > x.rank()) {
    context.fail("batch_dims {} with x {} and indices {}", batch, to_string(x), to_string(indices));
  }
  const int64_t depth = indices.back();
  if (depth < 0 || depth > x.rank() - batch) {
    context.fail("indices {} address {} axes of x {}", to_string(indices), depth, to_string(x));
  }
  for (int axis = 0; axis < batch; ++axis) {
    if (x[axis] != indices[axis]) {
      context.fail("x {} and indices {} differ on batch axis {}", to_string(x), to_string(indices),
                   axis);
    }
  }
  std::vector<int64_t> dims(indices.begin(), indices.end() - 1);
  dims.insert(dims.end(), x.begin() + batch + depth, x.end());
  context.add_output(context.dtype(0), Shape(std::move(dims)));
}

void reference_gather_nd(const EvalContext& context) {
  const ConstTensorView x = context.input(0);
  if (context.output(0).elements() == 0) return;
  const PointedAt rows = pointed_at(x.shape, context.input(1),
                                    static_cast<int>(context.attrs<GatherNdAttrs>().batch_dims));
  const size_t element_bytes = size_bytes(x.dtype);
  const size_t run_bytes = static_cast<size_t>(rows.count) * element_bytes;
  std::byte* to = context.outputs[0].bytes;
  for (const int64_t offset : rows.offsets) {
    std::memcpy(to, x.bytes + static_cast<size_t>(offset) * element_bytes, run_bytes);
    to += run_bytes;
  }
}

std::optional<QuantRule> quant(const Graph& graph, const Node& node) {
  std::optional<QuantRule> rule = shared_scale(graph, node);
  rule->inputs[1].role = QuantRule::Role::kUntouched;
  return rule;
}

// Axes of the index rows, and those of x that a row leaves whole, pass through.
AxisMap axes_gather_nd(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const Shape& indices = graph.value(node.inputs[1]).type.shape;
  const auto batch = static_cast<int>(node.attrs<GatherNdAttrs>().batch_dims);
  const int depth = static_cast<int>(indices.back());
  AxisMap map{{{}, {}}, {{}}};
  for (int axis = 0; axis < x.rank(); ++axis) {
    const bool addressed = axis >= batch && axis < batch + depth;
    map.inputs[0].push_back(addressed
                                ? AxisRole::blocked_by("gather_nd looks up positions along it")
                                : AxisRole::factor(axis, x[axis]));
  }
  for (int axis = 0; axis + 1 < indices.rank(); ++axis) {
    const int id = axis < batch ? axis : x.rank() + axis;
    map.inputs[1].push_back(AxisRole::factor(id, indices[axis]));
  }
  map.outputs[0] = map.inputs[1];
  map.inputs[1].push_back(AxisRole::blocked_by("the tuple of indices"));
  map.outputs[0].insert(map.outputs[0].end(), map.inputs[0].begin() + batch + depth,
                        map.inputs[0].end());
  return map;
}

Tensor random_indices(Rng& rng, const Shape& shape, int64_t extent) {
  Tensor indices(DataType::kI64, shape);
  for (int64_t& index : indices.data<int64_t>()) index = rng.integer(-extent, extent - 1);
  return indices;
}

std::optional<Graph> sample_gather_nd(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const Shape shape = sample_shape(rng);
  const int64_t batch = rng.integer(0, shape.rank() - 1);
  std::vector<int64_t> dims(shape.begin(), shape.begin() + batch);
  dims.push_back(rng.integer(1, 5));
  dims.push_back(1);
  const ValueId x = sample_input(graph, rng, kind, shape);
  const ValueId indices = graph.add_constant(
      "indices", random_indices(rng, Shape(std::move(dims)), shape[static_cast<int>(batch)]));
  graph.set_outputs(graph.add_node({.op = &op("gather_nd"),
                                    .inputs = {x, indices},
                                    .attributes = Attributes::of(GatherNdAttrs{batch})},
                                   record_of(graph, x)));
  return graph;
}

void infer_gather_elements(InferContext& context) {
  context.expect_inputs(2, 2);
  expect_indices(context, 1);
  const Shape& x = context.shape(0);
  const Shape& indices = context.shape(1);
  const int axis = normalize_axis(context.attrs<AxisAttrs>().axis, x.rank(), "the axis");
  context.expect_rank(1, x.rank());
  for (int a = 0; a < x.rank(); ++a) {
    if (a != axis && x[a] >= 0 && indices[a] > x[a]) {
      context.fail("indices {} are larger than x {} on axis {}", to_string(indices), to_string(x),
                   a);
    }
  }
  context.add_output(context.dtype(0), indices);
}

void reference_gather_elements(const EvalContext& context) {
  const ConstTensorView x = context.input(0);
  const TensorView y = context.output(0);
  const std::vector<int64_t> indices = elements_as<int64_t>(context.input(1));
  const auto axis = static_cast<size_t>(
      normalize_axis(context.attrs<AxisAttrs>().axis, x.shape.rank(), "the axis"));
  const int64_t extent = x.shape[static_cast<int>(axis)];
  Strides from = row_major_strides(x.shape);
  const int64_t step_along = from[axis];
  from[axis] = 0;
  const StridedWalk walk(y.shape.dims(), {row_major_strides(y.shape), std::move(from)});
  with_unit(x.dtype, [&]<class Unit>() {
    const Unit* source = units_of<Unit>(x);
    Unit* to = units_of<Unit>(y);
    walk.rows([&](const int64_t* at, const int64_t* step, int64_t count) {
      for (int64_t i = 0; i < count; ++i) {
        const int64_t out = at[0] + i * step[0];
        const int64_t index = checked_index(indices[static_cast<size_t>(out)], extent);
        to[out] = source[at[1] + i * step[1] + index * step_along];
      }
    });
  });
}

AxisMap axes_gather_elements(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const Shape& indices = graph.value(node.inputs[1]).type.shape;
  const int along = normalize_axis(node.attrs<AxisAttrs>().axis, x.rank(), "the axis");
  AxisMap map{{{}, {}}, {{}}};
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (axis == along) {
      map.inputs[0].push_back(AxisRole::blocked_by("gather_elements looks up positions along it"));
      map.inputs[1].push_back(AxisRole::factor(axis, indices[axis]));
    } else if (x[axis] == indices[axis]) {
      map.inputs[0].push_back(AxisRole::factor(axis, x[axis]));
      map.inputs[1].push_back(map.inputs[0].back());
    } else {
      map.inputs[0].push_back(AxisRole::blocked_by("only the front of it is read"));
      map.inputs[1].push_back(map.inputs[0].back());
    }
  }
  map.outputs[0] = map.inputs[1];
  return map;
}

std::optional<Attributes> permute_gather_elements(const Graph&, const Node& node,
                                                  std::span<const int> permutation) {
  const int rank = static_cast<int>(permutation.size());
  const int axis = normalize_axis(node.attrs<AxisAttrs>().axis, rank, "the axis");
  return Attributes::of(AxisAttrs{permuted_axis(axis, permutation)});
}

std::optional<Graph> sample_gather_elements(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const Shape shape = sample_shape(rng);
  const auto axis = static_cast<int>(rng.integer(0, shape.rank() - 1));
  Shape index_shape = shape;
  index_shape[axis] = rng.integer(1, 5);
  const ValueId x = sample_input(graph, rng, kind, shape);
  const ValueId indices =
      graph.add_constant("indices", random_indices(rng, index_shape, shape[axis]));
  graph.set_outputs(graph.add_node({.op = &op("gather_elements"),
                                    .inputs = {x, indices},
                                    .attributes = Attributes::of(AxisAttrs{axis})},
                                   record_of(graph, x)));
  return graph;
}

}  // namespace

void define_gather_nd(OpSink& sink) {
  sink.add({.name = "gather_nd",
            .summary = "The part of x that each tuple along the last axis of the indices points at",
            .tflite_names = {"GATHER_ND"},
            .onnx_names = {"GatherND"},
            .attributes = Attributes::of(GatherNdAttrs{}),
            .infer = infer_gather_nd,
            .reference = reference_gather_nd,
            .axes = axes_gather_nd,
            .quant = quant,
            .cost = no_macs,
            .sample = sample_gather_nd});
  sink.add({.name = "gather_elements",
            .summary = "y[.., i, ..] = x[.., indices[.., i, ..], ..] along `axis`",
            .onnx_names = {"GatherElements"},
            .attributes = Attributes::of(AxisAttrs{}),
            .infer = infer_gather_elements,
            .reference = reference_gather_elements,
            .axes = axes_gather_elements,
            .permute = permute_gather_elements,
            .quant = quant,
            .cost = no_macs,
            .sample = sample_gather_elements});
}

}  // namespace mote::ops
