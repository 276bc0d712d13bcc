// concat and split: joining along an axis, and its inverse.
#include <algorithm>

#include "mote/base/checked.h"
#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/movement.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/ops/strided.h"

namespace mote::ops {
namespace {

void infer_concat(InferContext& context) {
  context.expect_inputs(1, SIZE_MAX);
  Shape shape = context.shape(0);
  const int axis = normalize_axis(context.attrs<AxisAttrs>().axis, shape.rank(), "the axis");
  for (size_t i = 1; i < context.input_count(); ++i) {
    expect_same_type(context, 0, i);
    const Shape& next = context.shape(i);
    context.expect_rank(i, shape.rank());
    for (int a = 0; a < shape.rank(); ++a) {
      if (a != axis && next[a] != shape[a]) {
        context.fail("input {} is {}, which cannot join {} along axis {}", i, to_string(next),
                     to_string(shape), axis);
      }
    }
    if (shape[axis] == kDynamic || next[axis] == kDynamic) {
      throw_error(ErrorKind::kUnsupported, "joining along the dynamic batch; fix it with --shape");
    }
    shape[axis] = checked_add(shape[axis], next[axis], "extent of a concat");
  }
  context.add_output(context.dtype(0), std::move(shape));
}

// Copies `part` to or from its place at `offset` along `axis` of `whole`.
struct Part {
  const Shape& shape;
  int axis;
  int64_t offset;

  size_t start_bytes(const Shape& whole, DataType dtype) const {
    return static_cast<size_t>(offset * row_major_strides(whole)[static_cast<size_t>(axis)]) *
           size_bytes(dtype);
  }
};

void reference_concat(const EvalContext& context) {
  const TensorView y = context.output(0);
  const int axis = normalize_axis(context.attrs<AxisAttrs>().axis, y.shape.rank(), "the axis");
  int64_t offset = 0;
  for (size_t i = 0; i < context.inputs.size(); ++i) {
    if (context.input_type(i).quantization != context.output_type(0).quantization) {
      context.no_kernel();
    }
    const ConstTensorView x = context.input(i);
    const Part part{x.shape, axis, offset};
    copy_strided(size_bytes(y.dtype), x.shape.dims(),
                 {y.bytes + part.start_bytes(y.shape, y.dtype), row_major_strides(y.shape)},
                 {x.bytes, row_major_strides(x.shape)});
    offset += x.shape[axis];
  }
}

void infer_split(InferContext& context) {
  context.expect_inputs(1, 1);
  const auto& attrs = context.attrs<SplitAttrs>();
  const Shape& from = context.shape(0);
  const int axis = normalize_axis(attrs.axis, from.rank(), "the axis");
  int64_t total = 0;
  for (const int64_t size : attrs.sizes) {
    if (size < 0) context.fail("a part of {} elements", size);
    total = checked_add(total, size, "extent of a split");
    Shape shape = from;
    shape[axis] = size;
    context.add_output(context.dtype(0), std::move(shape));
  }
  if (attrs.sizes.empty() || total != from[axis]) {
    context.fail("{} parts of {} elements together, but axis {} of {} is split", attrs.sizes.size(),
                 total, axis, to_string(from));
  }
}

void reference_split(const EvalContext& context) {
  const ConstTensorView x = context.input(0);
  const int axis = normalize_axis(context.attrs<SplitAttrs>().axis, x.shape.rank(), "the axis");
  int64_t offset = 0;
  for (size_t i = 0; i < context.outputs.size(); ++i) {
    const TensorView y = context.output(i);
    const Part part{y.shape, axis, offset};
    copy_strided(size_bytes(x.dtype), y.shape.dims(), {y.bytes, row_major_strides(y.shape)},
                 {x.bytes + part.start_bytes(x.shape, x.dtype), row_major_strides(x.shape)});
    offset += y.shape[axis];
  }
}

// Bytes of each part beside the others, and how often the row of parts repeats.
struct Joined {
  int64_t outer = 1;
  std::vector<int64_t> part_bytes;
};

Joined joined(const Shape& whole, int axis, DataType dtype, std::span<const int64_t> parts) {
  Joined result;
  auto inner = static_cast<int64_t>(size_bytes(dtype));
  for (int d = 0; d < axis; ++d) result.outer *= whole[d];
  for (int d = axis + 1; d < whole.rank(); ++d) inner *= whole[d];
  for (const int64_t part : parts) result.part_bytes.push_back(part * inner);
  return result;
}

std::optional<KernelRequest> join_request(std::string_view family, Joined whole) {
  const mote_join_params p{static_cast<int32_t>(whole.part_bytes.size()), whole.outer,
                           whole.part_bytes.data()};
  return kernel_request(family, {}, p, {0}, std::move(whole.part_bytes));
}

std::optional<KernelRequest> lower_concat(const LowerContext& context) {
  const TensorType& y = context.output_type(0);
  const int axis = normalize_axis(context.attrs<AxisAttrs>().axis, y.shape.rank(), "the axis");
  std::vector<int64_t> parts;
  std::vector<int> inputs;
  for (size_t i = 0; i < context.node->inputs.size(); ++i) {
    const TensorType& x = context.input_type(i);
    if (x.quantization != y.quantization) return std::nullopt;
    parts.push_back(x.shape[axis]);
    inputs.push_back(static_cast<int>(i));
  }
  auto request = join_request("concat", joined(y.shape, axis, y.dtype, parts));
  if (request) request->inputs = std::move(inputs);
  return request;
}

std::optional<KernelRequest> lower_split(const LowerContext& context) {
  const auto& attrs = context.attrs<SplitAttrs>();
  const TensorType& x = context.input_type(0);
  const int axis = normalize_axis(attrs.axis, x.shape.rank(), "the axis");
  auto request = join_request("split", joined(x.shape, axis, x.dtype, attrs.sizes));
  if (!request) return request;
  request->outputs.clear();
  for (size_t i = 0; i < attrs.sizes.size(); ++i) request->outputs.push_back(static_cast<int>(i));
  return request;
}

// Factor a on axis a of everything, except the joined axis: part i has the factor rank + i there,
// and the whole is their sequence.
struct JoinedAxes {
  TensorAxes whole;
  std::vector<TensorAxes> parts;
};

JoinedAxes joined_axes(const Graph& graph, ValueId whole, const std::vector<ValueId>& parts,
                       int64_t axis_attr) {
  const Shape& full = graph.value(whole).type.shape;
  const int joined = normalize_axis(axis_attr, full.rank(), "the axis");
  JoinedAxes result;
  for (int axis = 0; axis < full.rank(); ++axis) {
    result.whole.push_back(AxisRole::factor(axis, full[axis]));
  }
  AxisRole sequence;
  int64_t offset = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const int64_t extent = graph.value(parts[i]).type.shape[joined];
    const AxisFactor factor{full.rank() + static_cast<int>(i), extent};
    sequence.blocks.push_back({offset, {factor}});
    result.parts.push_back(result.whole);
    result.parts.back()[static_cast<size_t>(joined)] = AxisRole::factor(factor.id, extent);
    offset += extent;
  }
  result.whole[static_cast<size_t>(joined)] = std::move(sequence);
  return result;
}

AxisMap axes_concat(const Graph& graph, const Node& node) {
  JoinedAxes joined =
      joined_axes(graph, node.outputs[0], node.inputs, node.attrs<AxisAttrs>().axis);
  return {std::move(joined.parts), {std::move(joined.whole)}};
}

AxisMap axes_split(const Graph& graph, const Node& node) {
  JoinedAxes joined =
      joined_axes(graph, node.inputs[0], node.outputs, node.attrs<SplitAttrs>().axis);
  return {{std::move(joined.whole)}, std::move(joined.parts)};
}

template <class Attrs>
std::optional<Attributes> permute(const Graph& graph, const Node& node,
                                  std::span<const int> permutation) {
  Attrs attrs = node.attrs<Attrs>();
  const int rank = graph.value(node.inputs[0]).type.shape.rank();
  attrs.axis = permuted_axis(normalize_axis(attrs.axis, rank, "the axis"), permutation);
  return Attributes::of(std::move(attrs));
}

std::optional<Graph> sample_concat(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  Shape shape = sample_shape(rng);
  const int axis = static_cast<int>(rng.integer(0, shape.rank() - 1));
  std::vector<ValueId> inputs;
  for (int64_t i = rng.integer(1, 4); i > 0; --i) {
    shape[axis] = rng.integer(1, 5);
    inputs.push_back(sample_input(graph, rng, kind, shape));
    graph.mutable_value(inputs.back()).type.quantization = graph.value(inputs[0]).type.quantization;
  }
  const Graph::OutputHints hints = record_of(graph, inputs[0]);
  graph.set_outputs(graph.add_node(
      {.op = &op("concat"), .inputs = inputs, .attributes = Attributes::of(AxisAttrs{axis})},
      hints));
  return graph;
}

std::optional<Graph> sample_split(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  Shape shape = sample_shape(rng);
  SplitAttrs attrs{.axis = rng.integer(0, shape.rank() - 1)};
  int64_t& extent = shape[static_cast<int>(attrs.axis)];
  extent = 0;
  for (int64_t i = rng.integer(1, 4); i > 0; --i) {
    attrs.sizes.push_back(rng.integer(1, 4));
    extent += attrs.sizes.back();
  }
  const ValueId x = sample_input(graph, rng, kind, shape);
  graph.set_outputs(
      graph.add_node({.op = &op("split"), .inputs = {x}, .attributes = Attributes::of(attrs)},
                     record_of(graph, x, attrs.sizes.size())));
  return graph;
}

}  // namespace

void define_concat(OpSink& sink) {
  sink.add({.name = "concat",
            .summary = "All inputs, one after the other along `axis`",
            .tflite_names = {"CONCATENATION", "PACK"},
            .onnx_names = {"Concat"},
            .attributes = Attributes::of(AxisAttrs{}),
            .infer = infer_concat,
            .reference = reference_concat,
            .lower = lower_concat,
            .axes = axes_concat,
            .permute = permute<AxisAttrs>,
            .quant = shared_scale,
            .cost = no_macs,
            .sample = sample_concat});
  sink.add({.name = "split",
            .summary = "Consecutive parts of x with extents `sizes` along `axis`",
            .tflite_names = {"SPLIT", "SPLIT_V", "UNPACK"},
            .onnx_names = {"Split"},
            .attributes = Attributes::of(SplitAttrs{}),
            .infer = infer_split,
            .reference = reference_split,
            .lower = lower_split,
            .axes = axes_split,
            .permute = permute<SplitAttrs>,
            .quant = shared_scale,
            .cost = no_macs,
            .sample = sample_split});
}

}  // namespace mote::ops
