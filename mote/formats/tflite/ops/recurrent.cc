// SVDF, UNIDIRECTIONAL_SEQUENCE_LSTM.
#include "mote/formats/tflite/import.h"
#include "mote/formats/tflite/op_rules.h"
#include "mote/formats/tflite/ops/window.h"
#include "mote/ops/nn_attrs.h"

namespace mote::tflite {
namespace {

// Operands that the operators write in place.
constexpr size_t kSvdfState = 4;
constexpr size_t kLstmHidden = 18;
constexpr size_t kLstmCell = 19;

void expect_variable(ImportContext& context, size_t i) {
  if (!context.has_input(i) || !context.file_input(i).is_variable) {
    context.fail("operand {} is no variable tensor, and it is written", i);
  }
}

void import_svdf(ImportContext& context) {
  const auto& options = context.options<schema::SVDFOptions>();
  expect_variable(context, kSvdfState);
  if (options.rank() < 1) context.fail("rank {}", options.rank());
  const SvdfAttrs attrs{.rank = options.rank(),
                        .activation = clamp_from(context, options.fused_activation_function()),
                        .asymmetric_inputs = options.asymmetric_quantize_inputs()};
  context.finish_activated("svdf", context.all_inputs(), Attributes::of(attrs),
                           options.fused_activation_function());
}

std::string lstm_activation(const ImportContext& context, schema::ActivationFunctionType fused) {
  if (fused == schema::ActivationFunctionType::TANH) return "tanh";
  return std::string(name(clamp_from(context, fused)));
}

void import_sequence_lstm(ImportContext& context) {
  const auto& options = context.options<schema::UnidirectionalSequenceLSTMOptions>();
  if (options.diagonal_recurrent_tensors()) {
    context.unsupported("its recurrent weights are diagonal; mote has only full ones");
  }
  expect_variable(context, kLstmHidden);
  expect_variable(context, kLstmCell);
  SequenceLstmAttrs attrs{
      .activation = lstm_activation(context, options.fused_activation_function()),
      .cell_clip = options.cell_clip(),
      .projection_clip = options.proj_clip(),
      .time_major = options.time_major(),
      .asymmetric_inputs = options.asymmetric_quantize_inputs()};
  for (const int32_t index : elements(context.file_operator().intermediates())) {
    const auto& record = context.importer().tensor(index).quantization;
    attrs.intermediate_scales.push_back(record ? record->scale() : 0.0f);
    attrs.intermediate_zero_points.push_back(record ? record->zero_point() : 0);
  }
  context.finish("unidirectional_sequence_lstm", context.all_inputs(),
                 Attributes::of(std::move(attrs)));
}

void export_svdf(ExportContext& context) {
  const auto& attrs = context.attrs<SvdfAttrs>();
  constexpr size_t kTimeWeights = 2;
  constexpr size_t kBias = 3;
  std::vector<int32_t> inputs = context.inputs();
  inputs.at(kBias) = context.bias_or_zeros(kBias, kSvdfState, kTimeWeights);
  context.emit(schema::BuiltinOperator::SVDF, inputs, context.outputs(),
               schema::CreateSVDFOptions(context.builder(), static_cast<int32_t>(attrs.rank),
                                         fused_from(attrs.activation), attrs.asymmetric_inputs));
}

schema::ActivationFunctionType lstm_fused(const ExportContext& context,
                                          const SequenceLstmAttrs& attrs) {
  if (attrs.activation == "tanh") return schema::ActivationFunctionType::TANH;
  for (const Activation activation : enum_values(Activation{})) {
    if (attrs.activation == name(activation)) return fused_from(activation);
  }
  context.refuse("the activation '{}'", attrs.activation);
}

/// LiteRT's 8-bit kernel wants five records even where it uses none of them: four of gates that are
/// normalized, and that of the hidden state.
SequenceLstmAttrs with_all_records(const ExportContext& context, SequenceLstmAttrs attrs) {
  constexpr size_t kRecords = 5;
  const auto& output = context.output_type().quantization;
  if (!output || attrs.intermediate_scales.size() == kRecords) return attrs;
  attrs.intermediate_scales.assign(kRecords, 0.0f);
  attrs.intermediate_zero_points.assign(kRecords, 0);
  attrs.intermediate_scales.back() = output->scale();
  attrs.intermediate_zero_points.back() = output->zero_point();
  return attrs;
}

/// The records between the gates are tensors without content, of f32 where there is no record.
/// Their element type is that of the runtimes' kernels: 16 bits, and 8 for the last one, the hidden
/// state.
std::vector<int32_t> intermediates(ExportContext& context, const SequenceLstmAttrs& attrs) {
  std::vector<int32_t> indices;
  for (size_t i = 0; i < attrs.intermediate_scales.size(); ++i) {
    const bool is_last = i + 1 == attrs.intermediate_scales.size();
    TensorType type{DataType::kF32, Shape{0}};
    if (attrs.intermediate_scales[i] > 0.0f) {
      type.dtype = is_last ? DataType::kI8 : DataType::kI16;
      type.quantization = Quantization::per_tensor(
          attrs.intermediate_scales[i], static_cast<int32_t>(attrs.intermediate_zero_points[i]));
    }
    indices.push_back(context.temporary(fmt::format("intermediate_{}", i), std::move(type)));
  }
  return indices;
}

void export_sequence_lstm(ExportContext& context) {
  const SequenceLstmAttrs attrs = with_all_records(context, context.attrs<SequenceLstmAttrs>());
  const std::vector<int32_t> records = intermediates(context, attrs);
  const auto options = schema::CreateUnidirectionalSequenceLSTMOptions(
      context.builder(), lstm_fused(context, attrs), attrs.cell_clip, attrs.projection_clip,
      attrs.time_major, attrs.asymmetric_inputs);
  context.emit_with({.code = schema::BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM,
                     .options_type = schema::BuiltinOptions::UnidirectionalSequenceLSTMOptions,
                     .options = options.Union(),
                     .intermediates = records},
                    context.inputs(), context.outputs());
}

}  // namespace

void define_ops_recurrent(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(SVDF, import_svdf);
  rules.on_import(UNIDIRECTIONAL_SEQUENCE_LSTM, import_sequence_lstm);
  rules.on_export("svdf", export_svdf);
  rules.on_export("unidirectional_sequence_lstm", export_sequence_lstm);
}

}  // namespace mote::tflite
