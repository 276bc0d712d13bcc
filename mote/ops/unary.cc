// Functions of one number, element by element.
//
// Plain numbers; abs and rsqrt of stored values by kernels of their own, exp by a table.
#include <cmath>

#include "mote/kernels/activation/activation.h"
#include "mote/ops/define.h"
#include "mote/ops/elementwise.h"
#include "mote/ops/facets.h"
#include "mote/ops/map_f32.h"
#include "mote/ops/op_table.h"
#include "mote/ops/quantized.h"
#include "mote/ops/quantized_elementwise.h"

namespace mote::ops {
namespace {

template <class F>
bool run_float(const EvalContext& context) {
  return with_float(context.input_type(0).dtype, [&]<class T>() { map_unary<T, T>(context, F{}); });
}

template <class F>
void reference_float(const EvalContext& context) {
  if (is_quantized(context) || !run_float<F>(context)) context.no_kernel();
}

template <class F>
void reference_number(const EvalContext& context) {
  if (is_quantized(context)) context.no_kernel();
  const bool known =
      run_float<F>(context) ||
      with_integer(context.input_type(0).dtype, [&]<class T>() { map_unary<T, T>(context, F{}); });
  if (!known) context.no_kernel();
}

template <class Context>
std::optional<KernelRequest> stored_request(
    const Context& context, std::string_view stem,
    mote_unary_params (*prepare)(const mote_table_scales*)) {
  const TensorType& x = context.input_type(0);
  const mote_table_scales scales = table_scales(x, context.output_type(0));
  const StoredRange range = stored_range(Activation::kNone, context.output_type(0));
  mote_unary_call_params p{prepare(&scales), x.shape.elements()};
  p.function.y_min = range.low;
  p.function.y_max = range.high;
  return kernel_request(stem, {x.dtype}, p, {0});
}

struct AbsRequest {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    if (!is_quantized(context)) return map_f32_request(context, "abs");
    return stored_request(context, "abs", mote_abs_prepare);
  }
};

struct RsqrtRequest {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    if (!is_quantized(context)) return map_f32_request(context, "rsqrt");
    return stored_request(context, "rsqrt", mote_rsqrt_prepare);
  }
};

struct ExpRequest {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    if (!is_quantized(context)) return map_f32_request(context, "exp");
    return table_request(context, [](float x) { return std::exp(x); });
  }
};

// A function of numbers for which floats have a kernel of the operator's name.
template <OpName kName>
struct MapRequest {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    if (is_quantized(context)) return std::nullopt;
    return map_f32_request(context, kName.view());
  }
};

using Reference = void (*)(const EvalContext&);
template <Reference kPlain, class Request>
void reference_either(const EvalContext& context) {
  const bool stored = is_quantized(context) || context.input_type(0).dtype == DataType::kF32;
  stored ? run_reference<Request>(context) : kPlain(context);
}

// Without overflow for large x: log(1 + e^x) = max(x, 0) + log(1 + e^-|x|).
constexpr auto kSoftplus = [](auto x) {
  return std::max(x, decltype(x){0}) + std::log1p(std::exp(-std::abs(x)));
};

// Half to even, whatever the rounding mode of the thread.
constexpr auto kRound = [](auto x) {
  const bool tie = std::abs(x - std::trunc(x)) == decltype(x){0.5};
  return tie ? 2 * std::round(x / 2) : std::round(x);
};

// Integers wrap: the lowest one is its own negative and absolute value.
struct Neg {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>)
      return -x;
    else
      return static_cast<T>(0 - static_cast<uint64_t>(x));
  }
};
struct Abs {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>)
      return std::abs(x);
    else
      return x < 0 ? Neg{}(x) : x;
  }
};
struct Sign {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(x)) return x;
    }
    return static_cast<T>((x > 0) - (x < 0));
  }
};
struct Square {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>)
      return x * x;
    else
      return static_cast<T>(static_cast<uint64_t>(x) * static_cast<uint64_t>(x));
  }
};

struct Exp {
  template <class T>
  T operator()(T x) const {
    return std::exp(x);
  }
};
struct Log {
  template <class T>
  T operator()(T x) const {
    return std::log(x);
  }
};
struct Sqrt {
  template <class T>
  T operator()(T x) const {
    return std::sqrt(x);
  }
};
struct Rsqrt {
  template <class T>
  T operator()(T x) const {
    return 1 / std::sqrt(x);
  }
};

struct Foreign {
  std::vector<std::string_view> tflite;
  std::vector<std::string_view> onnx;
};

template <OpName kName>
std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const ValueId x = sample_input(graph, rng, kind, sample_shape(rng));
  graph.set_outputs(graph.add_node({.op = &op(kName.view()), .inputs = {x}}));
  return graph;
}

// Records that keep the results of these functions within the output's range, but for its ends.
float result_scale(std::string_view name, Rng& rng, Quantization& x, double steps) {
  const double scale = static_cast<double>(x.scale());
  const double spread = static_cast<double>(rng.uniform(0.5f, 1.5f));
  if (name == "rsqrt") {
    x.zero_points = {-128};  // no stored value is negative
    return static_cast<float>(spread / (std::sqrt(scale) * steps));
  }
  if (name == "exp") {
    x.scales = {static_cast<float>(scale / 8.0)};
    const double largest = static_cast<double>(x.scale()) * (steps - 1 - x.zero_point());
    return static_cast<float>(spread * std::exp(largest) / steps);
  }
  return static_cast<float>(spread * scale);
}

template <OpName kName>
std::optional<Graph> sample_stored(Rng& rng, SampleKind kind) {
  const bool narrow = kName.view() == "rsqrt";
  if (kind == SampleKind::kF32) return sample<kName>(rng, kind);
  if (kind != SampleKind::kI8 && (narrow || kind != SampleKind::kI16)) return std::nullopt;
  Graph graph;
  const ValueId x = sample_input(graph, rng, kind, sample_shape(rng));
  Graph::OutputHints hints = random_record(rng, kind);
  hints.quantization[0]->scales = {result_scale(kName.view(), rng,
                                                *graph.mutable_value(x).type.quantization,
                                                kind == SampleKind::kI8 ? 128.0 : 32768.0)};
  graph.set_outputs(graph.add_node({.op = &op(kName.view()), .inputs = {x}}, hints));
  return graph;
}

template <OpName kName>
OpDef definition(std::string_view summary, Foreign foreign) {
  return {.name = kName.view(),
          .summary = summary,
          .tflite_names = std::move(foreign.tflite),
          .onnx_names = std::move(foreign.onnx),
          .infer = infer_same,
          .axes = elementwise_axes,
          .permute = same_attributes,
          .cost = no_macs,
          .sample = sample<kName>};
}

template <OpName kName, class F>
void define_float(OpSink& sink, F, std::string_view summary, Foreign foreign = {}) {
  OpDef def = definition<kName>(summary, std::move(foreign));
  def.reference = reference_float<F>;
  sink.add(std::move(def));
}

template <OpName kName, class F>
void define_number(OpSink& sink, F, std::string_view summary, Foreign foreign = {}) {
  OpDef def = definition<kName>(summary, std::move(foreign));
  def.reference = reference_number<F>;
  sink.add(std::move(def));
}

// With a kernel for floats of 32 bits beside the plain one.
template <OpName kName, Reference kPlain>
void define_mapped(OpSink& sink, std::string_view summary, Foreign foreign) {
  OpDef def = definition<kName>(summary, std::move(foreign));
  def.reference = reference_either<kPlain, MapRequest<kName>>;
  def.lower = lower_by<MapRequest<kName>>;
  sink.add(std::move(def));
}

// With integer kernels beside the plain ones.
template <OpName kName, Reference kPlain, class Request>
void define_stored(OpSink& sink, std::string_view summary, Foreign foreign) {
  OpDef def = definition<kName>(summary, std::move(foreign));
  def.reference = reference_either<kPlain, Request>;
  def.lower = lower_by<Request>;
  def.sample = sample_stored<kName>;
  sink.add(std::move(def));
}

void define_trigonometry(OpSink& sink) {
  define_float<"sin">(sink, [](auto x) { return std::sin(x); }, "y = sin x", {{"SIN"}, {"Sin"}});
  define_float<"cos">(sink, [](auto x) { return std::cos(x); }, "y = cos x", {{"COS"}, {"Cos"}});
  define_float<"tan">(sink, [](auto x) { return std::tan(x); }, "y = tan x", {{}, {"Tan"}});
  define_float<"asin">(sink, [](auto x) { return std::asin(x); }, "y = arcsin x", {{}, {"Asin"}});
  define_float<"acos">(sink, [](auto x) { return std::acos(x); }, "y = arccos x", {{}, {"Acos"}});
  define_float<"atan">(sink, [](auto x) { return std::atan(x); }, "y = arctan x", {{}, {"Atan"}});
  define_float<"sinh">(sink, [](auto x) { return std::sinh(x); }, "y = sinh x", {{}, {"Sinh"}});
  define_float<"cosh">(sink, [](auto x) { return std::cosh(x); }, "y = cosh x", {{}, {"Cosh"}});
  define_float<"asinh">(sink, [](auto x) { return std::asinh(x); }, "y = arsinh x",
                        {{}, {"Asinh"}});
  define_float<"acosh">(sink, [](auto x) { return std::acosh(x); }, "y = arcosh x",
                        {{}, {"Acosh"}});
  define_float<"atanh">(sink, [](auto x) { return std::atanh(x); }, "y = artanh x",
                        {{}, {"Atanh"}});
}

}  // namespace

void define_unary(OpSink& sink) {
  define_stored<"abs", reference_number<Abs>, AbsRequest>(sink, "y = |x|", {{"ABS"}, {"Abs"}});
  define_mapped<"neg", reference_number<Neg>>(sink, "y = -x", {{"NEG"}, {"Neg"}});
  define_number<"sign">(sink, Sign{}, "y = 1, 0 or -1", {{"SIGN"}, {"Sign"}});
  define_mapped<"square", reference_number<Square>>(sink, "y = x^2", {{"SQUARE"}, {}});
  define_stored<"exp", reference_float<Exp>, ExpRequest>(sink, "y = e^x", {{"EXP"}, {"Exp"}});
  define_mapped<"log", reference_float<Log>>(sink, "y = ln x", {{"LOG"}, {"Log"}});
  define_mapped<"sqrt", reference_float<Sqrt>>(sink, "y = x^(1/2)", {{"SQRT"}, {"Sqrt"}});
  define_stored<"rsqrt", reference_float<Rsqrt>, RsqrtRequest>(sink, "y = x^(-1/2)",
                                                               {{"RSQRT"}, {}});
  define_float<"reciprocal">(sink, [](auto x) { return 1 / x; }, "y = 1 / x", {{}, {"Reciprocal"}});
  define_float<"erf">(sink, [](auto x) { return std::erf(x); },
                      "y = 2 / sqrt(pi) * integral of e^(-t^2) from 0 to x", {{}, {"Erf"}});
  define_float<"ceil">(sink, [](auto x) { return std::ceil(x); }, "y = the next integer upwards",
                       {{"CEIL"}, {"Ceil"}});
  define_float<"floor">(sink, [](auto x) { return std::floor(x); },
                        "y = the next integer downwards", {{"FLOOR"}, {"Floor"}});
  define_float<"round">(sink, kRound, "y = the nearest integer, half to even",
                        {{"ROUND"}, {"Round"}});
  define_float<"softplus">(sink, kSoftplus, "y = ln(1 + e^x)", {{}, {"Softplus"}});
  define_float<"softsign">(sink, [](auto x) { return x / (1 + std::abs(x)); }, "y = x / (1 + |x|)",
                           {{}, {"Softsign"}});
  define_float<"mish">(sink, [](auto x) { return x * std::tanh(kSoftplus(x)); },
                       "y = x * tanh(ln(1 + e^x))", {{}, {"Mish"}});
  define_trigonometry(sink);
}

}  // namespace mote::ops
