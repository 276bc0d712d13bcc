// The smallest complete operator: y = scale * x + shift. A model for files in mote/ops; see
// docs/adding-an-operator.md. It is compiled and run by tests, but is not part of mote.
#include <gtest/gtest.h>

#include "mote/ops/define.h"
#include "mote/ops/evaluate.h"
#include "mote/ops/facets.h"

namespace mote::ops {
namespace {

struct ScaleShiftAttrs {
  float scale = 1.0f;
  float shift = 0.0f;

  static constexpr auto fields() {
    return std::tuple(field("scale", &ScaleShiftAttrs::scale),
                      field("shift", &ScaleShiftAttrs::shift));
  }
};

void reference(const EvalContext& context) {
  if (context.input_type(0).dtype != DataType::kF32) context.no_kernel();
  const auto& attrs = context.attrs<ScaleShiftAttrs>();
  const auto x = context.input(0).data<float>();
  const auto y = context.output(0).data<float>();
  for (size_t i = 0; i < x.size(); ++i) y[i] = attrs.scale * x[i] + attrs.shift;
}

}  // namespace

void define_scale_shift(OpSink& sink) {
  sink.add({.name = "scale_shift",
            .summary = "y = scale * x + shift",
            .attributes = Attributes::of(ScaleShiftAttrs{}),
            .infer = infer_same,
            .reference = reference,
            .axes = elementwise_axes,
            .permute = same_attributes,
            .quant = own_scales});
}

namespace {

TEST(OperatorSkeleton, computes_what_its_summary_says) {
  OpSink sink;
  define_scale_shift(sink);
  Graph graph;
  const ValueId x = graph.add_input("x", {DataType::kF32, {2}});
  const ValueId y = graph.add_node(
      {.op = &sink.defs()[0],
       .inputs = {x},
       .attributes = Attributes::of(ScaleShiftAttrs{.scale = 2.0f, .shift = 1.0f})})[0];
  const Node& node = graph.node(graph.value(y).producer);
  const std::vector<Tensor> inputs = {Tensor::of<float>({2}, std::vector<float>{1.0f, -3.0f})};
  EXPECT_EQ(evaluate_reference(graph, node, inputs)[0],
            Tensor::of<float>({2}, std::vector<float>{3.0f, -5.0f}));
}

}  // namespace
}  // namespace mote::ops
