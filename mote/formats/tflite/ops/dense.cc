// FULLY_CONNECTED, BATCH_MATMUL.
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
  if (context.type(0).dtype == DataType::kF32 && context.type(1).dtype == DataType::kI8) {
    context.report("runtimes quantize its activations on the fly; here they stay float");
  }
  const FullyConnectedAttrs attrs{
      .activation = clamp_from(context, options.fused_activation_function()),
      .keep_dims = options.keep_num_dims()};
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

}  // namespace

void define_ops_dense(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(FULLY_CONNECTED, import_fully_connected);
  rules.on_import(BATCH_MATMUL, import_batch_matmul);
}

}  // namespace mote::tflite
