#include "mote/formats/tflite/op_rules.h"

#include "mote/base/error.h"
#include "mote/formats/tflite/types.h"

namespace mote::tflite {

#define MOTE_REGISTER(word) void define_##word(OpRules& rules);
#include "mote/formats/tflite/registry.inc"
#undef MOTE_REGISTER

void OpRules::on_import(schema::BuiltinOperator code, ImportRule rule) {
  if (!imports_.emplace(code, rule).second) {
    throw_error(ErrorKind::kInternal, "two import rules for {}", operator_name(code));
  }
}

void OpRules::on_import_custom(std::string_view name, ImportRule rule) {
  if (!custom_imports_.emplace(name, rule).second) {
    throw_error(ErrorKind::kInternal, "two import rules for the custom operator '{}'", name);
  }
}

void OpRules::on_export(std::string_view op, ExportRule rule) {
  if (!exports_.emplace(op, rule).second) {
    throw_error(ErrorKind::kInternal, "two export rules for '{}'", op);
  }
}

ImportRule OpRules::import_rule(schema::BuiltinOperator code) const {
  const auto found = imports_.find(code);
  return found == imports_.end() ? nullptr : found->second;
}

ImportRule OpRules::custom_import_rule(std::string_view name) const {
  const auto found = custom_imports_.find(name);
  return found == custom_imports_.end() ? nullptr : found->second;
}

ExportRule OpRules::export_rule(std::string_view op) const {
  const auto found = exports_.find(op);
  return found == exports_.end() ? nullptr : found->second;
}

std::vector<schema::BuiltinOperator> OpRules::imported() const {
  std::vector<schema::BuiltinOperator> codes;
  for (const auto& [code, rule] : imports_) codes.push_back(code);
  return codes;
}

std::vector<std::string_view> OpRules::imported_custom() const {
  std::vector<std::string_view> names;
  for (const auto& [name, rule] : custom_imports_) names.push_back(name);
  return names;
}

const OpRules& op_rules() {
  static const OpRules rules = [] {
    OpRules made;
#define MOTE_REGISTER(word) define_##word(made);
#include "mote/formats/tflite/registry.inc"
#undef MOTE_REGISTER
    return made;
  }();
  return rules;
}

}  // namespace mote::tflite
