// top_k, hardmax and cumsum: what is computed along one axis from the elements before and beside.
#include <algorithm>
#include <numeric>

#include "mote/ops/along_axis.h"
#include "mote/ops/define.h"
#include "mote/ops/dispatch.h"
#include "mote/ops/facets.h"
#include "mote/ops/index_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"

namespace mote::ops {
namespace {

void infer_top_k(InferContext& context) {
  context.expect_inputs(1, 1);
  const auto& attrs = context.attrs<TopKAttrs>();
  if (attrs.dtype != DataType::kI32 && attrs.dtype != DataType::kI64) {
    context.fail("positions as {}, expected i32 or i64", name(attrs.dtype));
  }
  Shape shape = context.shape(0);
  int64_t& extent = shape[normalize_axis(attrs.axis, shape.rank(), "the axis")];
  if (attrs.k < 0 || attrs.k > extent) context.fail("k is {}, the axis has {}", attrs.k, extent);
  extent = attrs.k;
  context.add_output(context.dtype(0), shape);
  context.add_output(attrs.dtype, shape);
}

// Equal elements in the order of their positions.
void reference_top_k(const EvalContext& context) {
  const auto& attrs = context.attrs<TopKAttrs>();
  const ConstTensorView x = context.input(0);
  const TensorView positions = context.output(1);
  const int axis = normalize_axis(attrs.axis, x.shape.rank(), "the axis");
  std::vector<int64_t> order(static_cast<size_t>(x.shape[axis]));
  const bool known = with_number(x.dtype, [&]<class T>() {
    const T* from = x.data<T>().data();
    T* to = context.output(0).data<T>().data();
    int64_t line_index = 0;
    for_each_line(x.shape, axis, [&](const Line& line) {
      std::iota(order.begin(), order.end(), 0);
      const auto at = [&](int64_t i) {
        return static_cast<Compute<T>>(from[line.start + i * line.step]);
      };
      std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
        return attrs.largest ? at(a) > at(b) : at(a) < at(b);
      });
      const int64_t outer = line_index / line.step;
      const int64_t inner = line_index % line.step;
      ++line_index;
      for (int64_t k = 0; k < attrs.k; ++k) {
        const int64_t out = (outer * attrs.k + k) * line.step + inner;
        const int64_t source = order[static_cast<size_t>(k)];
        to[out] = from[line.start + source * line.step];
        if (positions.dtype == DataType::kI64) {
          positions.data<int64_t>()[static_cast<size_t>(out)] = source;
        } else {
          positions.data<int32_t>()[static_cast<size_t>(out)] = static_cast<int32_t>(source);
        }
      }
    });
  });
  if (!known) context.no_kernel();
}

// Every axis but `along` passes through.
AxisMap axes_beside(const Graph& graph, const Node& node, int64_t along, std::string_view why) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const int blocked = normalize_axis(along, x.rank(), "the axis");
  TensorAxes axes;
  for (int axis = 0; axis < x.rank(); ++axis) {
    axes.push_back(axis == blocked ? AxisRole::blocked_by(why) : AxisRole::factor(axis, x[axis]));
  }
  return {{axes}, std::vector<TensorAxes>(node.outputs.size(), axes)};
}

AxisMap axes_top_k(const Graph& graph, const Node& node) {
  return axes_beside(graph, node, node.attrs<TopKAttrs>().axis, "it is sorted");
}

template <class Attrs>
std::optional<Attributes> permute(const Graph&, const Node& node,
                                  std::span<const int> permutation) {
  Attrs attrs = node.attrs<Attrs>();
  const int rank = static_cast<int>(permutation.size());
  attrs.axis = permuted_axis(normalize_axis(attrs.axis, rank, "the axis"), permutation);
  return Attributes::of(attrs);
}

std::optional<Graph> sample_top_k(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const Shape shape = sample_shape(rng);
  TopKAttrs attrs{.axis = rng.integer(0, shape.rank() - 1), .largest = rng.integer(0, 1) == 0};
  attrs.k = rng.integer(1, shape[static_cast<int>(attrs.axis)]);
  const ValueId x = sample_input(graph, rng, kind, shape);
  graph.set_outputs(
      graph.add_node({.op = &op("top_k"), .inputs = {x}, .attributes = Attributes::of(attrs)}));
  return graph;
}

void infer_hardmax(InferContext& context) {
  infer_same(context);
  normalize_axis(context.attrs<AxisAttrs>().axis, context.shape(0).rank(), "the axis");
}

void reference_hardmax(const EvalContext& context) {
  if (is_quantized(context)) context.no_kernel();
  const ConstTensorView x = context.input(0);
  const int axis = normalize_axis(context.attrs<AxisAttrs>().axis, x.shape.rank(), "the axis");
  const bool known = with_float(x.dtype, [&]<class T>() {
    const T* from = x.data<T>().data();
    T* to = context.output(0).data<T>().data();
    for_each_line(x.shape, axis, [&](const Line& line) {
      int64_t best = 0;
      for (int64_t i = 0; i < line.count; ++i) {
        const int64_t at = line.start + i * line.step;
        to[at] = T{};
        if (from[line.start + best * line.step] < from[at]) best = i;
      }
      to[line.start + best * line.step] = static_cast<T>(1.0f);
    });
  });
  if (!known) context.no_kernel();
}

AxisMap axes_single(const Graph& graph, const Node& node) {
  return axes_beside(graph, node, node.attrs<AxisAttrs>().axis, "the first of equals wins");
}

template <OpName kName, class Attrs>
std::optional<Graph> sample_axis(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const Shape shape = sample_shape(rng);
  Attrs attrs;
  attrs.axis = rng.integer(0, shape.rank() - 1);
  const ValueId x = sample_input(graph, rng, kind, shape);
  graph.set_outputs(graph.add_node(
      {.op = &op(kName.view()), .inputs = {x}, .attributes = Attributes::of(attrs)}));
  return graph;
}

void infer_cumsum(InferContext& context) {
  infer_same(context);
  normalize_axis(context.attrs<CumsumAttrs>().axis, context.shape(0).rank(), "the axis");
}

void reference_cumsum(const EvalContext& context) {
  if (is_quantized(context)) context.no_kernel();
  const auto& attrs = context.attrs<CumsumAttrs>();
  const ConstTensorView x = context.input(0);
  const int axis = normalize_axis(attrs.axis, x.shape.rank(), "the axis");
  const bool known = with_number(x.dtype, [&]<class T>() {
    using Sum = std::conditional_t<std::is_floating_point_v<Compute<T>>, double, uint64_t>;
    const T* from = x.data<T>().data();
    T* to = context.output(0).data<T>().data();
    for_each_line(x.shape, axis, [&](const Line& line) {
      Sum sum = 0;
      for (int64_t i = 0; i < line.count; ++i) {
        const int64_t k = attrs.reverse ? line.count - 1 - i : i;
        const int64_t at = line.start + k * line.step;
        const Sum before = sum;
        sum += static_cast<Sum>(static_cast<Compute<T>>(from[at]));
        to[at] = static_cast<T>(static_cast<Compute<T>>(attrs.exclusive ? before : sum));
      }
    });
  });
  if (!known) context.no_kernel();
}

AxisMap axes_cumsum(const Graph& graph, const Node& node) {
  return axes_beside(graph, node, node.attrs<CumsumAttrs>().axis, "it is summed in order");
}

}  // namespace

void define_sort(OpSink& sink) {
  sink.add({.name = "top_k",
            .summary = "The k largest (or smallest) along `axis`, best first, and their positions",
            .tflite_names = {"TOPK_V2"},
            .onnx_names = {"TopK"},
            .attributes = Attributes::of(TopKAttrs{}),
            .infer = infer_top_k,
            .reference = reference_top_k,
            .axes = axes_top_k,
            .permute = permute<TopKAttrs>,
            .cost = no_macs,
            .sample = sample_top_k});
  sink.add({.name = "hardmax",
            .summary = "1 at the first largest element along `axis`, else 0",
            .onnx_names = {"Hardmax"},
            .attributes = Attributes::of(AxisAttrs{-1}),
            .infer = infer_hardmax,
            .reference = reference_hardmax,
            .axes = axes_single,
            .permute = permute<AxisAttrs>,
            .cost = no_macs,
            .sample = sample_axis<"hardmax", AxisAttrs>});
  sink.add({.name = "cumsum",
            .summary =
                "y_i = x_0 + ... + x_i along `axis`; without x_i when exclusive, from the end "
                "when reverse",
            .tflite_names = {"CUMSUM"},
            .onnx_names = {"CumSum"},
            .attributes = Attributes::of(CumsumAttrs{}),
            .infer = infer_cumsum,
            .reference = reference_cumsum,
            .axes = axes_cumsum,
            .permute = permute<CumsumAttrs>,
            .cost = no_macs,
            .sample = sample_axis<"cumsum", CumsumAttrs>});
}

}  // namespace mote::ops
