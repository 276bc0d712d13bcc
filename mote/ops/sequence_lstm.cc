// unidirectional_sequence_lstm: a long short-term memory layer over a sequence, operands in
// TFLite's order.
#include <cmath>
#include <limits>

#include "mote/kernels/fully_connected/fully_connected.h"
#include "mote/kernels/lstm/lstm.h"
#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/layer.h"
#include "mote/ops/lowering.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/quantized.h"

namespace mote::ops {
namespace {

// TFLite's operands. Gates in the order input, forget, cell, output.
constexpr size_t kX = 0;
constexpr size_t kFromX = 1;
constexpr size_t kFromH = 5;
constexpr size_t kPeephole = 9;
constexpr size_t kBias = 12;
constexpr size_t kProjection = 16;
constexpr size_t kH = 18;
constexpr size_t kC = 19;
constexpr size_t kLayerNorm = 20;
constexpr size_t kOperands = 24;
constexpr size_t kGates = MOTE_LSTM_GATES;

void expect_plain(const InferContext& context) {
  const auto absent = [&](size_t first, size_t count, std::string_view what) {
    for (size_t i = first; i < first + count; ++i) {
      if (context.has_input(i)) {
        throw_error(ErrorKind::kUnsupported, "an LSTM with {} is not supported", what);
      }
    }
  };
  absent(kPeephole, 3, "peepholes");
  absent(kProjection, 2, "a projection");
  absent(kLayerNorm, 4, "layer normalization");
  const auto& attrs = context.attrs<SequenceLstmAttrs>();
  if (attrs.activation != "tanh") {
    throw_error(ErrorKind::kUnsupported, "an LSTM with activation '{}'; only 'tanh' is supported",
                attrs.activation);
  }
}

void expect_shape(const InferContext& context, size_t i, const Shape& expected) {
  if (context.shape(i) != expected) {
    context.fail("operand {} is {}, expected {}", i, to_string(context.shape(i)),
                 to_string(expected));
  }
}

void infer(InferContext& context) {
  context.expect_inputs(kC + 1, kOperands);
  context.expect_rank(kX, 3);
  context.expect_rank(kFromX, 2);
  expect_plain(context);
  const Shape& x = context.shape(kX);
  const int64_t units = context.shape(kFromX)[0];
  const int64_t inputs = x[2];
  for (size_t gate = 0; gate < kGates; ++gate) {
    expect_shape(context, kFromX + gate, {units, inputs});
    expect_shape(context, kFromH + gate, {units, units});
    for (const size_t i : {kFromX + gate, kFromH + gate}) {
      if (context.dtype(i) == context.dtype(kFromX)) continue;
      context.fail("weights of {} and of {}", name(context.dtype(kFromX)), name(context.dtype(i)));
    }
    if (context.has_input(kBias + gate)) expect_shape(context, kBias + gate, {units});
  }
  for (const size_t state : {kH, kC}) {
    if (context.shape(state).rank() < 1 || context.shape(state).back() != units) {
      context.fail("a state is {}, expected [batch,{}]", to_string(context.shape(state)), units);
    }
  }
  const DataType dtype = context.dtype(kX);
  const bool integer = dtype == DataType::kI8 || dtype == DataType::kI16;
  const DataType weights = context.dtype(kFromX);
  const bool fits = weights == DataType::kI8 || (!integer && weights == DataType::kF32);
  const DataType cell = integer ? DataType::kI16 : DataType::kF32;
  if ((!integer && dtype != DataType::kF32) || !fits || context.dtype(kH) != dtype ||
      context.dtype(kC) != cell) {
    context.fail("no LSTM of {} with {} weights, {} and {} states", name(dtype),
                 name(context.dtype(kFromX)), name(context.dtype(kH)), name(context.dtype(kC)));
  }
  context.add_output(dtype, {x[0], x[1], units});
}

struct Sizes {
  int64_t batch = 0;
  int64_t steps = 0;
};

template <class Context>
Sizes sizes_of(const Context& context) {
  const Shape& x = context.input_type(kX).shape;
  const bool time_major = context.template attrs<SequenceLstmAttrs>().time_major;
  const Sizes sizes = time_major ? Sizes{x[1], x[0]} : Sizes{x[0], x[1]};
  const int64_t units = context.input_type(kFromX).shape[0];
  for (const size_t state : {kH, kC}) {
    if (context.input_type(state).shape.elements() != sizes.batch * units) {
      throw_error(ErrorKind::kUnsupported, "a state of the LSTM is for another batch than {}",
                  sizes.batch);
    }
  }
  return sizes;
}

// One batch entry at a time, step by step: `step(x, h, c)` for one row of each.
template <class X, class C, class Step>
void over_sequence(const EvalContext& context, const mote_lstm_params& p, Step step) {
  const Sizes sizes = sizes_of(context);
  const bool time_major = context.attrs<SequenceLstmAttrs>().time_major;
  const X* x = context.input(kX).data<X>().data();
  X* h = context.state(kH).data<X>().data();
  C* c = context.state(kC).data<C>().data();
  X* y = context.output(0).data<X>().data();
  for (int64_t n = 0; n < sizes.batch; ++n) {
    for (int64_t t = 0; t < sizes.steps; ++t) {
      const int64_t row = time_major ? t * sizes.batch + n : n * sizes.steps + t;
      step(x + row * p.inputs, h + n * p.units, c + n * p.units);
      std::copy_n(h + n * p.units, p.units, y + row * p.units);
    }
  }
}

template <class Context>
mote_lstm_params params(const Context& context) {
  mote_lstm_params p{};
  p.n = 1;
  p.inputs = as_i32(context.input_type(kX).shape[2], "inputs");
  p.units = as_i32(context.input_type(kFromX).shape[0], "units");
  p.cell_clip = context.template attrs<SequenceLstmAttrs>().cell_clip;
  return p;
}

// The scale at which the gates are summed, Q3.12, and of their activations, Q0.15. Source: TFLite
// specification.
constexpr double kGateScale = 1.0 / 4096.0;
constexpr double kUnitScale = 1.0 / 32768.0;

template <class Context>
void add_integer_params(const Context& context, mote_lstm_params& p) {
  const Quantization& x = tensor_record(context.input_type(kX));
  const Quantization& h = tensor_record(context.input_type(kH));
  const auto c_scale = static_cast<double>(tensor_record(context.input_type(kC)).scale());
  const auto factor = [&](float input_scale, size_t weights) {
    const float product = input_scale * tensor_record(context.input_type(weights)).scale();
    return mote_quantize_multiplier(static_cast<double>(product) / kGateScale);
  };
  for (size_t gate = 0; gate < kGates; ++gate) {
    p.from_x[gate] = factor(x.scale(), kFromX + gate);
    p.from_h[gate] = factor(h.scale(), kFromH + gate);
  }
  p.x_zero_point = x.zero_point();
  p.h_zero_point = h.zero_point();
  p.forget_cell = mote_quantize_multiplier(kUnitScale * c_scale / c_scale);
  p.input_cell = mote_quantize_multiplier(kUnitScale * kUnitScale / c_scale);
  p.hidden = mote_quantize_multiplier(kUnitScale * kUnitScale / static_cast<double>(h.scale()));
  p.cell_scale_log2 = static_cast<int32_t>(std::lround(std::log2(c_scale)));
  // Beyond these, tanh's argument has no 32-bit form.
  constexpr int32_t kSmallest = -42;
  constexpr int32_t kLargest = 2;
  if (std::exp2(p.cell_scale_log2) != c_scale || p.cell_scale_log2 < kSmallest ||
      p.cell_scale_log2 > kLargest) {
    throw_error(ErrorKind::kUnsupported,
                "the scale {} of an LSTM's cell is not a power of two from 2^{} to 2^{}", c_scale,
                kSmallest, kLargest);
  }
  if (p.cell_clip > 0.0f) {
    p.quantized_cell_clip = static_cast<int32_t>(
        std::min(static_cast<double>(p.cell_clip) / c_scale, static_cast<double>(INT16_MAX)));
  }
}

// sums[u] += what row x, made i8, gives with unit u's weights.
void add_hybrid(const EvalContext& context, size_t weights, std::span<const float> x,
                std::span<float> sums) {
  const ConstTensorView row(DataType::kF32, {std::ssize(x)},
                            reinterpret_cast<const std::byte*>(x.data()));
  const QuantizedRows rows =
      quantize_rows(row, 1, context.attrs<SequenceLstmAttrs>().asymmetric_inputs);
  const mote_hybrid_scales scales = hybrid_scales(rows, tensor_record(context.input_type(weights)));
  mote_fully_connected_params layer{};
  layer.m = 1;
  layer.n = static_cast<int32_t>(sums.size());
  layer.k = static_cast<int32_t>(x.size());
  layer.y_min = -std::numeric_limits<float>::infinity();
  layer.y_max = std::numeric_limits<float>::infinity();
  const std::vector<float> before(sums.begin(), sums.end());
  mote_fully_connected_hybrid_reference(&layer, &scales, rows.values.data(),
                                        context.input(weights).data<int8_t>().data(), before.data(),
                                        sums.data());
}

// Float activations with i8 weights (dynamic range): inputs and hidden state become i8 step by
// step, the rest is float.
void reference_hybrid(const EvalContext& context, const mote_lstm_params& p) {
  const auto units = static_cast<size_t>(p.units);
  const auto inputs = static_cast<size_t>(p.inputs);
  over_sequence<float, float>(context, p, [&](const float* x, float* h, float* c) {
    std::vector<float> sums(kGates * units, 0.0f);
    for (size_t gate = 0; gate < kGates; ++gate) {
      const std::span<float> sum = std::span(sums).subspan(gate * units, units);
      if (const float* bias = data_or_null<float>(context, kBias + gate)) {
        std::copy_n(bias, units, sum.begin());
      }
      add_hybrid(context, kFromX + gate, {x, inputs}, sum);
      add_hybrid(context, kFromH + gate, {h, units}, sum);
    }
    mote_lstm_update_f32_reference(&p, sums.data(), h, c);
  });
}

template <class Context>
bool is_hybrid_layer(const Context& context) {
  return is_hybrid(context.input_type(kX), context.input_type(kFromX));
}

struct Request {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    if (is_hybrid_layer(context)) return std::nullopt;
    const Sizes sizes = sizes_of(context);
    const DataType dtype = context.input_type(kX).dtype;
    mote_lstm_sequence_params p{params(context), as_i32(sizes.batch, "batch"),
                                as_i32(sizes.steps, "steps"),
                                context.template attrs<SequenceLstmAttrs>().time_major ? 1 : 0};
    if (dtype != DataType::kF32) add_integer_params(context, p.step);
    std::vector<int> operands{kX};
    for (const size_t first : {kFromX, kFromH, kBias}) {
      for (size_t gate = 0; gate < kGates; ++gate) {
        operands.push_back(optional_operand(context, first + gate));
      }
    }
    operands.push_back(kH);
    operands.push_back(kC);
    return kernel_request("lstm", {dtype}, p, std::move(operands));
  }
};

void reference(const EvalContext& context) {
  if (!is_hybrid_layer(context)) return run_reference<Request>(context);
  reference_hybrid(context, params(context));
}

AxisMap axes(const Graph& graph, const Node& node) {
  return blocked_axes(graph, node, "an LSTM's units feed back into all of its gates");
}

std::optional<QuantRule> quant(const Graph&, const Node& node) {
  QuantRule rule;
  rule.inputs.assign(node.inputs.size(), {QuantRule::Role::kState});
  rule.inputs[kX] = {QuantRule::Role::kActivation};
  return rule;
}

Cost cost(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[kX]).type.shape;
  const int64_t steps = node.attrs<SequenceLstmAttrs>().time_major ? x[0] : x[1];
  int64_t macs = 0;
  for (size_t i = kFromX; i < kFromH + kGates; ++i) {
    macs += graph.value(node.inputs[i]).type.shape.elements();
  }
  return {macs * steps};
}

// The graph of a sample under construction.
struct SampleLstm {
  Graph graph;
  std::vector<ValueId> inputs = std::vector<ValueId>(kOperands);
  int64_t units = 0;
  int64_t depth = 0;

  void add_weights(Rng& rng, bool integer) {
    for (size_t i = kFromX; i < kFromH + kGates; ++i) {
      const Shape shape{units, i < kFromH ? depth : units};
      std::optional<Quantization> record;
      if (integer) record = Quantization::per_tensor(rng.uniform(0.002f, 0.01f), 0);
      Tensor values = sample_tensor(rng, integer ? DataType::kI8 : DataType::kF32, shape);
      if (integer) {
        for (int8_t& v : values.data<int8_t>()) v = std::max<int8_t>(v, -127);
      }
      inputs[i] = graph.add_constant("w", std::move(values), record);
    }
  }

  void add_biases(Rng& rng, SampleKind kind) {
    const bool is_float = kind == SampleKind::kF32 || kind == SampleKind::kHybrid;
    const float x_scale = is_float ? 1.0f : graph.value(inputs[kX]).type.quantization->scale();
    for (size_t gate = 0; gate < kGates; ++gate) {
      if (is_float) {
        inputs[kBias + gate] = graph.add_constant("b", sample_tensor(rng, DataType::kF32, {units}));
        continue;
      }
      Tensor bias(kind == SampleKind::kI16 ? DataType::kI64 : DataType::kI32, {units});
      const auto fill = [&](auto values) {
        for (auto& v : values) v = rng.integer(-20000, 20000);
      };
      if (kind == SampleKind::kI16)
        fill(bias.data<int64_t>());
      else
        fill(bias.data<int32_t>());
      const float w_scale = graph.value(inputs[kFromX + gate]).type.quantization->scale();
      inputs[kBias + gate] =
          graph.add_constant("b", std::move(bias), Quantization::per_tensor(x_scale * w_scale, 0));
    }
  }
};

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kU8) return std::nullopt;
  SampleLstm lstm;
  const bool hybrid = kind == SampleKind::kHybrid;
  const bool integer = kind != SampleKind::kF32 && !hybrid;
  lstm.units = rng.integer(1, 7);
  lstm.depth = rng.integer(1, 7);
  SequenceLstmAttrs attrs;
  attrs.time_major = rng.integer(0, 1) == 0;
  attrs.cell_clip = rng.integer(0, 2) == 0 ? 2.0f : 0.0f;
  attrs.asymmetric_inputs = hybrid && rng.integer(0, 1) == 0;
  const int64_t batch = rng.integer(1, 2);
  const int64_t steps = rng.integer(1, 5);
  const Shape x =
      attrs.time_major ? Shape{steps, batch, lstm.depth} : Shape{batch, steps, lstm.depth};
  lstm.inputs[kX] = sample_input(lstm.graph, rng, kind, x);
  lstm.add_weights(rng, integer || hybrid);
  lstm.add_biases(rng, kind);
  const DataType h = sample_activation_type(kind);
  std::optional<Quantization> h_record;
  std::optional<Quantization> c_record;
  if (integer) {
    h_record = kind == SampleKind::kI8 ? Quantization::per_tensor(rng.uniform(0.004f, 0.01f),
                                                                  int32_t(rng.integer(-20, 20)))
                                       : Quantization::per_tensor(1.0f / 32768.0f, 0);
    c_record = Quantization::per_tensor(std::exp2(static_cast<float>(rng.integer(-14, -11))), 0);
  }
  Tensor h_content(h, {batch, lstm.units});
  if (kind == SampleKind::kI8) {  // the real value zero
    for (int8_t& q : h_content.data<int8_t>()) q = static_cast<int8_t>(h_record->zero_point());
  }
  lstm.inputs[kH] = lstm.graph.add_state("h", std::move(h_content), h_record);
  lstm.inputs[kC] = lstm.graph.add_state(
      "c", Tensor(integer ? DataType::kI16 : DataType::kF32, {batch, lstm.units}), c_record);
  Graph::OutputHints hints;
  if (integer) hints.quantization = {h_record};
  lstm.graph.set_outputs(lstm.graph.add_node({.op = &op("unidirectional_sequence_lstm"),
                                              .inputs = lstm.inputs,
                                              .attributes = Attributes::of(attrs)},
                                             hints));
  return std::move(lstm.graph);
}

}  // namespace

void define_sequence_lstm(OpSink& sink) {
  sink.add({.name = "unidirectional_sequence_lstm",
            .summary = "c = f * c + i * g; h = o * tanh c, step by step along the sequence",
            .tflite_names = {"UNIDIRECTIONAL_SEQUENCE_LSTM"},
            .attributes = Attributes::of(SequenceLstmAttrs{}),
            .infer = infer,
            .reference = reference,
            .lower = lower_by<Request>,
            .axes = axes,
            .quant = quant,
            .cost = cost,
            .sample = sample});
}

}  // namespace mote::ops
