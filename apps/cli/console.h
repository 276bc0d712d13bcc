// Where commands speak: results on standard output, everything else on standard error.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mote/base/progress.h"

namespace mote::cli {

/// Columns that line up: text to the left, numbers to the right.
class TextTable {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  /// Two spaces between columns, no trailing blanks, a line feed behind each row.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// 1234567 -> "1,234,567".
std::string grouped(int64_t number);
/// "980 B", "13.2 KB" (1 KB = 1024 B), "3.4 MB".
std::string byte_text(int64_t bytes);
/// The end of a long name behind "...": some converters give layers names of a kilobyte.
std::string shortened_name(const std::string& name);
/// Terminal columns of UTF-8 text, one for each code point.
size_t display_width(std::string_view text);

class Console {
 public:
  /// `command` is what the user typed, for reports.
  Console(const CancelToken* cancel, std::string command);
  ~Console();

  /// To standard output, as it is.
  void print(std::string_view text);
  /// A line on standard error, unless the command is quiet.
  void note(std::string_view line);
  /// What the library reports to: a progress bar with the time left on a terminal, plain lines
  /// every few seconds elsewhere; warnings as lines.
  Observer observer();
  const std::string& command() const { return command_; }
  void set_quiet(bool quiet) { quiet_ = quiet; }

 private:
  void show_progress(std::string_view phase, int64_t done, int64_t total);
  void clear_bar();

  const CancelToken* cancel_;
  std::string command_;
  bool terminal_;
  bool quiet_ = false;
  bool bar_shown_ = false;
  std::string phase_;
  std::chrono::steady_clock::time_point phase_start_;
  std::chrono::steady_clock::time_point last_shown_;
};

}  // namespace mote::cli
