// slice: begin, end and stride on every axis.
#include <algorithm>

#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/movement.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/ops/strided.h"

namespace mote::ops {
namespace {

struct Range {
  int64_t begin = 0;
  int64_t count = 0;
  int64_t stride = 1;
};

bool takes_all(const SliceAttrs& attrs, size_t axis) {
  return attrs.begin[axis] == 0 && attrs.end[axis] == kSliceEnd && attrs.stride[axis] == 1;
}

// NumPy's rules for one axis.
Range resolve(const SliceAttrs& attrs, size_t axis, int64_t extent) {
  const int64_t stride = attrs.stride[axis];
  const int64_t low = stride > 0 ? 0 : -1;
  const int64_t high = stride > 0 ? extent : extent - 1;
  const auto position = [&](int64_t value) {
    return std::clamp(value < 0 ? value + extent : value, low, high);
  };
  const int64_t begin = position(attrs.begin[axis]);
  int64_t end = position(attrs.end[axis]);
  if (attrs.end[axis] == kSliceEnd && stride < 0) end = -1;
  const int64_t distance = stride > 0 ? end - begin : begin - end;
  // 0 - stride in unsigned arithmetic: the lowest int64 has no negation.
  const uint64_t step = stride > 0 ? uint64_t(stride) : 0 - uint64_t(stride);
  const int64_t count =
      distance <= 0 ? 0 : static_cast<int64_t>((uint64_t(distance) - 1) / step) + 1;
  return {begin, count, count <= 1 ? 1 : stride};
}

void infer(InferContext& context) {
  context.expect_inputs(1, 1);
  const auto& attrs = context.attrs<SliceAttrs>();
  const Shape& from = context.shape(0);
  const size_t rank = from.dims().size();
  if (attrs.begin.size() != rank || attrs.end.size() != rank || attrs.stride.size() != rank) {
    context.fail("{} begins, {} ends, {} strides for {}", attrs.begin.size(), attrs.end.size(),
                 attrs.stride.size(), to_string(from));
  }
  Shape shape = from;
  for (size_t axis = 0; axis < rank; ++axis) {
    if (attrs.stride[axis] == 0) context.fail("stride 0 on axis {}", axis);
    int64_t& extent = shape[static_cast<int>(axis)];
    if (extent == kDynamic) {
      if (takes_all(attrs, axis)) continue;
      throw_error(ErrorKind::kUnsupported, "a slice of the dynamic batch; fix it with --shape");
    }
    extent = resolve(attrs, axis, extent).count;
  }
  context.add_output(context.dtype(0), std::move(shape));
}

// Where the taken elements lie in x; nothing when none are taken.
std::optional<StridedSide> taken(const SliceAttrs& attrs, const Shape& x) {
  StridedSide side{0, row_major_strides(x)};
  for (size_t axis = 0; axis < side.strides.size(); ++axis) {
    const Range range = resolve(attrs, axis, x[static_cast<int>(axis)]);
    if (range.count == 0) return std::nullopt;
    side.offset += range.begin * side.strides[axis];
    side.strides[axis] *= range.stride;
  }
  return side;
}

void reference(const EvalContext& context) {
  const ConstTensorView x = context.input(0);
  const TensorView y = context.output(0);
  std::optional<StridedSide> side = taken(context.attrs<SliceAttrs>(), x.shape);
  if (!side) return;
  const size_t element_bytes = size_bytes(x.dtype);
  copy_strided(
      element_bytes, y.shape.dims(), {y.bytes, row_major_strides(y.shape)},
      {x.bytes + static_cast<size_t>(side->offset) * element_bytes, std::move(side->strides)});
}

std::optional<KernelRequest> lower(const LowerContext& context) {
  const std::optional<StridedSide> side =
      taken(context.attrs<SliceAttrs>(), context.input_type(0).shape);
  if (!side) return std::nullopt;
  return gathering_copy_request(context, *side);
}

// An axis taken with stride 1 is three runs: before, taken, after. The taken one is y's.
AxisMap axes(const Graph& graph, const Node& node) {
  const auto& attrs = node.attrs<SliceAttrs>();
  const Shape& from = graph.value(node.inputs[0]).type.shape;
  AxisMap map{{{}}, {{}}};
  int next_id = 0;
  for (int axis = 0; axis < from.rank(); ++axis) {
    const int64_t extent = from[axis];
    if (takes_all(attrs, static_cast<size_t>(axis))) {
      map.inputs[0].push_back(AxisRole::factor(next_id++, extent));
      map.outputs[0].push_back(map.inputs[0].back());
      continue;
    }
    const Range range = resolve(attrs, static_cast<size_t>(axis), extent);
    if (range.stride != 1) {
      map.inputs[0].push_back(AxisRole::blocked_by("slice takes it with a stride"));
      map.outputs[0].push_back(map.inputs[0].back());
      continue;
    }
    AxisRole role;
    const auto add_run = [&](int64_t offset, int64_t count) {
      if (count > 0) role.blocks.push_back({offset, {{next_id++, count}}});
    };
    add_run(0, range.begin);
    const int taken = next_id;
    add_run(range.begin, range.count);
    add_run(range.begin + range.count, extent - range.begin - range.count);
    map.inputs[0].push_back(std::move(role));
    map.outputs[0].push_back(range.count > 0 ? AxisRole::factor(taken, range.count) : AxisRole{});
  }
  return map;
}

std::optional<Attributes> permute(const Graph&, const Node& node,
                                  std::span<const int> permutation) {
  const auto& attrs = node.attrs<SliceAttrs>();
  SliceAttrs moved = attrs;
  for (size_t i = 0; i < permutation.size(); ++i) {
    const auto axis = static_cast<size_t>(permutation[i]);
    moved.begin[i] = attrs.begin[axis];
    moved.end[i] = attrs.end[axis];
    moved.stride[i] = attrs.stride[axis];
  }
  return Attributes::of(std::move(moved));
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const Shape shape = sample_shape(rng);
  SliceAttrs attrs;
  for (const int64_t extent : shape) {
    const int64_t begin = rng.integer(0, extent - 1);
    const int64_t end = rng.integer(begin + 1, extent);
    const bool backward = rng.integer(0, 3) == 0;
    attrs.begin.push_back(backward ? end - 1 : begin);
    attrs.end.push_back(backward ? (begin == 0 ? kSliceEnd : begin - 1) : end);
    attrs.stride.push_back(rng.integer(1, 2) * (backward ? -1 : 1));
  }
  const ValueId x = sample_input(graph, rng, kind, shape);
  graph.set_outputs(
      graph.add_node({.op = &op("slice"), .inputs = {x}, .attributes = Attributes::of(attrs)},
                     record_of(graph, x)));
  return graph;
}

}  // namespace

void define_slice(OpSink& sink) {
  sink.add({.name = "slice",
            .summary = "x[begin:end:stride] on every axis, as NumPy",
            .tflite_names = {"SLICE", "STRIDED_SLICE", "REVERSE_V2"},
            .onnx_names = {"Slice"},
            .attributes = Attributes::of(SliceAttrs{}),
            .infer = infer,
            .reference = reference,
            .lower = lower,
            .axes = axes,
            .permute = permute,
            .quant = shared_scale,
            .cost = no_macs,
            .sample = sample});
}

}  // namespace mote::ops
