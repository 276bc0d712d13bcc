// Arithmetic, comparisons, logic, unary mathematics and activations: same shapes, or broadcast.
#include "mote/formats/tflite/op_rules.h"
#include "mote/formats/tflite/ops/window.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/nn_attrs.h"

namespace mote::tflite {
namespace {

using schema::ActivationFunctionType;
using schema::BuiltinOperator;

/// Operators without options that differ from ours only in name.
struct PlainOp {
  BuiltinOperator code;
  std::string_view op;
};
constexpr PlainOp kPlainOps[] = {
    {BuiltinOperator::MINIMUM, "minimum"},
    {BuiltinOperator::MAXIMUM, "maximum"},
    {BuiltinOperator::POW, "pow"},
    {BuiltinOperator::SQUARED_DIFFERENCE, "squared_difference"},
    {BuiltinOperator::FLOOR_DIV, "floor_div"},
    {BuiltinOperator::FLOOR_MOD, "floor_mod"},
    {BuiltinOperator::ATAN2, "atan2"},
    {BuiltinOperator::EQUAL, "equal"},
    {BuiltinOperator::NOT_EQUAL, "not_equal"},
    {BuiltinOperator::LESS, "less"},
    {BuiltinOperator::LESS_EQUAL, "less_equal"},
    {BuiltinOperator::GREATER, "greater"},
    {BuiltinOperator::GREATER_EQUAL, "greater_equal"},
    {BuiltinOperator::LOGICAL_AND, "logical_and"},
    {BuiltinOperator::LOGICAL_OR, "logical_or"},
    {BuiltinOperator::LOGICAL_NOT, "logical_not"},
    {BuiltinOperator::ABS, "abs"},
    {BuiltinOperator::NEG, "neg"},
    {BuiltinOperator::EXP, "exp"},
    {BuiltinOperator::LOG, "log"},
    {BuiltinOperator::SQRT, "sqrt"},
    {BuiltinOperator::RSQRT, "rsqrt"},
    {BuiltinOperator::SQUARE, "square"},
    {BuiltinOperator::SIN, "sin"},
    {BuiltinOperator::COS, "cos"},
    {BuiltinOperator::FLOOR, "floor"},
    {BuiltinOperator::CEIL, "ceil"},
    {BuiltinOperator::ROUND, "round"},
    {BuiltinOperator::SIGN, "sign"},
    {BuiltinOperator::LOGISTIC, "logistic"},
    {BuiltinOperator::TANH, "tanh"},
    {BuiltinOperator::RELU, "relu"},
    {BuiltinOperator::RELU6, "relu6"},
    {BuiltinOperator::RELU_N1_TO_1, "relu_n1_to_1"},
    {BuiltinOperator::HARD_SWISH, "hard_swish"},
    {BuiltinOperator::PRELU, "prelu"},
};

template <size_t kIndex>
void import_plain(ImportContext& context) {
  context.finish(kPlainOps[kIndex].op, context.all_inputs());
}

template <size_t kIndex>
void export_plain(ExportContext& context) {
  const PlainOp& row = kPlainOps[kIndex];
  context.emit(row.code, context.inputs(), context.outputs());
}

template <class Options>
void import_arithmetic(ImportContext& context, std::string_view op) {
  const auto* options = context.options_or_null<Options>();
  const ActivationFunctionType fused =
      options == nullptr ? ActivationFunctionType::NONE : options->fused_activation_function();
  context.finish_activated(op, {context.input(0), context.input(1)},
                           Attributes::of(BinaryAttrs{clamp_from(context, fused)}), fused);
}

void import_leaky_relu(ImportContext& context) {
  const auto& options = context.options<schema::LeakyReluOptions>();
  context.finish("leaky_relu", {context.input(0)}, Attributes::of(AlphaAttrs{options.alpha()}));
}

void import_gelu(ImportContext& context) {
  const auto* options = context.options_or_null<schema::GeluOptions>();
  context.finish("gelu", {context.input(0)},
                 Attributes::of(GeluAttrs{options != nullptr && options->approximate()}));
}

void import_add_n(ImportContext& context) {
  if (context.input_count() == 0) context.fail("it adds nothing");
  ValueId sum = context.input(0);
  if (context.input_count() == 1) return context.bind_output(0, sum);
  for (size_t i = 1; i + 1 < context.input_count(); ++i) {
    sum = context.add("add", {sum, context.input(i)});
  }
  context.finish("add", {sum, context.input(context.input_count() - 1)});
}

ActivationFunctionType fused_of(const ExportContext& context) {
  return fused_from(context.attrs<BinaryAttrs>().activation);
}

/// 16-bit scales need not be powers of two, which the options must say.
constexpr bool kPotScale = false;

void export_add(ExportContext& context) {
  context.emit(BuiltinOperator::ADD, context.inputs(), context.outputs(),
               schema::CreateAddOptions(context.builder(), fused_of(context), kPotScale));
}

void export_sub(ExportContext& context) {
  context.emit(BuiltinOperator::SUB, context.inputs(), context.outputs(),
               schema::CreateSubOptions(context.builder(), fused_of(context), kPotScale));
}

void export_mul(ExportContext& context) {
  context.emit(BuiltinOperator::MUL, context.inputs(), context.outputs(),
               schema::CreateMulOptions(context.builder(), fused_of(context)));
}

void export_div(ExportContext& context) {
  context.emit(BuiltinOperator::DIV, context.inputs(), context.outputs(),
               schema::CreateDivOptions(context.builder(), fused_of(context)));
}

void export_leaky_relu(ExportContext& context) {
  context.emit(
      BuiltinOperator::LEAKY_RELU, context.inputs(), context.outputs(),
      schema::CreateLeakyReluOptions(context.builder(), context.attrs<AlphaAttrs>().alpha));
}

void export_elu(ExportContext& context) {
  const float alpha = context.attrs<AlphaAttrs>().alpha;
  if (alpha != 1.0f) context.refuse("alpha {}, ELU has 1", alpha);
  context.emit(BuiltinOperator::ELU, context.inputs(), context.outputs());
}

void export_gelu(ExportContext& context) {
  context.emit(
      BuiltinOperator::GELU, context.inputs(), context.outputs(),
      schema::CreateGeluOptions(context.builder(), context.attrs<GeluAttrs>().approximate));
}

void import_elu(ImportContext& context) { context.finish("elu", {context.input(0)}); }

template <size_t... kIndices>
void define_plain(OpRules& rules, std::index_sequence<kIndices...>) {
  (rules.on_import(kPlainOps[kIndices].code, import_plain<kIndices>), ...);
  (rules.on_export(kPlainOps[kIndices].op, export_plain<kIndices>), ...);
}

}  // namespace

void define_ops_elementwise(OpRules& rules) {
  using enum schema::BuiltinOperator;
  define_plain(rules, std::make_index_sequence<std::size(kPlainOps)>());
  rules.on_import(ADD, [](ImportContext& c) { import_arithmetic<schema::AddOptions>(c, "add"); });
  rules.on_import(SUB, [](ImportContext& c) { import_arithmetic<schema::SubOptions>(c, "sub"); });
  rules.on_import(MUL, [](ImportContext& c) { import_arithmetic<schema::MulOptions>(c, "mul"); });
  rules.on_import(DIV, [](ImportContext& c) { import_arithmetic<schema::DivOptions>(c, "div"); });
  rules.on_import(LEAKY_RELU, import_leaky_relu);
  rules.on_import(GELU, import_gelu);
  rules.on_import(ADD_N, import_add_n);
  rules.on_import(ELU, import_elu);
  rules.on_export("add", export_add);
  rules.on_export("sub", export_sub);
  rules.on_export("mul", export_mul);
  rules.on_export("div", export_div);
  rules.on_export("leaky_relu", export_leaky_relu);
  rules.on_export("elu", export_elu);
  rules.on_export("gelu", export_gelu);
}

}  // namespace mote::tflite
