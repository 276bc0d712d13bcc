// l2_normalization: rows of the last axis divided by their Euclidean norm.
#include "mote/kernels/l2_normalization/l2_normalization.h"

#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/lowering.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/quantized.h"

namespace mote::ops {
namespace {

// Source: TFLite 8-bit quantization specification, L2_NORMALIZATION.
const Quantization kRecordI8 = Quantization::per_tensor(1.0f / 128.0f, 0);
const Quantization kRecordU8 = Quantization::per_tensor(1.0f / 128.0f, 128);

void infer(InferContext& context) {
  context.expect_inputs(1, 1);
  const Shape& x = context.shape(0);
  const int axis = normalize_axis(context.attrs<NormAttrs>().axis, x.rank(), "the axis");
  if (axis != x.rank() - 1) context.fail("along axis {}; only the last axis is supported", axis);
  context.add_output(context.dtype(0), x);
}

struct Request {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    const TensorType& x = context.input_type(0);
    const auto& y = context.output_type(0).quantization;
    const int64_t depth = x.shape.back();
    mote_l2_normalization_params p{as_i32(depth == 0 ? 0 : x.shape.elements() / depth, "rows"),
                                   as_i32(depth, "depth"), 0};
    if (x.dtype != DataType::kF32) {
      const bool expected = (x.dtype == DataType::kI8 && y == kRecordI8) ||
                            (x.dtype == DataType::kU8 && y == kRecordU8);
      if (!expected) return std::nullopt;
      p.x_zero_point = tensor_record(x).zero_point();
    }
    return kernel_request("l2_normalization", {x.dtype}, p, {0});
  }
};

std::optional<QuantRule> quant(const Graph&, const Node&) {
  QuantRule rule;
  rule.inputs = {{QuantRule::Role::kActivation}};
  rule.output = QuantRule::Output::kFixed;
  rule.fixed_i8 = kRecordI8;
  return rule;
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid || kind == SampleKind::kI16) return std::nullopt;
  Graph graph;
  const ValueId x = sample_input(graph, rng, kind, sample_shape(rng));
  Graph::OutputHints hints;
  if (kind != SampleKind::kF32)
    hints.quantization = {kind == SampleKind::kI8 ? kRecordI8 : kRecordU8};
  graph.set_outputs(graph.add_node({.op = &op("l2_normalization"),
                                    .inputs = {x},
                                    .attributes = Attributes::of(NormAttrs{1e-6f, -1})},
                                   hints));
  return graph;
}

}  // namespace

void define_l2_normalization(OpSink& sink) {
  sink.add({.name = "l2_normalization",
            .summary = "y = x / max((sum of x^2)^(1/2), 1e-6) along the last axis",
            .tflite_names = {"L2_NORMALIZATION"},
            .onnx_names = {"LpNormalization"},
            .attributes = Attributes::of(NormAttrs{1e-6f, -1}),
            .infer = infer,
            .reference = run_reference<Request>,
            .lower = lower_by<Request>,
            .axes = elementwise_axes,
            .quant = quant,
            .cost = no_macs,
            .sample = sample});
}

}  // namespace mote::ops
