// negative_log_likelihood_loss. Source: ONNX NegativeLogLikelihoodLoss-13.
#include "mote/ops/define.h"
#include "mote/ops/dispatch.h"
#include "mote/ops/facets.h"
#include "mote/ops/indexing.h"
#include "mote/ops/loss_attrs.h"
#include "mote/ops/op_table.h"

namespace mote::ops {
namespace {

void infer(InferContext& context) {
  context.expect_inputs(2, 3);
  expect_indices(context, 1);
  const Shape& x = context.shape(0);
  const Shape& target = context.shape(1);
  if (x.rank() < 2) context.fail("x {} has no class axis", to_string(x));
  std::vector<int64_t> dims = x.dims();
  dims.erase(dims.begin() + 1);
  if (target != Shape(dims)) {
    context.fail("target {} for x {}, expected {}", to_string(target), to_string(x),
                 to_string(Shape(dims)));
  }
  if (context.has_input(2) && context.shape(2) != Shape{x[1]}) {
    context.fail("weight {} for {} classes", to_string(context.shape(2)), x[1]);
  }
  const bool reduced = context.attrs<NllLossAttrs>().reduction != LossReduction::kNone;
  context.add_output(context.dtype(0), reduced ? Shape{} : target);
}

void reference(const EvalContext& context) {
  const auto& attrs = context.attrs<NllLossAttrs>();
  if (is_quantized(context)) context.no_kernel();
  const ConstTensorView x = context.input(0);
  const std::vector<double> values = elements_as<double>(x);
  const std::vector<int64_t> target = elements_as<int64_t>(context.input(1));
  const int64_t classes = x.shape[1];
  const std::vector<double> weight = context.has_input(2)
                                         ? elements_as<double>(context.input(2))
                                         : std::vector<double>(static_cast<size_t>(classes), 1.0);
  const int64_t samples = x.shape[0];
  const int64_t inner = samples == 0 ? 0 : static_cast<int64_t>(target.size()) / samples;
  std::vector<double> losses(target.size(), 0.0);
  double total = 0.0;
  double total_weight = 0.0;
  for (size_t i = 0; i < target.size(); ++i) {
    if (attrs.has_ignore_index && target[i] == attrs.ignore_index) continue;
    if (target[i] < 0 || target[i] >= classes) {
      throw_error(ErrorKind::kInvalidModel, "target {}, but there are {} classes", target[i],
                  classes);
    }
    const auto position = static_cast<int64_t>(i);
    const int64_t at = (position / inner * classes + target[i]) * inner + position % inner;
    const double w = weight[static_cast<size_t>(target[i])];
    losses[i] = -values[static_cast<size_t>(at)] * w;
    total += losses[i];
    total_weight += w;
  }
  const bool known = with_float(x.dtype, [&]<class T>() {
    const auto y = context.output(0).data<T>();
    const auto as_element = [](double v) { return static_cast<T>(static_cast<Compute<T>>(v)); };
    switch (attrs.reduction) {
      case LossReduction::kNone:
        for (size_t i = 0; i < losses.size(); ++i) y[i] = as_element(losses[i]);
        return;
      case LossReduction::kSum:
        y[0] = as_element(total);
        return;
      case LossReduction::kMean:
        y[0] = as_element(total / total_weight);
        return;
    }
  });
  if (!known) context.no_kernel();
}

AxisMap axes(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  AxisMap map{{{}, {}}, {{}}};
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (axis == 1) {
      map.inputs[0].push_back(AxisRole::blocked_by("the target names classes"));
      continue;
    }
    map.inputs[0].push_back(AxisRole::factor(axis, x[axis]));
    map.inputs[1].push_back(map.inputs[0].back());
  }
  if (node.attrs<NllLossAttrs>().reduction == LossReduction::kNone) map.outputs[0] = map.inputs[1];
  if (node.inputs.size() > 2) {
    map.inputs.push_back({});
    if (node.has_input(2)) map.inputs[2] = {AxisRole::blocked_by("the target names classes")};
  }
  return map;
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const Shape shape{rng.integer(1, 3), rng.integer(2, 5), rng.integer(1, 4)};
  NllLossAttrs attrs;
  attrs.reduction = enum_values(LossReduction{})[static_cast<size_t>(rng.integer(0, 2))];
  Tensor target(DataType::kI64, {shape[0], shape[2]});
  for (int64_t& t : target.data<int64_t>()) t = rng.integer(0, shape[1] - 1);
  const ValueId x = sample_input(graph, rng, kind, shape);
  const ValueId wanted = graph.add_constant("target", std::move(target));
  graph.set_outputs(graph.add_node({.op = &op("negative_log_likelihood_loss"),
                                    .inputs = {x, wanted},
                                    .attributes = Attributes::of(attrs)}));
  return graph;
}

}  // namespace

void define_loss(OpSink& sink) {
  sink.add(
      {.name = "negative_log_likelihood_loss",
       .summary = "y = -weight[target] * x[n, target, ..], each or summed or averaged by weight",
       .onnx_names = {"NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"},
       .attributes = Attributes::of(NllLossAttrs{}),
       .infer = infer,
       .reference = reference,
       .axes = axes,
       .cost = no_macs,
       .sample = sample});
}

}  // namespace mote::ops
