// docs/reference/operators.md is what the operator table and the formats' tables say.
//
// MOTE_ACCEPT=1 (`tools/dev pages`) writes it anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include "mote/base/file.h"
#include "mote/formats/onnx/op_rows.h"
#include "mote/formats/tflite/op_rules.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

constexpr std::string_view kIntroduction =
    "# Operators\n\n"
    "Written by `tools/dev pages` from the tables in `mote/ops` and `mote/formats`; a test holds "
    "it "
    "to them.\n\n"
    "Every operator has shape inference and a reference kernel. Of the other facets: *axes*, which "
    "axes move together (channel pruning, per-channel scales); *permute*, a transpose can pass it; "
    "*quant*, it has a rule for an integer form; *cost*, its multiply-accumulates are counted; "
    "*sample*, test cases are generated; *fast*, it has a kernel quicker than the reference. "
    "TFLite "
    "and ONNX list the foreign operators that are read as this one, alone or with others.\n\n";

std::set<std::string, std::less<>> tflite_read() {
  std::set<std::string, std::less<>> names;
  for (const auto code : tflite::op_rules().imported()) {
    names.insert(tflite::schema::EnumNameBuiltinOperator(code));
  }
  for (const std::string_view name : tflite::op_rules().imported_custom()) names.emplace(name);
  return names;
}

bool onnx_read(std::string_view op_type) {
  const auto& rows = onnx::op_rows().imports();
  return std::any_of(rows.begin(), rows.end(),
                     [&](const auto& row) { return row.op_type == op_type; });
}

// The names that are read, in the order of the operator's own list.
template <class IsRead>
std::string joined(const std::vector<std::string_view>& names, IsRead is_read) {
  std::string text;
  for (const std::string_view name : names) {
    if (is_read(name)) text += (text.empty() ? "" : ", ") + std::string(name);
  }
  return text;
}

// A formula as the cell of a table: its bars are no borders.
std::string cell(std::string_view formula) {
  std::string text;
  for (const char c : formula) text += c == '|' ? std::string("\\|") : std::string(1, c);
  return text;
}

std::string row(const OpDef& def, const std::set<std::string, std::less<>>& tflite) {
  const auto mark = [](bool present) { return present ? " x |" : "  |"; };
  std::string text = fmt::format("| `{}` | {} |", def.name, cell(def.summary));
  for (const bool present : {def.axes != nullptr, def.permute != nullptr, def.quant != nullptr,
                             def.cost != nullptr, def.sample != nullptr, def.lower != nullptr}) {
    text += mark(present);
  }
  const auto in_tflite = [&](std::string_view name) { return tflite.contains(name); };
  return text + fmt::format(" {} | {} |\n", joined(def.tflite_names, in_tflite),
                            joined(def.onnx_names, onnx_read));
}

std::string page() {
  std::string text(kIntroduction);
  text += "| operator | result | axes | permute | quant | cost | sample | fast | TFLite | ONNX |\n";
  text += "|---|---|---|---|---|---|---|---|---|---|\n";
  const auto tflite = tflite_read();
  std::vector<const OpDef*> defs(all_ops().begin(), all_ops().end());
  std::sort(defs.begin(), defs.end(),
            [](const OpDef* a, const OpDef* b) { return a->name < b->name; });
  for (const OpDef* def : defs) text += row(*def, tflite);
  return text;
}

TEST(OperatorsPage, is_what_the_tables_say) {
  const std::filesystem::path path =
      std::filesystem::path(MOTE_SOURCE_DIR) / "docs/reference/operators.md";
  const char* accept = std::getenv("MOTE_ACCEPT");
  if (accept != nullptr && std::string(accept) == "1") write_file(path, std::string_view(page()));
  EXPECT_EQ(page(), read_text_file(path)) << "tools/dev pages writes the page anew";
}

TEST(OperatorTable, names_foreign_operators_that_exist) {
  std::set<std::string, std::less<>> known;
  for (const auto code : tflite::schema::EnumValuesBuiltinOperator()) {
    known.insert(tflite::schema::EnumNameBuiltinOperator(code));
  }
  for (const std::string_view name : tflite::op_rules().imported_custom()) known.emplace(name);
  for (const OpDef* def : all_ops()) {
    for (const std::string_view name : def->tflite_names) {
      EXPECT_TRUE(known.contains(name)) << def->name << " names " << name;
    }
  }
}

}  // namespace
}  // namespace mote
