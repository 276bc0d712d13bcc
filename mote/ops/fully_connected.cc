// fully_connected: y[i,o] = clamp(sum over c of x[i,c] * w[o,c] + b[o]).
//
// Types as conv_2d. Integer results round once under LiteRT's numerics, twice under TFLM's, and in
// float under ONNX Runtime's.
#include "mote/kernels/fully_connected/fully_connected.h"

#include "mote/ops/define.h"
#include "mote/ops/layer.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/quantized.h"
#include "mote/ops/window.h"

namespace mote::ops {
namespace {

void infer(InferContext& context) {
  context.expect_inputs(2, 3);
  context.expect_rank(1, 2);
  const Shape& x = context.shape(0);
  const Shape& w = context.shape(1);
  const auto& attrs = context.attrs<FullyConnectedAttrs>();
  if (x.rank() < 1) context.fail("the input is a scalar");
  expect_bias(context, 2, w[0]);
  if (attrs.keep_dims || x.rank() == 2) {
    if (x.back() != w[1]) {
      context.fail("the input {} and the weights {} do not fit", to_string(x), to_string(w));
    }
    Shape y = x;
    y[y.rank() - 1] = w[0];
    return context.add_output(layer_output_type(context), std::move(y));
  }
  // Without keep_dims everything but rows of w[1] elements is flattened.
  int64_t known = 1;
  for (const int64_t extent : x) known *= extent == kDynamic ? 1 : extent;
  if (w[1] == 0 || known % w[1] != 0) {
    context.fail("the input {} is not made of rows of {}", to_string(x), w[1]);
  }
  const int64_t rows = x.is_static() ? known / w[1] : kDynamic;
  if (!x.is_static() && known != w[1]) {
    context.fail("rows of {} do not fit {} with a dynamic batch", w[1], to_string(x));
  }
  context.add_output(layer_output_type(context), {rows, w[0]});
}

mote_fully_connected_params params(const FullyConnectedAttrs& attrs, const LayerTypes& types) {
  mote_fully_connected_params p{};
  p.n = as_i32(types.w.shape[0], "output channels");
  p.k = as_i32(types.w.shape[1], "input channels");
  p.m = p.n == 0 ? 0 : as_i32(types.y.shape.elements() / p.n, "rows");
  const FloatRange range = float_range(attrs.activation);
  p.y_min = range.low;
  p.y_max = range.high;
  return p;
}

OutputStage output_stage(const LayerTypes& types, Activation activation, Numerics numerics) {
  if (numerics == Numerics::kOnnx) return {types, activation, ScaleProduct::kAllFloat};
  const bool per_tensor = record(types.w).scales.size() == 1;
  OutputStage stage(types, activation, per_tensor ? ScaleProduct::kFloat : ScaleProduct::kDouble);
  if (numerics == Numerics::kLitert) stage.set_rounding(MOTE_ROUND_SINGLE);
  return stage;
}

struct Request {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    const auto& attrs = context.template attrs<FullyConnectedAttrs>();
    const LayerTypes types = layer_types(context);
    const mote_fully_connected_params p = params(attrs, types);
    if (is_hybrid(types.x, types.w)) {
      return hybrid_request<mote_fully_connected_hybrid_params>(
          context, "fully_connected", p,
          attrs.asymmetric_inputs ? HybridInputs::kWithZeroPoint : HybridInputs::kSymmetric);
    }
    return layer_request(context, "fully_connected", p, [&](const LayerTypes& operands) {
      return output_stage(operands, attrs.activation, context.numerics);
    });
  }
};

AxisMap axes(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const Shape& w = graph.value(node.inputs[1]).type.shape;
  const Shape& y = graph.value(node.outputs[0]).type.shape;
  // Ids: outer axes of y by their number, then input and output channels.
  const int in = y.rank();
  const AxisRole out = AxisRole::factor(in + 1, w[0]);
  AxisMap map{{{}, {out, AxisRole::factor(in, w[1])}}, {{}}};
  const bool flattened = x.rank() != y.rank() || x.back() != w[1];
  for (int axis = 0; axis + 1 < y.rank(); ++axis) {
    map.outputs[0].push_back(flattened ? AxisRole::blocked_by("rows of a flattened input")
                                       : AxisRole::factor(axis, y[axis]));
  }
  map.outputs[0].push_back(out);
  if (flattened) {
    map.inputs[0].assign(x.dims().size(), AxisRole::blocked_by("flattened by fully_connected"));
    map.inputs[1][1] = AxisRole::blocked_by("flattened by fully_connected");
  } else {
    map.inputs[0].assign(map.outputs[0].begin(), map.outputs[0].end() - 1);
    map.inputs[0].push_back(AxisRole::factor(in, w[1]));
  }
  if (node.inputs.size() > 2) {
    map.inputs.push_back(node.has_input(2) ? TensorAxes{out} : TensorAxes{});
  }
  return map;
}

std::optional<QuantRule> quant(const Graph&, const Node& node) { return layer_rule(node, 0); }

Cost cost(const Graph& graph, const Node& node) {
  const Shape y = graph.value(node.outputs[0]).type.shape.bind(1);
  const Shape& w = graph.value(node.inputs[1]).type.shape;
  return {w[0] == 0 ? 0 : y.elements() / w[0] * w.elements()};
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  const int64_t ic = rng.integer(1, 70);
  const int64_t oc = rng.integer(1, 40);
  FullyConnectedAttrs attrs;
  attrs.activation = enum_values(Activation{})[static_cast<size_t>(rng.integer(0, 3))];
  if (kind == SampleKind::kHybrid) attrs.asymmetric_inputs = rng.integer(0, 1) == 0;
  Shape x{rng.integer(1, 5), ic};
  if (rng.integer(0, 3) == 0) {
    x = {rng.integer(1, 3), rng.integer(1, 3), ic};
    attrs.keep_dims = rng.integer(0, 1) == 0;
  }
  return sample_layer(
      rng, kind,
      {.op = "fully_connected",
       .attributes = Attributes::of(attrs),
       .x = x,
       .weights = {oc, ic},
       .channels = oc,
       .terms = ic,
       .per_channel_allowed = kind == SampleKind::kI8 || kind == SampleKind::kHybrid});
}

}  // namespace

void define_fully_connected(OpSink& sink) {
  sink.add({.name = "fully_connected",
            .summary = "y = clamp(x * w^T + b); x [..,k], w [n,k]",
            .tflite_names = {"FULLY_CONNECTED"},
            .onnx_names = {"Gemm", "MatMul"},
            .attributes = Attributes::of(FullyConnectedAttrs{}),
            .infer = infer,
            .reference = run_reference<Request>,
            .lower = lower_by<Request>,
            .axes = axes,
            .quant = quant,
            .cost = cost,
            .sample = sample});
}

}  // namespace mote::ops
