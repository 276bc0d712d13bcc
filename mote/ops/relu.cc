// relu, relu6, relu_n1_to_1: clamps that stand alone where they could not be fused.
//
// Integers: the change of scale from x to y is applied, as the TFLite specification says
// (TensorFlow Lite Micro's RELU6 ignores it).
#include "mote/kernels/activation/activation.h"
#include "mote/ops/activation.h"
#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/lowering.h"
#include "mote/ops/map_f32.h"
#include "mote/ops/op_table.h"
#include "mote/ops/quantized.h"

namespace mote::ops {
namespace {

template <Activation kActivation>
struct Request {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    if (!is_quantized(context)) {
      const ClampRange clamp = clamp_range(kActivation);
      return map_f32_request(context, "clamp", {.low = clamp.low, .high = clamp.high});
    }
    const TensorType& x = context.input_type(0);
    const mote_table_scales scales = table_scales(x, context.output_type(0));
    const StoredRange range = stored_range(kActivation, context.output_type(0));
    const mote_unary_call_params p{mote_relu_prepare(&scales, range.low, range.high),
                                   x.shape.elements()};
    return kernel_request("relu", {x.dtype}, p, {0});
  }
};

template <Activation kActivation>
std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const ValueId x =
      sample_input(graph, rng, kind, {rng.integer(1, 3), rng.integer(1, 9), rng.integer(1, 17)});
  Graph::OutputHints hints =
      rng.integer(0, 1) == 0 ? record_of(graph, x) : random_record(rng, kind);
  graph.set_outputs(graph.add_node({.op = &op(name(kActivation)), .inputs = {x}}, hints));
  return graph;
}

template <Activation kActivation>
OpDef definition(std::string_view summary, std::string_view tflite_name) {
  return {.name = name(kActivation),
          .summary = summary,
          .tflite_names = {tflite_name},
          .infer = infer_same,
          .reference = run_reference<Request<kActivation>>,
          .lower = lower_by<Request<kActivation>>,
          .axes = elementwise_axes,
          .permute = same_attributes,
          .quant = own_scales,
          .cost = no_macs,
          .sample = sample<kActivation>};
}

}  // namespace

void define_relu(OpSink& sink) {
  OpDef relu = definition<Activation::kRelu>("y = max(x, 0)", "RELU");
  relu.onnx_names = {"Relu"};
  sink.add(relu);
  sink.add(definition<Activation::kRelu6>("y = min(max(x, 0), 6)", "RELU6"));
  sink.add(definition<Activation::kReluN1To1>("y = min(max(x, -1), 1)", "RELU_N1_TO_1"));
}

}  // namespace mote::ops
