#include "mote/data/csv.h"

#include <fmt/format.h>

#include <algorithm>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/base/number_text.h"

namespace mote::data {
namespace {

/// Splits one record off the front of `text`.
std::vector<std::string> take_row(std::string_view& text, const std::string& name, size_t row) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c != '"') {
        cells.back() += c;
      } else if (at + 1 < text.size() && text[at + 1] == '"') {
        cells.back() += '"';
        ++at;
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      cells.emplace_back();
    } else if (c == '\n') {
      break;
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  if (quoted) {
    throw_error(ErrorKind::kInvalidArgument, "{}: row {} has a quote that is never closed", name,
                row);
  }
  text.remove_prefix(std::min(text.size(), at + 1));
  return cells;
}

bool looks_like_header(const std::vector<std::vector<std::string>>& rows) {
  const auto named = [](const std::string& cell) { return cell == "label" || cell == "file"; };
  if (std::any_of(rows[0].begin(), rows[0].end(), named)) return true;
  return !parse_double(rows[0].back()) && rows.size() > 1 && parse_double(rows[1].back());
}

}  // namespace

size_t CsvTable::column(std::string_view wanted, int fallback) const {
  const size_t count = rows.empty() ? header.size() : rows[0].size();
  const auto signed_count = static_cast<int64_t>(count);
  for (size_t i = 0; i < header.size(); ++i) {
    if (header[i] == wanted) return i;
  }
  const std::optional<int64_t> number =
      wanted.empty() ? std::optional<int64_t>(fallback) : parse_int(wanted);
  if (number && *number >= -signed_count && *number < signed_count) {
    return static_cast<size_t>(*number < 0 ? *number + signed_count : *number);
  }
  throw_error(ErrorKind::kInvalidArgument, "{} has no column '{}'; it has {} columns: {}", name,
              wanted, count, fmt::join(header, ", "));
}

CsvTable parse_csv(std::string_view text, std::string name) {
  CsvTable table;
  table.name = std::move(name);
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  for (size_t row = 1; !text.empty(); ++row) {
    std::vector<std::string> cells = take_row(text, table.name, row);
    if (cells.size() == 1 && cells[0].empty()) continue;
    if (!table.rows.empty() && cells.size() != table.rows[0].size()) {
      throw_error(ErrorKind::kInvalidArgument, "{}: row {} has {} cells, the first has {}",
                  table.name, row, cells.size(), table.rows[0].size());
    }
    table.rows.push_back(std::move(cells));
  }
  if (!table.rows.empty() && looks_like_header(table.rows)) {
    table.header = std::move(table.rows.front());
    table.rows.erase(table.rows.begin());
  }
  return table;
}

CsvTable read_csv(const std::filesystem::path& path) {
  return parse_csv(read_text_file(path), fmt::format("'{}'", path.string()));
}

}  // namespace mote::data
