// transpose: axes in another order.
#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/movement.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/ops/strided.h"

namespace mote::ops {
namespace {

void infer(InferContext& context) {
  context.expect_inputs(1, 1);
  const auto& permutation = context.attrs<TransposeAttrs>().permutation;
  const Shape& from = context.shape(0);
  if (static_cast<int>(permutation.size()) != from.rank()) {
    context.fail("a permutation of {} axes for {}", permutation.size(), to_string(from));
  }
  std::vector<bool> seen(permutation.size(), false);
  std::vector<int64_t> dims;
  for (const int64_t axis : permutation) {
    if (axis < 0 || axis >= from.rank() || seen[static_cast<size_t>(axis)]) {
      context.fail("axis {} in the permutation of {} is out of range or repeated", axis,
                   to_string(from));
    }
    seen[static_cast<size_t>(axis)] = true;
    dims.push_back(from[static_cast<int>(axis)]);
  }
  context.add_output(context.dtype(0), Shape(std::move(dims)));
}

void reference(const EvalContext& context) {
  const ConstTensorView x = context.input(0);
  const TensorView y = context.output(0);
  const Strides dense = row_major_strides(x.shape);
  Strides from;
  for (const int64_t axis : context.attrs<TransposeAttrs>().permutation) {
    from.push_back(dense[static_cast<size_t>(axis)]);
  }
  copy_strided(size_bytes(x.dtype), y.shape.dims(), {y.bytes, row_major_strides(y.shape)},
               {x.bytes, std::move(from)});
}

std::optional<KernelRequest> lower(const LowerContext& context) {
  const Strides dense = row_major_strides(context.input_type(0).shape);
  StridedSide from;
  for (const int64_t axis : context.attrs<TransposeAttrs>().permutation) {
    from.strides.push_back(dense[static_cast<size_t>(axis)]);
  }
  return gathering_copy_request(context, from);
}

AxisMap axes(const Graph& graph, const Node& node) {
  const Shape& from = graph.value(node.inputs[0]).type.shape;
  AxisMap map{{{}}, {{}}};
  for (int axis = 0; axis < from.rank(); ++axis) {
    map.inputs[0].push_back(AxisRole::factor(axis, from[axis]));
  }
  for (const int64_t axis : node.attrs<TransposeAttrs>().permutation) {
    map.outputs[0].push_back(map.inputs[0][static_cast<size_t>(axis)]);
  }
  return map;
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const Shape shape = sample_shape(rng);
  TransposeAttrs attrs;
  for (int64_t axis = 0; axis < shape.rank(); ++axis) {
    attrs.permutation.insert(attrs.permutation.begin() + rng.integer(0, axis), axis);
  }
  const ValueId x = sample_input(graph, rng, kind, shape);
  graph.set_outputs(
      graph.add_node({.op = &op("transpose"), .inputs = {x}, .attributes = Attributes::of(attrs)},
                     record_of(graph, x)));
  return graph;
}

}  // namespace

void define_transpose(OpSink& sink) {
  sink.add({.name = "transpose",
            .summary = "Axis i of y is axis permutation[i] of x",
            .tflite_names = {"TRANSPOSE"},
            .onnx_names = {"Transpose"},
            .attributes = Attributes::of(TransposeAttrs{}),
            .infer = infer,
            .reference = reference,
            .lower = lower,
            .axes = axes,
            .quant = shared_scale,
            .cost = no_macs,
            .sample = sample});
}

}  // namespace mote::ops
