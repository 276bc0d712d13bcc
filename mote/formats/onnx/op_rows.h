// The tables of import and export handlers, joined from ops/*.cc by the build list.
//
// A file ops/x.cc on the list has `void ops_x(OnnxSink&)`, which adds its rows.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace mote::onnx {

class NodeImport;

class NodeExport;

using ImportHandler = void (*)(NodeImport&);
using ExportHandler = void (*)(NodeExport&);

struct ImportRow {
  std::string_view op_type;
  ImportHandler handler = nullptr;
  /// Our operator's name, for handlers that serve several.
  std::string_view op = {};
  std::string_view domain = {};
  /// The first opset this row is for; the row with the largest one not above the model's is used.
  int64_t since = 1;
};

struct ExportRow {
  std::string_view op;  ///< our operator
  ExportHandler handler = nullptr;
  /// ONNX's operator, for handlers that serve several.
  std::string_view op_type = {};
  /// The first opset that has what the handler writes.
  int64_t since = 1;
};

class OnnxSink {
 public:
  void add_import(const ImportRow& row) { imports_.push_back(row); }
  void add_export(const ExportRow& row) { exports_.push_back(row); }
  const std::vector<ImportRow>& imports() const { return imports_; }
  const std::vector<ExportRow>& exports() const { return exports_; }

 private:
  std::vector<ExportRow> exports_;
  std::vector<ImportRow> imports_;
};

/// All rows, in the order of the build list.
const OnnxSink& op_rows();

/// nullptr when the operator is unknown.
const ImportRow* find_import(std::string_view domain, std::string_view op_type, int64_t opset);

const ExportRow* find_export(std::string_view op);

}  // namespace mote::onnx
