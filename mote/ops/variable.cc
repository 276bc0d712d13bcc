// read_variable and assign_variable: a state that is read and replaced whole.
#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/movement.h"

namespace mote::ops {
namespace {

void infer_read(InferContext& context) {
  context.expect_inputs(1, 1);
  context.add_output(context.dtype(0), context.shape(0));
}

void reference_read(const EvalContext& context) {
  const ConstTensorView state = context.input(0);
  copy_bytes(context.output(0).bytes, state.bytes, state.size_bytes());
}

void infer_assign(InferContext& context) {
  context.expect_inputs(2, 2);
  if (context.dtype(1) != context.dtype(0) || context.shape(1) != context.shape(0)) {
    context.fail("{}{} assigned to a state of {}{}", name(context.dtype(1)),
                 to_string(context.shape(1)), name(context.dtype(0)), to_string(context.shape(0)));
  }
}

void reference_assign(const EvalContext& context) {
  const ConstTensorView value = context.input(1);
  copy_bytes(context.state(0).bytes, value.bytes, value.size_bytes());
}

std::optional<KernelRequest> lower_assign(const LowerContext& context) {
  const TensorType& state = context.input_type(0);
  const mote_copy_params p{state.shape.elements() * static_cast<int64_t>(size_bytes(state.dtype))};
  auto request = kernel_request("assign", {}, p, {0, 1});
  if (request) request->outputs.clear();
  return request;
}

AxisMap axes(const Graph& graph, const Node& node) {
  return blocked_axes(graph, node, "a state keeps its layout between calls");
}

}  // namespace

void define_variable(OpSink& sink) {
  sink.add({.name = "read_variable",
            .summary = "what the state holds",
            .tflite_names = {"READ_VARIABLE"},
            .infer = infer_read,
            .reference = reference_read,
            .lower = copy_request,
            .axes = axes,
            .cost = no_macs});
  sink.add({.name = "assign_variable",
            .summary = "the state holds x from now on; no result",
            .tflite_names = {"ASSIGN_VARIABLE"},
            .infer = infer_assign,
            .reference = reference_assign,
            .lower = lower_assign,
            .axes = axes,
            .cost = no_macs});
}

}  // namespace mote::ops
