// Which TFLite operator becomes which of ours, and back. Made from the build list.
//
// mote/formats/tflite/ops/<family>.cc defines `void define_ops_<family>(OpRules&)`.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "mote/formats/tflite/model_view.h"

namespace mote::tflite {

class ImportContext;
class ExportContext;

using ImportRule = void (*)(ImportContext&);
using ExportRule = void (*)(ExportContext&);

class OpRules {
 public:
  /// Throws kInternal when the operator has a rule already.
  void on_import(schema::BuiltinOperator code, ImportRule rule);
  void on_import_custom(std::string_view name, ImportRule rule);
  void on_export(std::string_view op, ExportRule rule);

  /// nullptr when there is none.
  ImportRule import_rule(schema::BuiltinOperator code) const;
  ImportRule custom_import_rule(std::string_view name) const;
  ExportRule export_rule(std::string_view op) const;
  std::vector<schema::BuiltinOperator> imported() const;
  std::vector<std::string_view> imported_custom() const;

 private:
  std::map<schema::BuiltinOperator, ImportRule> imports_;
  std::map<std::string_view, ImportRule> custom_imports_;
  std::map<std::string_view, ExportRule> exports_;
};

const OpRules& op_rules();

}  // namespace mote::tflite
