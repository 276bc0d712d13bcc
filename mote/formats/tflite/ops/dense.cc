// FULLY_CONNECTED, BATCH_MATMUL.
#include <algorithm>

#include "mote/formats/tflite/op_rules.h"
#include "mote/formats/tflite/ops/window.h"
#include "mote/ops/nn_attrs.h"

namespace mote::tflite {
namespace {

void import_fully_connected(ImportContext& context) {
  const auto& options = context.options<schema::FullyConnectedOptions>();
  if (options.weights_format() != schema::FullyConnectedOptionsWeightsFormat::DEFAULT) {
    context.unsupported(
        "its weights are shuffled for one kind of processor; convert the model "
        "without that");
  }
  const FullyConnectedAttrs attrs{
      .activation = clamp_from(context, options.fused_activation_function()),
      .keep_dims = options.keep_num_dims(),
      .asymmetric_inputs = options.asymmetric_quantize_inputs()};
  context.finish_activated("fully_connected",
                           {context.input(0), context.input(1), context.optional_input(2)},
                           Attributes::of(attrs), options.fused_activation_function());
}

void import_batch_matmul(ImportContext& context) {
  const auto& options = context.options<schema::BatchMatMulOptions>();
  context.finish("batch_matmul", {context.input(0), context.input(1)},
                 Attributes::of(BatchMatmulAttrs{.transpose_a = options.adj_x(),
                                                 .transpose_b = options.adj_y()}));
}

void export_fully_connected(ExportContext& context) {
  using enum schema::BuiltinOperator;
  const auto& attrs = context.attrs<FullyConnectedAttrs>();
  context.emit(
      FULLY_CONNECTED, {context.input(0), context.input(1), context.bias(2, 0, 1)},
      context.outputs(),
      schema::CreateFullyConnectedOptions(context.builder(), fused_from(attrs.activation),
                                          schema::FullyConnectedOptionsWeightsFormat::DEFAULT,
                                          attrs.keep_dims, attrs.asymmetric_inputs));
}

void export_batch_matmul(ExportContext& context) {
  using enum schema::BuiltinOperator;
  const auto& attrs = context.attrs<BatchMatmulAttrs>();
  context.emit(BATCH_MATMUL, {context.input(0), context.input(1)}, context.outputs(),
               schema::CreateBatchMatMulOptions(context.builder(), attrs.transpose_a,
                                                attrs.transpose_b, context.is_hybrid()));
}

}  // namespace

void define_ops_dense(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(FULLY_CONNECTED, import_fully_connected);
  rules.on_import(BATCH_MATMUL, import_batch_matmul);
  rules.on_export("fully_connected", export_fully_connected);
  rules.on_export("batch_matmul", export_batch_matmul);
}

}  // namespace mote::tflite
