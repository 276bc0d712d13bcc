// SOFTMAX, LOG_SOFTMAX, L2_NORMALIZATION, LOCAL_RESPONSE_NORMALIZATION: along the last axis.
#include "mote/formats/tflite/import.h"
#include "mote/formats/tflite/op_rules.h"
#include "mote/formats/tflite/ops/window.h"
#include "mote/ops/nn_attrs.h"

namespace mote::tflite {
namespace {

/// Added under the root of L2_NORMALIZATION as a lower bound. Source: TFLite kernel l2norm.
constexpr float kL2Epsilon = 1e-6f;

void import_softmax(ImportContext& context) {
  const auto& options = context.options<schema::SoftmaxOptions>();
  context.finish("softmax", {context.input(0)},
                 Attributes::of(SoftmaxAttrs{.axis = -1, .beta = options.beta()}));
}

void import_log_softmax(ImportContext& context) {
  context.finish("log_softmax", {context.input(0)}, Attributes::of(SoftmaxAttrs{}));
}

void import_l2_normalization(ImportContext& context) {
  const auto* options = context.options_or_null<schema::L2NormOptions>();
  if (options != nullptr &&
      options->fused_activation_function() != schema::ActivationFunctionType::NONE) {
    context.unsupported(
        "fused activation {}, only NONE is defined for it",
        schema::EnumNameActivationFunctionType(options->fused_activation_function()));
  }
  context.finish("l2_normalization", {context.input(0)},
                 Attributes::of(NormAttrs{.epsilon = kL2Epsilon, .axis = -1}));
}

void import_lrn(ImportContext& context) {
  const auto& options = context.options<schema::LocalResponseNormalizationOptions>();
  if (options.radius() < 0) context.fail("radius {}", options.radius());
  context.finish("local_response_normalization", {context.input(0)},
                 Attributes::of(LrnAttrs{.size = 2 * int64_t{options.radius()} + 1,
                                         .axis = -1,
                                         .alpha = options.alpha(),
                                         .beta = options.beta(),
                                         .bias = options.bias()}));
}

}  // namespace

void define_ops_normalize(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(SOFTMAX, import_softmax);
  rules.on_import(LOG_SOFTMAX, import_log_softmax);
  rules.on_import(L2_NORMALIZATION, import_l2_normalization);
  rules.on_import(LOCAL_RESPONSE_NORMALIZATION, import_lrn);
}

}  // namespace mote::tflite
