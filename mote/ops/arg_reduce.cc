// arg_max, arg_min: where the extreme along an axis is.
#include "mote/ops/define.h"
#include "mote/ops/dispatch.h"
#include "mote/ops/facets.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/op_table.h"

namespace mote::ops {
namespace {

constexpr std::string_view kIndexed = "the result is a position along it";

void infer(InferContext& context) {
  context.expect_inputs(1, 1);
  const auto& attrs = context.attrs<ArgAttrs>();
  if (attrs.dtype != DataType::kI32 && attrs.dtype != DataType::kI64) {
    context.fail("positions as {}, expected i32 or i64", name(attrs.dtype));
  }
  const Shape& from = context.shape(0);
  const int axis = normalize_axis(attrs.axis, from.rank(), "the axis");
  if (from[axis] == 0) context.fail("axis {} of {} is empty", axis, to_string(from));
  std::vector<int64_t> dims(from.begin(), from.end());
  if (attrs.keep_dims) {
    dims[static_cast<size_t>(axis)] = 1;
  } else {
    dims.erase(dims.begin() + axis);
  }
  context.add_output(attrs.dtype, Shape(std::move(dims)));
}

// The first NaN is the extreme, as in NumPy.
template <bool kLargest, class T>
int64_t position(const T* from, int64_t count, int64_t step, bool last) {
  using C = Compute<T>;
  int64_t best = 0;
  for (int64_t i = 1; i < count; ++i) {
    const C value = static_cast<C>(from[i * step]);
    const C extreme = static_cast<C>(from[best * step]);
    if (extreme != extreme) break;
    const bool better = kLargest ? value > extreme : value < extreme;
    if (better || value != value || (last && value == extreme)) best = i;
  }
  return best;
}

template <bool kLargest>
void reference(const EvalContext& context) {
  const auto& attrs = context.attrs<ArgAttrs>();
  const ConstTensorView x = context.input(0);
  const int axis = normalize_axis(attrs.axis, x.shape.rank(), "the axis");
  const int64_t extent = x.shape[axis];
  const int64_t inner = row_major_strides(x.shape)[static_cast<size_t>(axis)];
  const TensorView y = context.output(0);
  const int64_t outer = inner == 0 ? 0 : y.elements() / inner;
  const bool known = with_number(x.dtype, [&]<class T>() {
    const T* from = x.data<T>().data();
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t i = 0; i < inner; ++i) {
        const int64_t at =
            position<kLargest>(from + o * extent * inner + i, extent, inner, attrs.last);
        const auto to = static_cast<size_t>(o * inner + i);
        if (y.dtype == DataType::kI64) {
          y.data<int64_t>()[to] = at;
        } else {
          y.data<int32_t>()[to] = static_cast<int32_t>(at);
        }
      }
    }
  });
  if (!known) context.no_kernel();
}

AxisMap axes(const Graph& graph, const Node& node) {
  const Shape& from = graph.value(node.inputs[0]).type.shape;
  const auto& attrs = node.attrs<ArgAttrs>();
  const int searched = normalize_axis(attrs.axis, from.rank(), "the axis");
  AxisMap map{{{}}, {{}}};
  for (int axis = 0; axis < from.rank(); ++axis) {
    if (axis == searched) {
      map.inputs[0].push_back(AxisRole::blocked_by(kIndexed));
      if (attrs.keep_dims) map.outputs[0].push_back({});
      continue;
    }
    map.inputs[0].push_back(AxisRole::factor(axis, from[axis]));
    map.outputs[0].push_back(map.inputs[0].back());
  }
  return map;
}

std::optional<Attributes> permute(const Graph&, const Node& node,
                                  std::span<const int> permutation) {
  ArgAttrs attrs = node.attrs<ArgAttrs>();
  if (!attrs.keep_dims) return std::nullopt;
  const int rank = static_cast<int>(permutation.size());
  attrs.axis = permuted_axis(normalize_axis(attrs.axis, rank, "the axis"), permutation);
  return Attributes::of(attrs);
}

std::optional<QuantRule> quant(const Graph&, const Node&) {
  return QuantRule{.inputs = {{QuantRule::Role::kActivation}},
                   .output = QuantRule::Output::kUntouched};
}

template <OpName kName>
std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const Shape shape = sample_shape(rng);
  const ArgAttrs attrs{.axis = rng.integer(0, shape.rank() - 1),
                       .keep_dims = kind == SampleKind::kF32 && rng.integer(0, 1) == 0,
                       .dtype = DataType::kI32};
  const ValueId x = sample_input(graph, rng, kind, shape);
  graph.set_outputs(graph.add_node(
      {.op = &op(kName.view()), .inputs = {x}, .attributes = Attributes::of(attrs)}));
  return graph;
}

template <OpName kName, bool kLargest>
OpDef definition(std::string_view summary, std::string_view tflite, std::string_view onnx) {
  return {.name = kName.view(),
          .summary = summary,
          .tflite_names = {tflite},
          .onnx_names = {onnx},
          .attributes = Attributes::of(ArgAttrs{}),
          .infer = infer,
          .reference = reference<kLargest>,
          .axes = axes,
          .permute = permute,
          .quant = quant,
          .cost = no_macs,
          .sample = sample<kName>};
}

}  // namespace

void define_arg_reduce(OpSink& sink) {
  sink.add(
      definition<"arg_max", true>("The position of the largest x along `axis`, the first of "
                                  "equals unless `last`",
                                  "ARG_MAX", "ArgMax"));
  sink.add(
      definition<"arg_min", false>("The position of the smallest x along `axis`, the first of "
                                   "equals unless `last`",
                                   "ARG_MIN", "ArgMin"));
}

}  // namespace mote::ops
