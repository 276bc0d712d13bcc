// SOFTMAX, LOG_SOFTMAX, L2_NORMALIZATION, LOCAL_RESPONSE_NORMALIZATION: along the last axis.
#include <array>
#include <cmath>

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
  context.finish(
      "softmax", {context.input(0)},
      Attributes::of(SoftmaxAttrs{.axis = -1,
                                  .beta = options.beta(),
                                  .widen = context.type(0).dtype == DataType::kI8 &&
                                           context.file_output(0).dtype == DataType::kI16}));
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

void expect_last_axis(const ExportContext& context, int64_t axis) {
  if (!context.is_last_axis(axis)) context.refuse("axis {}; TFLite has only the last", axis);
}

void export_softmax(ExportContext& context) {
  const auto& attrs = context.attrs<SoftmaxAttrs>();
  expect_last_axis(context, attrs.axis);
  context.emit(schema::BuiltinOperator::SOFTMAX, context.inputs(), context.outputs(),
               schema::CreateSoftmaxOptions(context.builder(), attrs.beta));
}

void export_log_softmax(ExportContext& context) {
  expect_last_axis(context, context.attrs<SoftmaxAttrs>().axis);
  context.emit(schema::BuiltinOperator::LOG_SOFTMAX, context.inputs(), context.outputs());
}

void export_l2_normalization(ExportContext& context) {
  const auto& attrs = context.attrs<NormAttrs>();
  expect_last_axis(context, attrs.axis);
  if (attrs.epsilon != kL2Epsilon) {
    context.exporter().report.add("node '" + context.node().name + "'",
                                  "its epsilon becomes 1e-6, which TFLite fixes");
  }
  context.emit(schema::BuiltinOperator::L2_NORMALIZATION, context.inputs(), context.outputs(),
               schema::CreateL2NormOptions(context.builder()));
}

/// y = x * factor + offset, both along the last axis: TFLite has no such operator of its own.
void export_batch_norm(ExportContext& context) {
  const auto& attrs = context.attrs<BatchNormAttrs>();
  expect_last_axis(context, attrs.axis);
  if (context.type(0).dtype != DataType::kF32) context.refuse("batch norm of integers");
  std::array<std::vector<float>, 4> parameters;  // gamma, beta, mean, variance
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Tensor* parameter = context.constant(i + 1);
    if (parameter == nullptr) context.refuse("parameters computed at run time");
    parameters[i] = elements_as<float>(*parameter);
  }
  const auto& [gamma, beta, mean, variance] = parameters;
  std::vector<float> factor;
  std::vector<float> offset;
  for (size_t c = 0; c < gamma.size(); ++c) {
    const double scale = gamma[c] / std::sqrt(double{variance[c]} + attrs.epsilon);
    factor.push_back(static_cast<float>(scale));
    offset.push_back(static_cast<float>(beta[c] - mean[c] * scale));
  }
  const Shape channels{std::ssize(factor)};
  const int32_t scaled = context.temporary("scaled", context.output_type());
  context.emit(schema::BuiltinOperator::MUL,
               {context.input(0), context.constant_tensor("factor", Tensor::of(channels, factor))},
               {scaled}, schema::CreateMulOptions(context.builder()));
  context.emit(schema::BuiltinOperator::ADD,
               {scaled, context.constant_tensor("offset", Tensor::of(channels, offset))},
               context.outputs(), schema::CreateAddOptions(context.builder()));
}

void export_lrn(ExportContext& context) {
  const auto& attrs = context.attrs<LrnAttrs>();
  expect_last_axis(context, attrs.axis);
  if (attrs.size % 2 == 0)
    context.refuse("a window of {} channels; TFLite has odd ones", attrs.size);
  context.emit(schema::BuiltinOperator::LOCAL_RESPONSE_NORMALIZATION, context.inputs(),
               context.outputs(),
               schema::CreateLocalResponseNormalizationOptions(
                   context.builder(), static_cast<int32_t>(attrs.size / 2), attrs.bias, attrs.alpha,
                   attrs.beta));
}

}  // namespace

void define_ops_normalize(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(SOFTMAX, import_softmax);
  rules.on_import(LOG_SOFTMAX, import_log_softmax);
  rules.on_import(L2_NORMALIZATION, import_l2_normalization);
  rules.on_import(LOCAL_RESPONSE_NORMALIZATION, import_lrn);
  rules.on_export("softmax", export_softmax);
  rules.on_export("log_softmax", export_log_softmax);
  rules.on_export("l2_normalization", export_l2_normalization);
  rules.on_export("batch_norm", export_batch_norm);
  rules.on_export("local_response_normalization", export_lrn);
}

}  // namespace mote::tflite
