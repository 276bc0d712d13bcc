// Reductions over axes: sums, products, extremes, norms, logic.
#include <algorithm>
#include <cmath>
#include <limits>

#include "mote/kernels/reduce/reduce.h"
#include "mote/ops/define.h"
#include "mote/ops/dispatch.h"
#include "mote/ops/facets.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/quantized_elementwise.h"
#include "mote/ops/strided.h"

namespace mote::ops {
namespace {

std::vector<bool> reduced_axes(const ReduceAttrs& attrs, int rank) {
  std::vector<bool> reduced(static_cast<size_t>(rank), false);
  for (const int64_t axis : attrs.axes) {
    reduced[static_cast<size_t>(normalize_axis(axis, rank, "a reduced axis"))] = true;
  }
  return reduced;
}

void infer(InferContext& context) {
  context.expect_inputs(1, 1);
  const auto& attrs = context.attrs<ReduceAttrs>();
  const Shape& from = context.shape(0);
  const std::vector<bool> reduced = reduced_axes(attrs, from.rank());
  std::vector<int64_t> dims;
  for (int axis = 0; axis < from.rank(); ++axis) {
    if (!reduced[static_cast<size_t>(axis)]) {
      dims.push_back(from[axis]);
    } else if (attrs.keep_dims) {
      dims.push_back(1);
    }
  }
  context.add_output(context.dtype(0), Shape(std::move(dims)));
}

// Steps of the output per axis of the input: 0 along reduced ones.
Strides output_strides(const Shape& from, const std::vector<bool>& reduced) {
  Strides strides(reduced.size(), 0);
  int64_t step = 1;
  for (size_t axis = reduced.size(); axis-- > 0;) {
    if (reduced[axis]) continue;
    strides[axis] = step;
    step *= from[static_cast<int>(axis)];
  }
  return strides;
}

// Each operator: the accumulator of T, its start, one step, and the end given the count.
// Sums of floats are held in double, so that the order of the elements hardly shows; integers in 64
// bits, and wrap to their type in the end.
template <class T>
using Wide = std::conditional_t<std::is_floating_point_v<Compute<T>>, double,
                                std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>;

template <class T>
T wrapping_sum(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a + b;
  else
    return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
template <class T>
T wrapping_product(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a * b;
  else
    return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}
template <class T>
T magnitude(T x) {
  if constexpr (std::is_unsigned_v<T>)
    return x;
  else if constexpr (std::is_integral_v<T>)
    return x < 0 ? static_cast<T>(0 - static_cast<uint64_t>(x)) : x;
  else
    return std::abs(x);
}
template <class T>
T lowest_value() {
  return std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity()
                                     : std::numeric_limits<T>::min();
}
template <class T>
T highest_value() {
  return std::is_floating_point_v<T> ? std::numeric_limits<T>::infinity()
                                     : std::numeric_limits<T>::max();
}

struct Finish {
  template <class W>
  static W finish(W total, int64_t) {
    return total;
  }
};

struct Sum : Finish {
  template <class W>
  static W start() {
    return 0;
  }
  template <class W>
  static W step(W total, W x) {
    return wrapping_sum(total, x);
  }
};
// Integers divide towards zero, as TFLite's MEAN.
struct Mean : Sum {
  template <class W>
  static W finish(W total, int64_t count) {
    if constexpr (std::is_floating_point_v<W>)
      return total / static_cast<W>(count);
    else
      return count == 0 ? W{0} : total / static_cast<W>(count);
  }
};
struct Product : Finish {
  template <class W>
  static W start() {
    return 1;
  }
  template <class W>
  static W step(W total, W x) {
    return wrapping_product(total, x);
  }
};
struct Max : Finish {
  template <class W>
  static W start() {
    return lowest_value<W>();
  }
  template <class W>
  static W step(W best, W x) {
    return x > best || x != x ? x : best;
  }
};
struct Min : Finish {
  template <class W>
  static W start() {
    return highest_value<W>();
  }
  template <class W>
  static W step(W best, W x) {
    return x < best || x != x ? x : best;
  }
};
struct L1 : Sum {
  template <class W>
  static W step(W total, W x) {
    return wrapping_sum(total, magnitude(x));
  }
};
struct SumSquare : Sum {
  template <class W>
  static W step(W total, W x) {
    return wrapping_sum(total, wrapping_product(x, x));
  }
};
struct L2 : SumSquare {
  template <class W>
  static W finish(W total, int64_t) {
    return static_cast<W>(std::sqrt(static_cast<double>(total)));
  }
};
struct LogSum : Sum {
  template <class W>
  static W finish(W total, int64_t) {
    return static_cast<W>(std::log(static_cast<double>(total)));
  }
};

template <class Op, class T>
void reduce(const EvalContext& context) {
  using W = Wide<T>;
  const ConstTensorView x = context.input(0);
  const TensorView y = context.output(0);
  const std::vector<bool> reduced = reduced_axes(context.attrs<ReduceAttrs>(), x.shape.rank());
  std::vector<W> total(static_cast<size_t>(y.elements()), Op::template start<W>());
  const T* from = x.data<T>().data();
  const StridedWalk walk(x.shape.dims(),
                         {output_strides(x.shape, reduced), row_major_strides(x.shape)});
  walk.rows([&](const int64_t* at, const int64_t* step, int64_t count) {
    W* to = total.data() + at[0];
    for (int64_t i = 0; i < count; ++i) {
      W& element = to[i * step[0]];
      element = Op::template step<W>(
          element, static_cast<W>(static_cast<Compute<T>>(from[at[1] + i * step[1]])));
    }
  });
  int64_t count = 1;
  for (int axis = 0; axis < x.shape.rank(); ++axis) {
    if (reduced[static_cast<size_t>(axis)]) count *= x.shape[axis];
  }
  std::transform(total.begin(), total.end(), y.data<T>().begin(), [&](W value) {
    return static_cast<T>(static_cast<Compute<T>>(Op::template finish<W>(value, count)));
  });
}

template <class Op>
constexpr std::optional<QuantizedReduce> quantized_kind() {
  if constexpr (std::is_same_v<Op, Mean>)
    return QuantizedReduce::kMean;
  else if constexpr (std::is_same_v<Op, Sum>)
    return QuantizedReduce::kSum;
  else if constexpr (std::is_same_v<Op, Max>)
    return QuantizedReduce::kMax;
  else if constexpr (std::is_same_v<Op, Min>)
    return QuantizedReduce::kMin;
  else
    return std::nullopt;
}

// Whether kernels take these floats: for the largest and the smallest they differ about NaN and
// about no elements.
template <class Op, class Context>
bool sums_floats(const Context& context) {
  constexpr bool kSums = std::is_same_v<Op, Mean> || std::is_same_v<Op, Sum>;
  const TensorType& x = context.input_type(0);
  return kSums && x.dtype == DataType::kF32 && x.shape.rank() <= MOTE_REDUCE_MAX_RANK;
}

template <class Op>
struct Request {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    constexpr std::optional<QuantizedReduce> kKind = quantized_kind<Op>();
    if constexpr (kKind.has_value()) {
      if (is_quantized(context) || sums_floats<Op>(context)) return reduce_request(context, *kKind);
    }
    return std::nullopt;
  }
};

template <class Op>
void reference(const EvalContext& context) {
  if (is_quantized(context) || sums_floats<Op>(context)) return run_reference<Request<Op>>(context);
  const bool known =
      with_number(context.input_type(0).dtype, [&]<class T>() { reduce<Op, T>(context); });
  if (!known) context.no_kernel();
}

// log(sum e^x) with the maximum taken out, so that nothing overflows.
void reference_log_sum_exp(const EvalContext& context) {
  if (is_quantized(context)) context.no_kernel();
  const ConstTensorView x = context.input(0);
  const TensorView y = context.output(0);
  const std::vector<bool> reduced = reduced_axes(context.attrs<ReduceAttrs>(), x.shape.rank());
  const std::vector<double> values = elements_as<double>(x);
  const auto outputs = static_cast<size_t>(y.elements());
  std::vector<double> most(outputs, -std::numeric_limits<double>::infinity());
  std::vector<double> total(outputs, 0.0);
  const StridedWalk walk(x.shape.dims(),
                         {output_strides(x.shape, reduced), row_major_strides(x.shape)});
  const auto visit = [&](const auto& body) {
    walk.rows([&](const int64_t* at, const int64_t* step, int64_t count) {
      for (int64_t i = 0; i < count; ++i) {
        body(static_cast<size_t>(at[0] + i * step[0]),
             values[static_cast<size_t>(at[1] + i * step[1])]);
      }
    });
  };
  visit([&](size_t to, double value) { most[to] = std::max(most[to], value); });
  for (double& value : most) value = std::isfinite(value) ? value : 0.0;
  visit([&](size_t to, double value) { total[to] += std::exp(value - most[to]); });
  const bool known = with_float(y.dtype, [&]<class T>() {
    const auto to = y.data<T>();
    for (size_t i = 0; i < outputs; ++i) {
      to[i] = static_cast<T>(static_cast<Compute<T>>(std::log(total[i]) + most[i]));
    }
  });
  if (!known) context.no_kernel();
}

template <bool kAll>
void reference_logic(const EvalContext& context) {
  if (context.input_type(0).dtype != DataType::kBool) context.no_kernel();
  const ConstTensorView x = context.input(0);
  const auto y = context.output(0).data<bool>();
  std::fill(y.begin(), y.end(), kAll);
  const std::vector<bool> reduced = reduced_axes(context.attrs<ReduceAttrs>(), x.shape.rank());
  const bool* from = x.data<bool>().data();
  const StridedWalk walk(x.shape.dims(),
                         {output_strides(x.shape, reduced), row_major_strides(x.shape)});
  walk.rows([&](const int64_t* at, const int64_t* step, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      bool& to = y[static_cast<size_t>(at[0] + i * step[0])];
      const bool value = from[at[1] + i * step[1]];
      to = kAll ? to && value : to || value;
    }
  });
}

// Every operator here is symmetric in the elements it reduces, so those axes may be permuted too.
AxisMap axes(const Graph& graph, const Node& node) {
  const Shape& from = graph.value(node.inputs[0]).type.shape;
  const auto& attrs = node.attrs<ReduceAttrs>();
  const std::vector<bool> reduced = reduced_axes(attrs, from.rank());
  AxisMap map{{{}}, {{}}};
  for (int axis = 0; axis < from.rank(); ++axis) {
    map.inputs[0].push_back(AxisRole::factor(axis, from[axis]));
    if (!reduced[static_cast<size_t>(axis)]) {
      map.outputs[0].push_back(map.inputs[0].back());
    } else if (attrs.keep_dims) {
      map.outputs[0].push_back({});
    }
  }
  return map;
}

std::optional<Attributes> permute(const Graph&, const Node& node,
                                  std::span<const int> permutation) {
  ReduceAttrs attrs = node.attrs<ReduceAttrs>();
  if (!attrs.keep_dims) return std::nullopt;
  for (int64_t& axis : attrs.axes) {
    axis = permuted_axis(
        normalize_axis(axis, static_cast<int>(permutation.size()), "a reduced axis"), permutation);
  }
  std::sort(attrs.axes.begin(), attrs.axes.end());
  return Attributes::of(std::move(attrs));
}

// The operators with an integer kernel, and whether the result keeps the scale.
template <OpName kName>
std::optional<bool> quantized_keeps_scale() {
  if (kName.view() == "mean" || kName.view() == "sum") return false;
  if (kName.view() == "reduce_max" || kName.view() == "reduce_min") return true;
  return std::nullopt;
}

template <OpName kName, DataType kType>
std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  const std::optional<bool> keeps_scale = quantized_keeps_scale<kName>();
  if (kind == SampleKind::kHybrid) return std::nullopt;
  if (kind != SampleKind::kF32 && !keeps_scale) return std::nullopt;
  Graph graph;
  const Shape shape = sample_shape(rng);
  ReduceAttrs attrs{.keep_dims = rng.integer(0, 1) == 0};
  for (int64_t axis = 0; axis < shape.rank(); ++axis) {
    if (rng.integer(0, 1) == 0) attrs.axes.push_back(axis);
  }
  if (attrs.axes.empty()) attrs.axes.push_back(0);
  const ValueId x = kind == SampleKind::kF32 ? graph.add_input("x", {kType, shape})
                                             : sample_input(graph, rng, kind, shape);
  Graph::OutputHints hints;
  if (kind != SampleKind::kF32) {
    hints = *keeps_scale ? record_of(graph, x) : random_record(rng, kind);
    // A scale near the input's, as calibration gives it.
    if (!*keeps_scale) {
      hints.quantization[0]->scales[0] =
          graph.value(x).type.quantization->scale() * rng.uniform(0.4f, 3.0f);
    }
  }
  graph.set_outputs(graph.add_node(
      {.op = &op(kName.view()), .inputs = {x}, .attributes = Attributes::of(attrs)}, hints));
  return graph;
}

struct Facets {
  void (*reference)(const EvalContext&);
  std::optional<KernelRequest> (*lower)(const LowerContext&) = nullptr;
};
template <class Op>
constexpr Facets kFacets{reference<Op>, lower_by<Request<Op>>};

struct Row {
  std::string_view summary;
  std::vector<std::string_view> tflite_names;
  std::vector<std::string_view> onnx_names;
  std::optional<QuantRule> (*quant)(const Graph&, const Node&) = nullptr;
};

template <OpName kName, DataType kType = DataType::kF32>
void define(OpSink& sink, Facets facets, Row row) {
  sink.add({.name = kName.view(),
            .summary = row.summary,
            .tflite_names = std::move(row.tflite_names),
            .onnx_names = std::move(row.onnx_names),
            .attributes = Attributes::of(ReduceAttrs{}),
            .infer = infer,
            .reference = facets.reference,
            .lower = facets.lower,
            .axes = axes,
            .permute = permute,
            .quant = row.quant,
            .cost = no_macs,
            .sample = sample<kName, kType>});
}

}  // namespace

void define_reduce(OpSink& sink) {
  define<"mean">(
      sink, kFacets<Mean>,
      {"y = sum of x / count", {"MEAN"}, {"ReduceMean", "GlobalAveragePool"}, own_scales});
  define<"sum">(sink, kFacets<Sum>, {"y = sum of x", {"SUM"}, {"ReduceSum"}, own_scales});
  define<"reduce_max">(
      sink, kFacets<Max>,
      {"y = largest x", {"REDUCE_MAX"}, {"ReduceMax", "GlobalMaxPool"}, shared_scale});
  define<"reduce_min">(sink, kFacets<Min>,
                       {"y = smallest x", {"REDUCE_MIN"}, {"ReduceMin"}, shared_scale});
  define<"reduce_prod">(sink, kFacets<Product>,
                        {"y = product of x", {"REDUCE_PROD"}, {"ReduceProd"}});
  define<"reduce_l1">(sink, kFacets<L1>, {"y = sum of |x|", {}, {"ReduceL1"}});
  define<"reduce_l2">(sink, kFacets<L2>, {"y = (sum of x^2)^(1/2)", {}, {"ReduceL2"}});
  define<"reduce_sum_square">(sink, kFacets<SumSquare>,
                              {"y = sum of x^2", {}, {"ReduceSumSquare"}});
  define<"reduce_log_sum">(sink, kFacets<LogSum>, {"y = ln(sum of x)", {}, {"ReduceLogSum"}});
  define<"reduce_log_sum_exp">(sink, {reference_log_sum_exp},
                               {"y = ln(sum of e^x)", {}, {"ReduceLogSumExp"}});
  define<"reduce_any", DataType::kBool>(sink, {reference_logic<false>},
                                        {"y = any x", {"REDUCE_ANY"}, {}, untouched});
  define<"reduce_all", DataType::kBool>(sink, {reference_logic<true>},
                                        {"y = every x", {"REDUCE_ALL"}, {}, untouched});
}

}  // namespace mote::ops
