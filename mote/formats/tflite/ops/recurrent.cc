// SVDF, UNIDIRECTIONAL_SEQUENCE_LSTM.
#include "mote/formats/tflite/import.h"
#include "mote/formats/tflite/op_rules.h"
#include "mote/formats/tflite/ops/window.h"
#include "mote/ops/nn_attrs.h"

namespace mote::tflite {
namespace {

void import_svdf(ImportContext& context) {
  const auto& options = context.options<schema::SVDFOptions>();
  if (options.rank() < 1) context.fail("rank {}", options.rank());
  const SvdfAttrs attrs{.rank = options.rank(),
                        .activation = clamp_from(context, options.fused_activation_function())};
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
  SequenceLstmAttrs attrs{
      .activation = lstm_activation(context, options.fused_activation_function()),
      .cell_clip = options.cell_clip(),
      .projection_clip = options.proj_clip(),
      .time_major = options.time_major()};
  for (const int32_t index : elements(context.file_operator().intermediates())) {
    const auto& record = context.importer().tensor(index).quantization;
    if (!record) continue;
    attrs.intermediate_scales.push_back(record->scale());
    attrs.intermediate_zero_points.push_back(record->zero_point());
  }
  context.finish("unidirectional_sequence_lstm", context.all_inputs(),
                 Attributes::of(std::move(attrs)));
}

}  // namespace

void define_ops_recurrent(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(SVDF, import_svdf);
  rules.on_import(UNIDIRECTIONAL_SEQUENCE_LSTM, import_sequence_lstm);
}

}  // namespace mote::tflite
