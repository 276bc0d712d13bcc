// depth_to_space, space_to_depth, space_to_batch, batch_to_space: blocks of pixels between axes.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "mote/base/checked.h"
#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/ops/strided.h"

namespace mote::ops {
namespace {

int64_t checked_block(const InferContext& context, int64_t block) {
  if (block < 1) context.fail("a block of {}, expected 1 or more", block);
  return block;
}

void infer_depth_to_space(InferContext& context) {
  context.expect_inputs(1, 1);
  context.expect_rank(0, 4);
  const int64_t block = checked_block(context, context.attrs<BlockAttrs>().block);
  const int64_t area = checked_mul(block, block, "a block");
  const Shape& x = context.shape(0);
  if (x[3] % area != 0) context.fail("{} channels are no multiple of {}", x[3], area);
  context.add_output(context.dtype(0), {x[0], checked_mul(x[1], block, "height"),
                                        checked_mul(x[2], block, "width"), x[3] / area});
}

void infer_space_to_depth(InferContext& context) {
  context.expect_inputs(1, 1);
  context.expect_rank(0, 4);
  const int64_t block = checked_block(context, context.attrs<BlockAttrs>().block);
  const Shape& x = context.shape(0);
  if (x[1] % block != 0 || x[2] % block != 0) {
    context.fail("{} is no multiple of blocks of {}", to_string(x), block);
  }
  const int64_t area = checked_mul(block, block, "a block");
  context.add_output(context.dtype(0),
                     {x[0], x[1] / block, x[2] / block, checked_mul(x[3], area, "channels")});
}

// The axes (n, h, w, block row, block column, c) of the deep tensor [n,h,w,c'] and of the wide one
// [n,h*b,w*b,c], as strides.
struct BlockViews {
  std::vector<int64_t> extents;
  Strides deep;
  Strides wide;
};

BlockViews block_views(const Shape& deep, const Shape& wide, const BlockAttrs& attrs) {
  const int64_t b = attrs.block;
  const int64_t c = wide[3];
  const Strides d = row_major_strides(deep);
  const Strides w = row_major_strides(wide);
  BlockViews views;
  views.extents = {deep[0], deep[1], deep[2], b, b, c};
  // Channel order of the deep tensor: (row, column, c), or (c, row, column).
  views.deep = attrs.column_row_depth ? Strides{d[0], d[1], d[2], b, 1, b * b}
                                      : Strides{d[0], d[1], d[2], b * c, c, 1};
  views.wide = {w[0], w[1] * b, w[2] * b, w[1], w[2], 1};
  return views;
}

void reference_depth_to_space(const EvalContext& context) {
  const ConstTensorView x = context.input(0);
  const TensorView y = context.output(0);
  BlockViews views = block_views(x.shape, y.shape, context.attrs<BlockAttrs>());
  copy_strided(size_bytes(x.dtype), views.extents, {y.bytes, views.wide}, {x.bytes, views.deep});
}

void reference_space_to_depth(const EvalContext& context) {
  const ConstTensorView x = context.input(0);
  const TensorView y = context.output(0);
  BlockViews views = block_views(y.shape, x.shape, context.attrs<BlockAttrs>());
  copy_strided(size_bytes(x.dtype), views.extents, {y.bytes, views.deep}, {x.bytes, views.wide});
}

struct DeepAndWide {
  TensorAxes deep;
  TensorAxes wide;
};

DeepAndWide block_axes(const Shape& deep, const BlockAttrs& attrs) {
  const int64_t b = attrs.block;
  const AxisFactor n{0, deep[0]};
  const AxisFactor h{1, deep[1]};
  const AxisFactor w{2, deep[2]};
  const AxisFactor row{3, b};
  const AxisFactor column{4, b};
  const AxisFactor c{5, deep[3] / (b * b)};
  const auto role = [](std::vector<AxisFactor> product) {
    return AxisRole{{{0, std::move(product)}}, {}};
  };
  const AxisRole depth = attrs.column_row_depth ? role({c, row, column}) : role({row, column, c});
  return {{role({n}), role({h}), role({w}), depth},
          {role({n}), role({h, row}), role({w, column}), role({c})}};
}

AxisMap axes_depth_to_space(const Graph& graph, const Node& node) {
  DeepAndWide axes = block_axes(graph.value(node.inputs[0]).type.shape, node.attrs<BlockAttrs>());
  return {{std::move(axes.deep)}, {std::move(axes.wide)}};
}

AxisMap axes_space_to_depth(const Graph& graph, const Node& node) {
  DeepAndWide axes = block_axes(graph.value(node.outputs[0]).type.shape, node.attrs<BlockAttrs>());
  return {{std::move(axes.wide)}, {std::move(axes.deep)}};
}

// Checks the attributes against x; returns the number of spatial axes.
size_t check_space(const InferContext& context, const SpaceBatchAttrs& attrs) {
  context.expect_inputs(1, 1);
  const size_t spatial = attrs.block.size();
  const Shape& x = context.shape(0);
  if (attrs.low.size() != spatial || attrs.high.size() != spatial ||
      static_cast<size_t>(x.rank()) < spatial + 1) {
    context.fail("{} blocks, {} and {} pads for {}", spatial, attrs.low.size(), attrs.high.size(),
                 to_string(x));
  }
  if (x[0] == kDynamic) {
    throw_error(ErrorKind::kUnsupported,
                "blocks between space and a dynamic batch; fix it with --shape");
  }
  for (size_t i = 0; i < spatial; ++i) {
    checked_block(context, attrs.block[i]);
    if (attrs.low[i] < 0 || attrs.high[i] < 0) context.fail("a negative pad or crop");
  }
  return spatial;
}

void infer_space_to_batch(InferContext& context) {
  const auto& attrs = context.attrs<SpaceBatchAttrs>();
  const size_t spatial = check_space(context, attrs);
  Shape y = context.shape(0);
  for (size_t i = 0; i < spatial; ++i) {
    int64_t& extent = y[static_cast<int>(i) + 1];
    const int64_t padded =
        checked_add(checked_add(extent, attrs.low[i], "pads"), attrs.high[i], "pads");
    if (padded % attrs.block[i] != 0) {
      context.fail("padded extent {} is no multiple of the block {}", padded, attrs.block[i]);
    }
    extent = padded / attrs.block[i];
    y[0] = checked_mul(y[0], attrs.block[i], "batch");
  }
  context.add_output(context.dtype(0), std::move(y));
}

void infer_batch_to_space(InferContext& context) {
  const auto& attrs = context.attrs<SpaceBatchAttrs>();
  const size_t spatial = check_space(context, attrs);
  Shape y = context.shape(0);
  for (size_t i = 0; i < spatial; ++i) {
    if (y[0] % attrs.block[i] != 0) {
      context.fail("batch {} is no multiple of the blocks", context.shape(0)[0]);
    }
    y[0] /= attrs.block[i];
    int64_t& extent = y[static_cast<int>(i) + 1];
    extent = checked_mul(extent, attrs.block[i], "extent");
    if (attrs.low[i] > extent || attrs.high[i] > extent - attrs.low[i]) {
      context.fail("crops {} and {} of extent {}", attrs.low[i], attrs.high[i], extent);
    }
    extent -= attrs.low[i] + attrs.high[i];
  }
  context.add_output(context.dtype(0), std::move(y));
}

// `wide` is [n, s.., rest..]; `deep` is [blocks * n, s/block.., rest..], its batch ordered
// (block.., n). Visits every pixel of `deep` whose place lies inside `wide`: visit(deep offset,
// wide offset, count).
template <class Visit>
void for_each_pair(const Shape& deep, const Shape& wide, const SpaceBatchAttrs& attrs,
                   Visit visit) {
  const size_t spatial = attrs.block.size();
  const Strides strides = row_major_strides(wide);
  const int64_t inner = [&] {
    int64_t product = 1;
    for (int axis = static_cast<int>(spatial) + 1; axis < deep.rank(); ++axis)
      product *= deep[axis];
    return product;
  }();
  const int64_t pixels = inner == 0 ? 0 : deep.elements() / inner;
  for (int64_t pixel = 0; pixel < pixels; ++pixel) {
    int64_t rest = pixel;
    std::vector<int64_t> position(spatial);
    for (size_t i = spatial; i-- > 0;) {
      position[i] = rest % deep[static_cast<int>(i) + 1];
      rest /= deep[static_cast<int>(i) + 1];
    }
    int64_t wide_offset = rest % wide[0] * strides[0];
    rest /= wide[0];
    bool inside = true;
    for (size_t i = spatial; i-- > 0;) {
      const int64_t at = position[i] * attrs.block[i] + rest % attrs.block[i] - attrs.low[i];
      rest /= attrs.block[i];
      inside = inside && at >= 0 && at < wide[static_cast<int>(i) + 1];
      wide_offset += at * strides[i + 1];
    }
    if (inside) visit(pixel * inner, wide_offset, inner);
  }
}

void reference_space_to_batch(const EvalContext& context) {
  const ConstTensorView x = context.input(0);
  const TensorView y = context.output(0);
  const size_t bytes = size_bytes(x.dtype);
  // Outside is the real number 0, whose byte is the zero point of 8-bit quantized tensors.
  const std::optional<Quantization>& record = context.input_type(0).quantization;
  if (record && bytes > 1 && record->zero_point() != 0) context.no_kernel();
  std::memset(y.bytes, record ? record->zero_point() & 0xff : 0, y.size_bytes());
  for_each_pair(y.shape, x.shape, context.attrs<SpaceBatchAttrs>(),
                [&](int64_t deep, int64_t wide, int64_t count) {
                  std::memcpy(y.bytes + size_t(deep) * bytes, x.bytes + size_t(wide) * bytes,
                              size_t(count) * bytes);
                });
}

void reference_batch_to_space(const EvalContext& context) {
  const ConstTensorView x = context.input(0);
  const TensorView y = context.output(0);
  const size_t bytes = size_bytes(x.dtype);
  for_each_pair(x.shape, y.shape, context.attrs<SpaceBatchAttrs>(),
                [&](int64_t deep, int64_t wide, int64_t count) {
                  std::memcpy(y.bytes + size_t(wide) * bytes, x.bytes + size_t(deep) * bytes,
                              size_t(count) * bytes);
                });
}

// The axes after the spatial ones pass through.
AxisMap axes_space_batch(const Graph& graph, const Node& node) {
  AxisMap map = blocked_axes(graph, node, "blocks move between space and batch");
  const Shape& from = graph.value(node.inputs[0]).type.shape;
  for (size_t axis = node.attrs<SpaceBatchAttrs>().block.size() + 1; axis < from.dims().size();
       ++axis) {
    const AxisRole role = AxisRole::factor(static_cast<int>(axis), from[static_cast<int>(axis)]);
    map.inputs[0][axis] = map.outputs[0][axis] = role;
  }
  return map;
}

template <OpName kName, bool kDeep>
std::optional<Graph> sample_block(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const BlockAttrs attrs{.block = rng.integer(1, 3),
                         .column_row_depth = kind == SampleKind::kF32 && rng.integer(0, 1) == 0};
  const int64_t b = attrs.block;
  Shape shape{rng.integer(1, 2), rng.integer(1, 3), rng.integer(1, 3), rng.integer(1, 3)};
  if (kDeep) {
    shape[3] *= b * b;
  } else {
    shape[1] *= b;
    shape[2] *= b;
  }
  const ValueId x = sample_input(graph, rng, kind, shape);
  graph.set_outputs(
      graph.add_node({.op = &op(kName.view()), .inputs = {x}, .attributes = Attributes::of(attrs)},
                     record_of(graph, x)));
  return graph;
}

template <OpName kName, bool kDeep>
std::optional<Graph> sample_space_batch(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid || kind == SampleKind::kI16) return std::nullopt;
  Graph graph;
  Shape shape{rng.integer(1, 2), 0, 0, rng.integer(1, 4)};
  SpaceBatchAttrs attrs;
  for (int i = 1; i <= 2; ++i) {
    const int64_t block = rng.integer(1, 3);
    const int64_t count = rng.integer(2, 4);
    attrs.block.push_back(block);
    attrs.low.push_back(rng.integer(0, 1));
    attrs.high.push_back(kDeep ? rng.integer(0, 1) : (block * count - attrs.low.back()) % block);
    shape[i] = kDeep ? count : block * count - attrs.low.back() - attrs.high.back();
    if (kDeep) shape[0] *= block;
  }
  const ValueId x = sample_input(graph, rng, kind, shape);
  // Also the zero point 0, where the border is the same in every runtime.
  std::optional<Quantization>& record = graph.mutable_value(x).type.quantization;
  if (record && rng.integer(0, 1) == 0) record->zero_points = {0};
  graph.set_outputs(
      graph.add_node({.op = &op(kName.view()), .inputs = {x}, .attributes = Attributes::of(attrs)},
                     record_of(graph, x)));
  return graph;
}

}  // namespace

void define_block(OpSink& sink) {
  sink.add({.name = "depth_to_space",
            .summary = "x [n,h,w,b*b*c] -> y [n,h*b,w*b,c]: channels become blocks of b x b pixels",
            .tflite_names = {"DEPTH_TO_SPACE"},
            .onnx_names = {"DepthToSpace"},
            .attributes = Attributes::of(BlockAttrs{}),
            .infer = infer_depth_to_space,
            .reference = reference_depth_to_space,
            .axes = axes_depth_to_space,
            .quant = shared_scale,
            .cost = no_macs,
            .sample = sample_block<"depth_to_space", true>});
  sink.add({.name = "space_to_depth",
            .summary = "x [n,h*b,w*b,c] -> y [n,h,w,b*b*c]: blocks of b x b pixels become channels",
            .tflite_names = {"SPACE_TO_DEPTH"},
            .onnx_names = {"SpaceToDepth"},
            .attributes = Attributes::of(BlockAttrs{}),
            .infer = infer_space_to_depth,
            .reference = reference_space_to_depth,
            .axes = axes_space_to_depth,
            .quant = shared_scale,
            .cost = no_macs,
            .sample = sample_block<"space_to_depth", false>});
  sink.add(
      {.name = "space_to_batch",
       .summary = "Pads by `low` and `high`, then every block position becomes a batch of its own",
       .tflite_names = {"SPACE_TO_BATCH_ND"},
       .attributes = Attributes::of(SpaceBatchAttrs{}),
       .infer = infer_space_to_batch,
       .reference = reference_space_to_batch,
       .axes = axes_space_batch,
       .quant = shared_scale,
       .cost = no_macs,
       .sample = sample_space_batch<"space_to_batch", false>});
  sink.add({.name = "batch_to_space",
            .summary =
                "The inverse of space_to_batch: batches become block positions, then `low` and "
                "`high` are cropped",
            .tflite_names = {"BATCH_TO_SPACE_ND"},
            .attributes = Attributes::of(SpaceBatchAttrs{}),
            .infer = infer_batch_to_space,
            .reference = reference_batch_to_space,
            .axes = axes_space_batch,
            .quant = shared_scale,
            .cost = no_macs,
            .sample = sample_space_batch<"batch_to_space", true>});
}

}  // namespace mote::ops
