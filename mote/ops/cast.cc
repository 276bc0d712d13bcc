// cast: another element type.
#include "mote/base/number_cast.h"
#include "mote/ops/define.h"
#include "mote/ops/dispatch.h"
#include "mote/ops/facets.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/op_table.h"

namespace mote::ops {
namespace {

void infer(InferContext& context) {
  context.expect_inputs(1, 1);
  context.add_output(context.attrs<TypeAttrs>().dtype, context.shape(0));
}

template <class To, class From>
void convert_all(const EvalContext& context) {
  const From* x = reinterpret_cast<const From*>(context.inputs[0].bytes);
  To* y = reinterpret_cast<To*>(context.outputs[0].bytes);
  const int64_t count = context.output(0).elements();
  for (int64_t i = 0; i < count; ++i) y[i] = number_cast<To>(x[i]);
}

void reference(const EvalContext& context) {
  with_any(context.input_type(0).dtype, [&]<class From>() {
    with_any(context.output_type(0).dtype, [&]<class To>() { convert_all<To, From>(context); });
  });
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  const auto types = enum_values(DataType{});
  const auto pick = [&] { return types[static_cast<size_t>(rng.integer(0, 11))]; };
  DataType from = pick();
  if (from == DataType::kF16) from = DataType::kF32;
  Graph graph;
  const ValueId x = graph.add_input("x", {from, sample_shape(rng)});
  graph.set_outputs(graph.add_node(
      {.op = &op("cast"), .inputs = {x}, .attributes = Attributes::of(TypeAttrs{pick()})}));
  return graph;
}

}  // namespace

void define_cast(OpSink& sink) {
  sink.add(
      {.name = "cast",
       .summary = "x as `dtype`: floats to integers towards zero and saturating, integers wrap",
       .tflite_names = {"CAST"},
       .onnx_names = {"Cast", "CastLike"},
       .attributes = Attributes::of(TypeAttrs{}),
       .infer = infer,
       .reference = reference,
       .axes = elementwise_axes,
       .permute = same_attributes,
       .quant = untouched,
       .cost = no_macs,
       .sample = sample});
}

}  // namespace mote::ops
