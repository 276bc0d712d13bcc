// relu, relu6, relu_n1_to_1: clamps that stand alone where they could not be fused.
#include <algorithm>

#include "mote/ops/activation.h"
#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/op_table.h"

namespace mote::ops {
namespace {

template <Activation kActivation>
void reference(const EvalContext& context) {
  if (context.input_type(0).dtype != DataType::kF32) context.no_kernel();
  const ClampRange range = clamp_range(kActivation);
  const auto x = context.input(0).data<float>();
  const auto y = context.output(0).data<float>();
  std::transform(x.begin(), x.end(), y.begin(),
                 [&](float v) { return std::clamp(v, range.low, range.high); });
}

template <Activation kActivation>
std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const Shape shape{rng.integer(1, 3), rng.integer(1, 9), rng.integer(1, 17)};
  const ValueId x = graph.add_input("x", {DataType::kF32, shape});
  graph.set_outputs(graph.add_node({.op = &op(name(kActivation)), .inputs = {x}}));
  return graph;
}

template <Activation kActivation>
OpDef definition(std::string_view summary, std::string_view tflite_name) {
  return {.name = name(kActivation),
          .summary = summary,
          .tflite_names = {tflite_name},
          .infer = infer_same,
          .reference = reference<kActivation>,
          .axes = elementwise_axes,
          .permute = same_attributes,
          .quant = own_scales,
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
