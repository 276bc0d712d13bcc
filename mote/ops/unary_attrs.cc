// Functions of one number with parameters, and tests of one number.
#include <cmath>

#include "mote/base/number_cast.h"
#include "mote/ops/define.h"
#include "mote/ops/elementwise.h"
#include "mote/ops/facets.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/nn_attrs.h"

namespace mote::ops {
namespace {

struct Selu {
  using Attrs = SeluAttrs;
  template <class T>
  static T apply(T x, const Attrs& attrs) {
    const auto alpha = static_cast<T>(attrs.alpha);
    return static_cast<T>(attrs.gamma) * (x > 0 ? x : alpha * std::exp(x) - alpha);
  }
};

struct Celu {
  using Attrs = AlphaAttrs;
  template <class T>
  static T apply(T x, const Attrs& attrs) {
    const auto alpha = static_cast<T>(attrs.alpha);
    return x > 0 ? x : alpha * std::expm1(x / alpha);
  }
};

struct ThresholdedRelu {
  using Attrs = AlphaAttrs;
  template <class T>
  static T apply(T x, const Attrs& attrs) {
    return x > static_cast<T>(attrs.alpha) ? x : T{0};
  }
};

struct HardSigmoid {
  using Attrs = HardSigmoidAttrs;
  template <class T>
  static T apply(T x, const Attrs& attrs) {
    const T line = static_cast<T>(attrs.alpha) * x + static_cast<T>(attrs.beta);
    return std::min(std::max(line, T{0}), T{1});
  }
};

struct Shrink {
  using Attrs = ShrinkAttrs;
  template <class T>
  static T apply(T x, const Attrs& attrs) {
    const auto value = static_cast<double>(x);
    if (value < -static_cast<double>(attrs.threshold)) return number_cast<T>(value + attrs.bias);
    if (value > static_cast<double>(attrs.threshold)) return number_cast<T>(value - attrs.bias);
    return T{0};
  }
};

template <class F, bool kIntegers>
void reference(const EvalContext& context) {
  if (is_quantized(context)) context.no_kernel();
  const auto& attrs = context.attrs<typename F::Attrs>();
  const auto body = [&]<class T>() {
    map_unary<T, T>(context, [&](Compute<T> x) { return F::apply(x, attrs); });
  };
  bool known = with_float(context.input_type(0).dtype, body);
  if constexpr (kIntegers) known = known || with_integer(context.input_type(0).dtype, body);
  if (!known) context.no_kernel();
}

template <OpName kName>
std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const DataType dtype = kName.view() == "logical_not"   ? DataType::kBool
                         : kName.view() == "bitwise_not" ? DataType::kU8
                                                         : DataType::kF32;
  const ValueId x = graph.add_input("x", {dtype, sample_shape(rng)});
  graph.set_outputs(graph.add_node({.op = &op(kName.view()), .inputs = {x}}));
  return graph;
}

template <OpName kName>
OpDef definition(std::string_view summary, std::vector<std::string_view> onnx_names) {
  return {.name = kName.view(),
          .summary = summary,
          .onnx_names = std::move(onnx_names),
          .infer = infer_same,
          .axes = elementwise_axes,
          .permute = same_attributes,
          .cost = no_macs,
          .sample = sample<kName>};
}

template <class F, OpName kName, bool kIntegers = false>
void define(OpSink& sink, std::string_view summary, std::vector<std::string_view> onnx_names) {
  OpDef def = definition<kName>(summary, std::move(onnx_names));
  def.attributes = Attributes::of(typename F::Attrs{});
  def.reference = reference<F, kIntegers>;
  sink.add(std::move(def));
}

void infer_test(InferContext& context) {
  context.expect_inputs(1, 1);
  if (!is_float(context.dtype(0))) {
    context.fail("the input is {}, expected floats", name(context.dtype(0)));
  }
  context.add_output(DataType::kBool, context.shape(0));
}

void reference_is_nan(const EvalContext& context) {
  with_float(context.input_type(0).dtype, [&]<class T>() {
    map_unary<T, bool>(context, [](Compute<T> x) { return std::isnan(x); });
  });
}

void reference_is_inf(const EvalContext& context) {
  const auto& attrs = context.attrs<InfinityAttrs>();
  with_float(context.input_type(0).dtype, [&]<class T>() {
    map_unary<T, bool>(context, [&](Compute<T> x) {
      return std::isinf(x) && (x > 0 ? attrs.positive : attrs.negative);
    });
  });
}

void infer_logical_not(InferContext& context) {
  infer_same(context);
  if (context.dtype(0) != DataType::kBool) {
    context.fail("the input is {}, expected bool", name(context.dtype(0)));
  }
}

void reference_logical_not(const EvalContext& context) {
  map_unary<bool, bool>(context, [](bool x) { return !x; });
}

void reference_bitwise_not(const EvalContext& context) {
  if (is_quantized(context)) context.no_kernel();
  const bool known = with_integer(context.input_type(0).dtype, [&]<class T>() {
    map_unary<T, T>(context, [](T x) { return static_cast<T>(~x); });
  });
  if (!known) context.no_kernel();
}

void define_tests(OpSink& sink) {
  OpDef is_nan = definition<"is_nan">("y = x is NaN", {"IsNaN"});
  is_nan.infer = infer_test;
  is_nan.reference = reference_is_nan;
  is_nan.quant = untouched;
  sink.add(std::move(is_nan));

  OpDef is_inf = definition<"is_inf">("y = x is an infinity, of the signs asked for", {"IsInf"});
  is_inf.attributes = Attributes::of(InfinityAttrs{});
  is_inf.infer = infer_test;
  is_inf.reference = reference_is_inf;
  is_inf.quant = untouched;
  sink.add(std::move(is_inf));

  OpDef logical_not = definition<"logical_not">("y = not x", {"Not"});
  logical_not.tflite_names = {"LOGICAL_NOT"};
  logical_not.infer = infer_logical_not;
  logical_not.reference = reference_logical_not;
  logical_not.quant = untouched;
  sink.add(std::move(logical_not));

  OpDef bitwise_not = definition<"bitwise_not">("y = ~x", {"BitwiseNot"});
  bitwise_not.reference = reference_bitwise_not;
  bitwise_not.quant = untouched;
  sink.add(std::move(bitwise_not));
}

}  // namespace

void define_unary_attrs(OpSink& sink) {
  define<Selu, "selu">(sink, "y = gamma * (x > 0 ? x : alpha * (e^x - 1))", {"Selu"});
  define<Celu, "celu">(sink, "y = x > 0 ? x : alpha * (e^(x / alpha) - 1)", {"Celu"});
  define<ThresholdedRelu, "thresholded_relu">(sink, "y = x > alpha ? x : 0", {"ThresholdedRelu"});
  define<HardSigmoid, "hard_sigmoid">(sink, "y = min(max(alpha * x + beta, 0), 1)",
                                      {"HardSigmoid"});
  define<Shrink, "shrink", true>(
      sink, "y = x + bias below -threshold, x - bias above threshold, 0 between", {"Shrink"});
  define_tests(sink);
}

}  // namespace mote::ops
