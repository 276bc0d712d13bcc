// where: one of two values, by a condition.
#include "mote/ops/define.h"
#include "mote/ops/dispatch.h"
#include "mote/ops/facets.h"
#include "mote/ops/op_table.h"
#include "mote/ops/strided.h"

namespace mote::ops {
namespace {

void infer(InferContext& context) {
  context.expect_inputs(3, 3);
  if (context.dtype(0) != DataType::kBool) {
    context.fail("the condition is {}, expected bool", name(context.dtype(0)));
  }
  expect_same_type(context, 1, 2);
  context.add_output(context.dtype(1),
                     broadcast(broadcast(context.shape(0), context.shape(1)), context.shape(2)));
}

void reference(const EvalContext& context) {
  const TensorView y = context.output(0);
  const bool* condition = context.input(0).data<bool>().data();
  std::vector<Strides> strides = {row_major_strides(y.shape)};
  for (size_t i = 0; i < 3; ++i)
    strides.push_back(broadcast_strides(context.input(i).shape, y.shape));
  const StridedWalk walk(y.shape.dims(), std::move(strides));
  with_unit(y.dtype, [&]<class Unit>() {
    const Unit* a = units_of<Unit>(context.input(1));
    const Unit* b = units_of<Unit>(context.input(2));
    Unit* to = units_of<Unit>(y);
    walk.rows([&](const int64_t* at, const int64_t* step, int64_t count) {
      for (int64_t i = 0; i < count; ++i) {
        to[at[0] + i * step[0]] =
            condition[at[1] + i * step[1]] ? a[at[2] + i * step[2]] : b[at[3] + i * step[3]];
      }
    });
  });
}

std::optional<QuantRule> quant(const Graph& graph, const Node& node) {
  std::optional<QuantRule> rule = shared_scale(graph, node);
  rule->inputs[0].role = QuantRule::Role::kUntouched;
  return rule;
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const Shape full = sample_shape(rng);
  const ValueId condition = graph.add_input("condition", {DataType::kBool, full});
  const ValueId a = sample_input(graph, rng, kind, full);
  const ValueId b = sample_input(graph, rng, kind, {full.back()});
  graph.mutable_value(b).type.quantization = graph.value(a).type.quantization;
  const Graph::OutputHints hints = record_of(graph, a);
  graph.set_outputs(graph.add_node({.op = &op("where"), .inputs = {condition, a, b}}, hints));
  return graph;
}

}  // namespace

void define_where(OpSink& sink) {
  sink.add({.name = "where",
            .summary = "y = condition ? a : b, broadcast",
            .tflite_names = {"SELECT", "SELECT_V2"},
            .onnx_names = {"Where"},
            .infer = infer,
            .reference = reference,
            .axes = elementwise_axes,
            .permute = same_attributes,
            .quant = quant,
            .cost = no_macs,
            .sample = sample});
}

}  // namespace mote::ops
