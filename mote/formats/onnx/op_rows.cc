#include "mote/formats/onnx/op_rows.h"

namespace mote::onnx {

#define MOTE_REGISTER(word) void word(OnnxSink& sink);
#include "mote/formats/onnx/registry.inc"
#undef MOTE_REGISTER

const OnnxSink& op_rows() {
  static const OnnxSink rows = [] {
    OnnxSink sink;
#define MOTE_REGISTER(word) word(sink);
#include "mote/formats/onnx/registry.inc"
#undef MOTE_REGISTER
    return sink;
  }();
  return rows;
}

const ImportRow* find_import(std::string_view domain, std::string_view op_type, int64_t opset) {
  using Key = std::pair<std::string_view, std::string_view>;
  static const std::multimap<Key, const ImportRow*> by_name = [] {
    std::multimap<Key, const ImportRow*> index;
    for (const ImportRow& row : op_rows().imports())
      index.emplace(Key{row.domain, row.op_type}, &row);
    return index;
  }();
  const ImportRow* best = nullptr;
  const auto [first, last] = by_name.equal_range({domain, op_type});
  for (auto it = first; it != last; ++it) {
    const ImportRow* row = it->second;
    if (row->since <= opset && (best == nullptr || row->since > best->since)) best = row;
  }
  return best;
}

const ExportRow* find_export(std::string_view op) {
  static const std::map<std::string_view, const ExportRow*> by_name = [] {
    std::map<std::string_view, const ExportRow*> index;
    for (const ExportRow& row : op_rows().exports()) index.emplace(row.op, &row);
    return index;
  }();
  const auto found = by_name.find(op);
  return found == by_name.end() ? nullptr : found->second;
}

}  // namespace mote::onnx
