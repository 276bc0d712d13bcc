// Tables of comma-separated values (RFC 4180: quoted cells, doubled quotes, CR LF).
//
//   const CsvTable table = read_csv("labels.csv");
//   const size_t column = table.column("label", -1);
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mote::data {

struct CsvTable {
  /// Stands in messages.
  std::string name;
  /// Empty when the file has no header.
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;

  /// Index of a column given by its header name or its number; `fallback` (negative counts from
  /// the last) when `wanted` is empty. Throws kInvalidArgument listing the columns.
  size_t column(std::string_view wanted, int fallback) const;
};

/// The first row is a header when its last cell is not a number but the second row's is, or when it
/// names a column "label" or "file". Blank lines are skipped; every row must have as many cells.
/// Throws kInvalidArgument naming the row.
CsvTable parse_csv(std::string_view text, std::string name);
CsvTable read_csv(const std::filesystem::path& path);

}  // namespace mote::data
