// svdf: a fully connected layer, a memory of its outputs, and a weighted sum over that memory.
#include "mote/kernels/svdf/svdf.h"

#include <algorithm>
#include <limits>

#include "mote/kernels/fully_connected/fully_connected.h"
#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/layer.h"
#include "mote/ops/lowering.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/quantized.h"

namespace mote::ops {
namespace {

// Operands in TFLite's order.
enum Operand : size_t { kX, kFeature, kTime, kBias, kState, kOperands };

void infer(InferContext& context) {
  context.expect_inputs(kOperands, kOperands);
  for (const Operand i : {kX, kFeature, kTime}) context.expect_rank(i, 2);
  const int64_t rank = context.attrs<SvdfAttrs>().rank;
  const Shape& x = context.shape(kX);
  const Shape& feature = context.shape(kFeature);
  const Shape& time = context.shape(kTime);
  if (rank < 1 || feature[0] % rank != 0) {
    context.fail("{} filters cannot be groups of {}", feature[0], rank);
  }
  if (x[1] != feature[1] || time[0] != feature[0] || time[1] < 1) {
    context.fail("input {}, feature weights {} and time weights {} do not fit", to_string(x),
                 to_string(feature), to_string(time));
  }
  if (context.has_input(kBias) && context.shape(kBias) != Shape{feature[0] / rank}) {
    context.fail("the bias is {}, expected [{}]", to_string(context.shape(kBias)),
                 feature[0] / rank);
  }
  const Shape& state = context.shape(kState);
  if (!state.is_static() || state.elements() != x.bind(1)[0] * feature[0] * time[1]) {
    context.fail("the state is {}, expected {} elements a row", to_string(state),
                 feature[0] * time[1]);
  }
  const bool integer = context.dtype(kX) == DataType::kI8;
  const DataType memory = context.dtype(kState);
  const DataType weights = context.dtype(kFeature);
  const bool known = integer ? (memory == DataType::kI16 || memory == DataType::kI8) &&
                                   context.dtype(kTime) == memory && weights == DataType::kI8
                             : context.dtype(kX) == DataType::kF32 && memory == DataType::kF32 &&
                                   (weights == DataType::kF32 || weights == DataType::kI8) &&
                                   context.dtype(kTime) == weights;
  if (!known) {
    context.fail("no svdf of {} with {} weights and {} state", name(context.dtype(kX)),
                 name(context.dtype(kFeature)), name(memory));
  }
  context.add_output(context.dtype(kX), {x[0], feature[0] / rank});
}

template <class Context>
mote_svdf_params params(const Context& context) {
  mote_svdf_params p{};
  p.n = as_i32(context.input_type(kX).shape[0], "batch");
  p.inputs = as_i32(context.input_type(kX).shape[1], "inputs");
  p.filters = as_i32(context.input_type(kFeature).shape[0], "filters");
  p.memory = as_i32(context.input_type(kTime).shape[1], "memory");
  p.rank = as_i32(context.template attrs<SvdfAttrs>().rank, "rank");
  const FloatRange range = float_range(context.template attrs<SvdfAttrs>().activation);
  p.y_min = range.low;
  p.y_max = range.high;
  if (context.input_type(kState).shape.elements() !=
      static_cast<int64_t>(p.n) * p.filters * p.memory) {
    throw_error(ErrorKind::kUnsupported, "the state of svdf is for another batch than {}", p.n);
  }
  return p;
}

// Float activations with i8 weights (dynamic range): the layer on rows that become i8, the memory
// in float.
void run_hybrid(const EvalContext& context, const mote_svdf_params& p, float* features, float* y) {
  const QuantizedRows rows =
      quantize_rows(context.input(kX), p.n, context.attrs<SvdfAttrs>().asymmetric_inputs);
  const mote_hybrid_scales scales =
      hybrid_scales(rows, tensor_record(context.input_type(kFeature)));
  mote_fully_connected_params layer{};
  layer.m = p.n;
  layer.n = p.filters;
  layer.k = p.inputs;
  layer.y_min = -std::numeric_limits<float>::infinity();
  layer.y_max = std::numeric_limits<float>::infinity();
  mote_fully_connected_hybrid_reference(&layer, &scales, rows.values.data(),
                                        context.input(kFeature).data<int8_t>().data(), nullptr,
                                        features);
  const float t_scale = tensor_record(context.input_type(kTime)).scale();
  std::vector<float> w_time;
  for (const int8_t w : context.input(kTime).data<int8_t>()) {
    w_time.push_back(static_cast<float>(w) * t_scale);
  }
  mote_svdf_remember_f32_reference(&p, features, w_time.data(), data_or_null<float>(context, kBias),
                                   context.state(kState).data<float>().data(), y);
}

template <class Context>
void add_integer_params(const Context& context, mote_svdf_params& p) {
  const Quantization& x = tensor_record(context.input_type(kX));
  const Quantization& state = tensor_record(context.input_type(kState));
  const Quantization& y = tensor_record(context.output_type(0));
  // TFLite forms both factors in float.
  const float to_state =
      x.scale() * tensor_record(context.input_type(kFeature)).scale() / state.scale();
  const float to_output =
      state.scale() * tensor_record(context.input_type(kTime)).scale() / y.scale();
  p.to_state = mote_quantize_multiplier(static_cast<double>(to_state));
  p.to_output = mote_quantize_multiplier(static_cast<double>(to_output));
  p.x_zero_point = x.zero_point();
  p.state_zero_point = state.zero_point();
  p.y_zero_point = y.zero_point();
}

template <class Context>
bool is_hybrid_layer(const Context& context) {
  return is_hybrid(context.input_type(kX), context.input_type(kFeature));
}

struct Request {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    if (is_hybrid_layer(context)) return std::nullopt;
    mote_svdf_params p = params(context);
    const DataType dtype = context.input_type(kX).dtype;
    if (dtype != DataType::kF32) add_integer_params(context, p);
    return kernel_request("svdf", {dtype, context.input_type(kState).dtype}, p,
                          {kX, kFeature, kTime, optional_operand(context, kBias), kState});
  }
};

void reference(const EvalContext& context) {
  if (!is_hybrid_layer(context)) return run_reference<Request>(context);
  const mote_svdf_params p = params(context);
  std::vector<float> features(static_cast<size_t>(p.n) * static_cast<size_t>(p.filters));
  run_hybrid(context, p, features.data(), context.output(0).data<float>().data());
}

AxisMap axes(const Graph& graph, const Node& node) {
  return blocked_axes(graph, node, "svdf keeps a state laid out by filter and time");
}

std::optional<QuantRule> quant(const Graph&, const Node&) {
  QuantRule rule;
  rule.inputs.assign(kOperands, {QuantRule::Role::kActivation});
  for (const Operand i : {kFeature, kTime, kBias, kState})
    rule.inputs[i] = {QuantRule::Role::kState};
  return rule;
}

Cost cost(const Graph& graph, const Node& node) {
  return {graph.value(node.inputs[kFeature]).type.shape.elements() +
          graph.value(node.inputs[kTime]).type.shape.elements()};
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kI16 || kind == SampleKind::kU8) return std::nullopt;
  Graph graph;
  const bool hybrid = kind == SampleKind::kHybrid;
  const SvdfAttrs attrs{rng.integer(1, 2),
                        kind == SampleKind::kI8 ? Activation::kRelu : Activation::kNone,
                        hybrid && rng.integer(0, 1) == 0};
  const int64_t units = rng.integer(1, 8);
  const int64_t filters = units * attrs.rank;
  const int64_t inputs = rng.integer(1, 20);
  const int64_t memory = rng.integer(1, 6);
  const int64_t n = rng.integer(1, 2);
  const bool integer = kind == SampleKind::kI8;
  const bool wide = rng.integer(0, 1) == 0;
  const DataType state = !integer ? DataType::kF32 : wide ? DataType::kI16 : DataType::kI8;
  const ValueId x = sample_input(graph, rng, kind, {n, inputs});
  const auto record = [&](float scale) {
    return integer || hybrid ? std::optional(Quantization::per_tensor(scale, 0)) : std::nullopt;
  };
  const float x_scale = integer ? graph.value(x).type.quantization->scale() : 1.0f;
  const float w_scale = rng.uniform(0.005f, 0.05f);
  const float t_scale = wide ? 1.0f / 32768.0f : 1.0f / 128.0f;
  const float state_scale =
      x_scale * w_scale * 74.0f * static_cast<float>(inputs) * (wide ? 0.02f : 1.5f);
  const DataType weights = integer || hybrid ? DataType::kI8 : DataType::kF32;
  const DataType of_time = hybrid ? DataType::kI8 : state;
  const auto symmetric = [](Tensor values) {  // integer weights do without -128
    if (values.dtype() == DataType::kI8) {
      for (int8_t& v : values.data<int8_t>()) v = std::max<int8_t>(v, -127);
    }
    return values;
  };
  const ValueId feature = graph.add_constant(
      "feature", symmetric(sample_tensor(rng, weights, {filters, inputs})), record(w_scale));
  const ValueId time = graph.add_constant(
      "time", symmetric(sample_tensor(rng, of_time, {filters, memory})), record(t_scale));
  ValueId bias;
  if (!integer || rng.integer(0, 1) == 0) {
    Tensor values(integer ? DataType::kI32 : DataType::kF32, {units});
    if (integer) {
      for (int32_t& v : values.data<int32_t>()) v = static_cast<int32_t>(rng.integer(-9999, 9999));
    }
    bias = graph.add_constant("bias", std::move(values),
                              integer ? record(state_scale * t_scale) : std::nullopt);
  }
  const ValueId memory_state = graph.add_state("state", Tensor(state, {n, filters * memory}),
                                               integer ? record(state_scale) : std::nullopt);
  Graph::OutputHints hints;
  if (integer) {
    const float spread = (wide ? 20000.0f * 16384.0f : 64.0f * 64.0f) * 2.0f;
    hints.quantization = {Quantization::per_tensor(
        state_scale * t_scale * spread / 128.0f * rng.uniform(0.2f, 2.0f), -128)};
  }
  graph.set_outputs(graph.add_node({.op = &op("svdf"),
                                    .inputs = {x, feature, time, bias, memory_state},
                                    .attributes = Attributes::of(attrs)},
                                   hints));
  return graph;
}

}  // namespace

void define_svdf(OpSink& sink) {
  sink.add({.name = "svdf",
            .summary = "state gains feature * x; y = sum over memory and rank of time * state + b",
            .tflite_names = {"SVDF"},
            .attributes = Attributes::of(SvdfAttrs{}),
            .infer = infer,
            .reference = reference,
            .lower = lower_by<Request>,
            .axes = axes,
            .quant = quant,
            .cost = cost,
            .sample = sample});
}

}  // namespace mote::ops
