// tile and broadcast_to: repeating a tensor.
#include "mote/base/checked.h"
#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/ops/strided.h"

namespace mote::ops {
namespace {

void infer_tile(InferContext& context) {
  context.expect_inputs(1, 1);
  const auto& repeats = context.attrs<TileAttrs>().repeats;
  Shape shape = context.shape(0);
  if (repeats.size() != shape.dims().size()) {
    context.fail("{} repeats for {}", repeats.size(), to_string(shape));
  }
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const int64_t times = repeats[static_cast<size_t>(axis)];
    if (times < 0) context.fail("{} repeats on axis {}", times, axis);
    if (times == 1) continue;
    if (shape[axis] == kDynamic) {
      throw_error(ErrorKind::kUnsupported, "repeats of the dynamic batch; fix it with --shape");
    }
    shape[axis] = checked_mul(shape[axis], times, "repeated extent");
  }
  context.add_output(context.dtype(0), std::move(shape));
}

// Every axis is walked as (repeat, extent); the source stands still along the repeat.
void reference_tile(const EvalContext& context) {
  const ConstTensorView x = context.input(0);
  const TensorView y = context.output(0);
  const Strides dense_x = row_major_strides(x.shape);
  const Strides dense_y = row_major_strides(y.shape);
  std::vector<int64_t> extents;
  Strides to;
  Strides from;
  for (size_t axis = 0; axis < dense_x.size(); ++axis) {
    const int64_t extent = x.shape[static_cast<int>(axis)];
    extents.insert(extents.end(), {context.attrs<TileAttrs>().repeats[axis], extent});
    to.insert(to.end(), {dense_y[axis] * extent, dense_y[axis]});
    from.insert(from.end(), {0, dense_x[axis]});
  }
  copy_strided(size_bytes(x.dtype), std::move(extents), {y.bytes, std::move(to)},
               {x.bytes, std::move(from)});
}

AxisMap axes_tile(const Graph& graph, const Node& node) {
  const Shape& from = graph.value(node.inputs[0]).type.shape;
  const auto& repeats = node.attrs<TileAttrs>().repeats;
  AxisMap map{{{}}, {{}}};
  for (int axis = 0; axis < from.rank(); ++axis) {
    map.inputs[0].push_back(AxisRole::factor(axis, from[axis]));
    const int64_t times = repeats[static_cast<size_t>(axis)];
    AxisRole out = map.inputs[0].back();
    if (times > 1)
      out.blocks[0].product.insert(out.blocks[0].product.begin(), {from.rank() + axis, times});
    if (times == 0) out = {};
    map.outputs[0].push_back(std::move(out));
  }
  return map;
}

std::optional<Attributes> permute_tile(const Graph&, const Node& node,
                                       std::span<const int> permutation) {
  TileAttrs moved;
  for (const int axis : permutation) {
    moved.repeats.push_back(node.attrs<TileAttrs>().repeats[static_cast<size_t>(axis)]);
  }
  return Attributes::of(std::move(moved));
}

std::optional<Graph> sample_tile(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const Shape shape = sample_shape(rng);
  TileAttrs attrs;
  for (int axis = 0; axis < shape.rank(); ++axis) attrs.repeats.push_back(rng.integer(1, 3));
  const ValueId x = sample_input(graph, rng, kind, shape);
  graph.set_outputs(
      graph.add_node({.op = &op("tile"), .inputs = {x}, .attributes = Attributes::of(attrs)},
                     record_of(graph, x)));
  return graph;
}

void infer_broadcast_to(InferContext& context) {
  context.expect_inputs(1, 1);
  const Shape wanted(context.attrs<ShapeAttrs>().shape);
  for (int axis = 0; axis < wanted.rank(); ++axis) {
    if (wanted[axis] < 0 && !(axis == 0 && wanted[axis] == kDynamic)) {
      context.fail("{} is no shape", to_string(wanted));
    }
  }
  const Shape& from = context.shape(0);
  const bool follows_batch = wanted.rank() > 0 && wanted[0] == kDynamic;
  if (follows_batch && from.rank() != wanted.rank()) {
    context.fail("the batch of {} is not known from {}", to_string(wanted), to_string(from));
  }
  const Shape target = follows_batch ? wanted.bind(from[0]) : wanted;
  if (broadcast(from, target) != target) {
    context.fail("{} does not broadcast to {}", to_string(from), to_string(target));
  }
  context.add_output(context.dtype(0), target);
}

void reference_broadcast_to(const EvalContext& context) {
  const ConstTensorView x = context.input(0);
  const TensorView y = context.output(0);
  copy_strided(size_bytes(x.dtype), y.shape.dims(), {y.bytes, row_major_strides(y.shape)},
               {x.bytes, broadcast_strides(x.shape, y.shape)});
}

std::optional<Attributes> permute_broadcast_to(const Graph& graph, const Node& node,
                                               std::span<const int> permutation) {
  const auto& shape = node.attrs<ShapeAttrs>().shape;
  if (graph.value(node.inputs[0]).type.shape.dims().size() != shape.size()) return std::nullopt;
  ShapeAttrs moved;
  for (const int axis : permutation) moved.shape.push_back(shape[static_cast<size_t>(axis)]);
  return Attributes::of(std::move(moved));
}

std::optional<Graph> sample_broadcast_to(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const Shape full = sample_shape(rng);
  Shape shape = full;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (rng.integer(0, 1) == 0) shape[axis] = 1;
  }
  const ValueId x = sample_input(graph, rng, kind, shape);
  graph.set_outputs(graph.add_node({.op = &op("broadcast_to"),
                                    .inputs = {x},
                                    .attributes = Attributes::of(ShapeAttrs{full.dims()})},
                                   record_of(graph, x)));
  return graph;
}

}  // namespace

void define_tile(OpSink& sink) {
  sink.add({.name = "tile",
            .summary = "x repeated `repeats[i]` times along axis i",
            .tflite_names = {"TILE"},
            .onnx_names = {"Tile"},
            .attributes = Attributes::of(TileAttrs{}),
            .infer = infer_tile,
            .reference = reference_tile,
            .axes = axes_tile,
            .permute = permute_tile,
            .quant = shared_scale,
            .cost = no_macs,
            .sample = sample_tile});
  sink.add({.name = "broadcast_to",
            .summary = "x stretched to `shape` by NumPy's rules; a first extent of -1 is x's own",
            .tflite_names = {"BROADCAST_TO"},
            .onnx_names = {"Expand"},
            .attributes = Attributes::of(ShapeAttrs{}),
            .infer = infer_broadcast_to,
            .reference = reference_broadcast_to,
            .axes = elementwise_axes,
            .permute = permute_broadcast_to,
            .quant = shared_scale,
            .cost = no_macs,
            .sample = sample_broadcast_to});
}

}  // namespace mote::ops
