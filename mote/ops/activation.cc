// Activation functions with integer kernels of their own: logistic, tanh, hard_swish, leaky_relu,
// prelu; and by table: elu, gelu.
#include "mote/kernels/activation/activation.h"

#include <algorithm>
#include <cmath>

#include "mote/ops/define.h"
#include "mote/ops/elementwise.h"
#include "mote/ops/facets.h"
#include "mote/ops/lowering.h"
#include "mote/ops/map_f32.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/quantized.h"
#include "mote/ops/quantized_elementwise.h"

namespace mote::ops {
namespace {

bool is_f32(const EvalContext& context) { return context.input_type(0).dtype == DataType::kF32; }

template <class F>
void run_float(const EvalContext& context, F f) {
  const bool known =
      with_float(context.input_type(0).dtype, [&]<class T>() { map_unary<T, T>(context, f); });
  if (!known) context.no_kernel();
}

void expect_record(const TensorType& type, const Quantization& expected) {
  const Quantization& found = record(type);
  if (found.zero_points != expected.zero_points ||
      std::abs(found.scale() - expected.scale()) > 1e-3f * expected.scale()) {
    throw_error(ErrorKind::kUnsupported, "the result has the record {}, expected {}",
                to_string(found), to_string(expected));
  }
}

struct Sigmoid {
  Quantization i8, u8, i16;
};
// Source: TFLite 8-bit quantization specification, LOGISTIC and TANH.
const Sigmoid kLogistic{Quantization::per_tensor(1.0f / 256.0f, -128),
                        Quantization::per_tensor(1.0f / 256.0f, 0),
                        Quantization::per_tensor(1.0f / 32768.0f, 0)};
const Sigmoid kTanh{Quantization::per_tensor(1.0f / 128.0f, 0),
                    Quantization::per_tensor(1.0f / 128.0f, 128),
                    Quantization::per_tensor(1.0f / 32768.0f, 0)};

// logistic and tanh of integers: `stem` names the family, `records` what the results must have.
template <class Context>
std::optional<KernelRequest> sigmoid_request(const Context& context, std::string_view stem,
                                             const Sigmoid& records,
                                             mote_unary_params (*prepare_i16)(float)) {
  const TensorType& x = context.input_type(0);
  if (!x.quantization) return std::nullopt;
  const Quantization& from = tensor_record(x);
  mote_unary_call_params p{{}, x.shape.elements()};
  switch (x.dtype) {
    case DataType::kI8:
    case DataType::kU8:
      expect_record(context.output_type(0), x.dtype == DataType::kI8 ? records.i8 : records.u8);
      p.function = mote_sigmoid_i8_prepare(from.scale(), from.zero_point());
      break;
    case DataType::kI16:
      expect_record(context.output_type(0), records.i16);
      p.function = prepare_i16(from.scale());
      break;
    default:
      return std::nullopt;
  }
  return kernel_request(stem, {x.dtype}, p, {0});
}

struct LogisticRequest {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    if (!is_quantized(context)) return map_f32_request(context, "logistic");
    return sigmoid_request(context, "logistic", kLogistic, mote_logistic_i16_prepare);
  }
};

void reference_logistic(const EvalContext& context) {
  if (is_quantized(context) || is_f32(context)) return run_reference<LogisticRequest>(context);
  run_float(context, [](auto x) { return 1 / (1 + std::exp(-x)); });
}

struct TanhRequest {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    if (!is_quantized(context)) return map_f32_request(context, "tanh");
    return sigmoid_request(context, "tanh", kTanh, mote_tanh_i16_prepare);
  }
};

void reference_tanh(const EvalContext& context) {
  if (is_quantized(context) || is_f32(context)) return run_reference<TanhRequest>(context);
  run_float(context, [](auto x) { return std::tanh(x); });
}

struct HardSwishRequest {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    const TensorType& x = context.input_type(0);
    if (!x.quantization) return map_f32_request(context, "hard_swish");
    const mote_table_scales scales = table_scales(x, context.output_type(0));
    const mote_hard_swish_call_params p{mote_hard_swish_prepare(&scales), x.shape.elements()};
    return kernel_request("hard_swish", {x.dtype}, p, {0});
  }
};

void reference_hard_swish(const EvalContext& context) {
  if (is_quantized(context) || is_f32(context)) return run_reference<HardSwishRequest>(context);
  run_float(context, [](auto x) {
    using T = decltype(x);
    return x * std::min(std::max(x + T{3}, T{0}), T{6}) / T{6};
  });
}

mote_unary_params leaky_relu_params(const mote_table_scales& scales, float alpha,
                                    Numerics numerics) {
  if (numerics == Numerics::kLitert) {
    return mote_leaky_relu_prepare(&scales, static_cast<double>(scales.x_scale / scales.y_scale),
                                   static_cast<double>(scales.x_scale * alpha / scales.y_scale));
  }
  const auto x_scale = static_cast<double>(scales.x_scale);
  const auto y_scale = static_cast<double>(scales.y_scale);
  return mote_leaky_relu_prepare(&scales, x_scale / y_scale,
                                 x_scale * static_cast<double>(alpha) / y_scale);
}

struct LeakyReluRequest {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    const TensorType& x = context.input_type(0);
    const float alpha = context.template attrs<AlphaAttrs>().alpha;
    if (!x.quantization) return map_f32_request(context, "leaky_relu", {.alpha = alpha});
    const mote_table_scales scales = table_scales(x, context.output_type(0));
    const StoredRange range = stored_range(Activation::kNone, context.output_type(0));
    mote_unary_call_params p{leaky_relu_params(scales, alpha, context.numerics),
                             x.shape.elements()};
    p.function.y_min = range.low;
    p.function.y_max = range.high;
    return kernel_request("leaky_relu", {x.dtype}, p, {0});
  }
};

void reference_leaky_relu(const EvalContext& context) {
  if (is_quantized(context) || is_f32(context)) return run_reference<LeakyReluRequest>(context);
  const float alpha = context.attrs<AlphaAttrs>().alpha;
  run_float(context, [alpha](auto x) {
    return x >= 0 ? x : static_cast<decltype(x)>(x * static_cast<decltype(x)>(alpha));
  });
}

void infer_prelu(InferContext& context) {
  context.expect_inputs(2, 2);
  expect_same_type(context, 0, 1);
  if (broadcast(context.shape(0), context.shape(1)) != context.shape(0)) {
    context.fail("the slopes {} are not broadcast to {}", to_string(context.shape(1)),
                 to_string(context.shape(0)));
  }
  context.add_output(context.dtype(0), context.shape(0));
}

struct PreluRequest {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    if (!is_quantized(context)) return std::nullopt;
    return binary_request(context, QuantizedBinary::kPrelu);
  }
};

void reference_prelu(const EvalContext& context) {
  if (is_quantized(context)) return run_reference<PreluRequest>(context);
  const bool known = with_float(context.input_type(0).dtype, [&]<class T>() {
    map_binary<T, T>(context, [](Compute<T> x, Compute<T> a) { return x >= 0 ? x : x * a; });
  });
  if (!known) context.no_kernel();
}

float elu_f32(float x) { return x < 0.0f ? std::expm1(x) : x; }

struct EluRequest {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    const float alpha = context.template attrs<AlphaAttrs>().alpha;
    if (!is_quantized(context)) return map_f32_request(context, "elu", {.alpha = alpha});
    if (alpha != 1.0f) return std::nullopt;
    return table_request(context, elu_f32);
  }
};

void reference_elu(const EvalContext& context) {
  if (is_quantized(context) || is_f32(context)) return run_reference<EluRequest>(context);
  const float alpha = context.attrs<AlphaAttrs>().alpha;
  run_float(context, [alpha](auto x) {
    using T = decltype(x);
    return x < 0 ? static_cast<T>(static_cast<T>(alpha) * std::expm1(x)) : x;
  });
}

template <class T>
T gelu_by_erf(T x) {
  return T(0.5) * x * (1 + std::erf(x * T(M_SQRT1_2)));
}

// Source: Hendrycks and Gimpel 2016 (arXiv 1606.08415), section 2.
template <class T>
T gelu_by_tanh(T x) {
  const T root = std::sqrt(T(2) / T(M_PI));
  return T(0.5) * x * (1 + std::tanh(root * (x + T(0.044715) * x * x * x)));
}

struct GeluRequest {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    if (!is_quantized(context)) return std::nullopt;
    const bool approximate = context.template attrs<GeluAttrs>().approximate;
    return table_request(context, approximate ? gelu_by_tanh<float> : gelu_by_erf<float>);
  }
};

void reference_gelu(const EvalContext& context) {
  if (is_quantized(context)) return run_reference<GeluRequest>(context);
  const bool approximate = context.attrs<GeluAttrs>().approximate;
  run_float(context,
            [approximate](auto x) { return approximate ? gelu_by_tanh(x) : gelu_by_erf(x); });
}

std::optional<QuantRule> fixed(const Sigmoid& records) {
  QuantRule rule;
  rule.inputs = {{QuantRule::Role::kActivation}};
  rule.output = QuantRule::Output::kFixed;
  rule.fixed_i8 = records.i8;
  rule.fixed_i16 = records.i16;
  rule.supports_i16 = true;
  return rule;
}

std::optional<QuantRule> quant_logistic(const Graph&, const Node&) { return fixed(kLogistic); }
std::optional<QuantRule> quant_tanh(const Graph&, const Node&) { return fixed(kTanh); }

std::optional<QuantRule> own_scales_i8(const Graph& graph, const Node& node) {
  std::optional<QuantRule> rule = own_scales(graph, node);
  rule->supports_i16 = false;
  return rule;
}

std::optional<Quantization> fixed_record(const Sigmoid& records, SampleKind kind) {
  switch (kind) {
    case SampleKind::kI8:
      return records.i8;
    case SampleKind::kU8:
      return records.u8;
    case SampleKind::kI16:
      return records.i16;
    case SampleKind::kF32:
    case SampleKind::kHybrid:
      return std::nullopt;
  }
  return std::nullopt;
}

Graph unary_graph(Rng& rng, SampleKind kind, const OpDef& def, const Attributes& attributes) {
  Graph graph;
  const ValueId x = sample_input(graph, rng, kind, sample_shape(rng));
  Graph::OutputHints hints = random_record(rng, kind);
  if (!hints.quantization.empty()) {
    Quantization& y = *hints.quantization[0];
    y.scales[0] = graph.value(x).type.quantization->scale() * rng.uniform(0.5f, 2.0f);
    const Sigmoid* fixed_records = def.name == "logistic" ? &kLogistic
                                   : def.name == "tanh"   ? &kTanh
                                                          : nullptr;
    if (fixed_records != nullptr) y = *fixed_record(*fixed_records, kind);
  }
  graph.set_outputs(graph.add_node({.op = &def, .inputs = {x}, .attributes = attributes}, hints));
  return graph;
}

std::optional<Graph> sample_logistic(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  return unary_graph(rng, kind, op("logistic"), {});
}

std::optional<Graph> sample_tanh(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  return unary_graph(rng, kind, op("tanh"), {});
}

std::optional<Graph> sample_hard_swish(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid || kind == SampleKind::kI16) return std::nullopt;
  return unary_graph(rng, kind, op("hard_swish"), {});
}

std::optional<Graph> sample_leaky_relu(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  const AlphaAttrs attrs{rng.uniform(-0.2f, 0.9f)};
  return unary_graph(rng, kind, op("leaky_relu"), Attributes::of(attrs));
}

std::optional<Graph> sample_elu(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32 && kind != SampleKind::kI8) return std::nullopt;
  const AlphaAttrs attrs{kind == SampleKind::kF32 ? rng.uniform(0.2f, 2.0f) : 1.0f};
  return unary_graph(rng, kind, op("elu"), Attributes::of(attrs));
}

std::optional<Graph> sample_gelu(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32 && kind != SampleKind::kI8) return std::nullopt;
  return unary_graph(rng, kind, op("gelu"), Attributes::of(GeluAttrs{rng.integer(0, 1) == 0}));
}

std::optional<Graph> sample_prelu(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) {
    return sample_quantized_binary(rng, kind, op("prelu"), QuantizedBinary::kPrelu);
  }
  Graph graph;
  const Shape shape = sample_shape(rng);
  const ValueId x = sample_input(graph, rng, kind, shape);
  const ValueId slopes = sample_input(graph, rng, kind, {shape.back()});
  graph.set_outputs(graph.add_node({.op = &op("prelu"), .inputs = {x, slopes}}));
  return graph;
}

struct Row {
  std::string_view name, summary, tflite, onnx;
  void (*reference)(const EvalContext&);
  std::optional<KernelRequest> (*lower)(const LowerContext&);
  std::optional<QuantRule> (*quant)(const Graph&, const Node&);
  std::optional<Graph> (*sample)(Rng&, SampleKind);
};

OpDef definition(const Row& row) {
  return {.name = row.name,
          .summary = row.summary,
          .tflite_names = {row.tflite},
          .onnx_names = {row.onnx},
          .infer = infer_same,
          .reference = row.reference,
          .lower = row.lower,
          .axes = elementwise_axes,
          .permute = same_attributes,
          .quant = row.quant,
          .cost = no_macs,
          .sample = row.sample};
}

}  // namespace

void define_activation(OpSink& sink) {
  sink.add(definition({"logistic", "y = 1 / (1 + e^-x)", "LOGISTIC", "Sigmoid", reference_logistic,
                       lower_by<LogisticRequest>, quant_logistic, sample_logistic}));
  sink.add(definition({"tanh", "y = tanh x", "TANH", "Tanh", reference_tanh, lower_by<TanhRequest>,
                       quant_tanh, sample_tanh}));
  sink.add(definition({"hard_swish", "y = x * min(max(x + 3, 0), 6) / 6", "HARD_SWISH", "HardSwish",
                       reference_hard_swish, lower_by<HardSwishRequest>, own_scales_i8,
                       sample_hard_swish}));
  OpDef leaky =
      definition({"leaky_relu", "y = x where x >= 0, else alpha * x", "LEAKY_RELU", "LeakyRelu",
                  reference_leaky_relu, lower_by<LeakyReluRequest>, own_scales, sample_leaky_relu});
  leaky.attributes = Attributes::of(AlphaAttrs{});
  sink.add(leaky);
  OpDef prelu = definition({"prelu", "y = x where x >= 0, else slope * x", "PRELU", "PRelu",
                            reference_prelu, lower_by<PreluRequest>, own_scales_i8, sample_prelu});
  prelu.infer = infer_prelu;
  sink.add(prelu);
  OpDef elu = definition({"elu", "y = x where x >= 0, else alpha * (e^x - 1)", "ELU", "Elu",
                          reference_elu, lower_by<EluRequest>, own_scales_i8, sample_elu});
  elu.attributes = Attributes::of(AlphaAttrs{});
  sink.add(elu);
  OpDef gelu = definition({"gelu", "y = x * P(X <= x) for a standard normal X", "GELU", "Gelu",
                           reference_gelu, lower_by<GeluRequest>, own_scales_i8, sample_gelu});
  gelu.attributes = Attributes::of(GeluAttrs{});
  sink.add(gelu);
}

}  // namespace mote::ops
