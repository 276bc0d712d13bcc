#include "apps/cli/console.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace mote::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kBarInterval = std::chrono::milliseconds(100);
// A log file wants few lines, and none for what is over at once.
constexpr auto kLineInterval = std::chrono::seconds(5);
constexpr int64_t kBarCells = 24;

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

std::string duration_text(double value) {
  const auto whole = static_cast<int64_t>(std::llround(value));
  if (whole < 100) return fmt::format("{} s", whole);
  if (whole < 6000) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string padding(size_t columns) { return std::string(columns, ' '); }

}  // namespace

size_t display_width(std::string_view text) {
  // Continuation bytes of UTF-8 are 10xxxxxx.
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string TextTable::text() const {
  std::vector<size_t> widths;
  for (const Column& column : columns_) widths.push_back(display_width(column.title));
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string text;
  const auto add_line = [&](const auto& cell) {
    std::string line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string& content = cell(i);
      const std::string blank = padding(widths[i] - display_width(content));
      if (i > 0) line += "  ";
      line += columns_[i].align == Align::kLeft ? content + blank : blank + content;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  };
  const bool titled = std::any_of(columns_.begin(), columns_.end(),
                                  [](const Column& column) { return !column.title.empty(); });
  if (titled) add_line([&](size_t i) -> const std::string& { return columns_[i].title; });
  for (const auto& row : rows_) {
    add_line([&](size_t i) -> const std::string& { return row[i]; });
  }
  return text;
}

std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  const size_t first = digits.starts_with('-') ? 1 : 0;
  for (size_t i = digits.size(); i > first + 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string byte_text(int64_t bytes) {
  constexpr double kKilo = 1024.0;
  const auto value = static_cast<double>(bytes);
  if (bytes < 1024) return fmt::format("{} B", bytes);
  if (value < kKilo * kKilo) return fmt::format("{:.1f} KB", value / kKilo);
  return fmt::format("{:.1f} MB", value / (kKilo * kKilo));
}

std::string shortened_name(const std::string& name) {
  constexpr size_t kWidth = 40;
  if (display_width(name) <= kWidth) return name;
  return "..." + name.substr(name.size() - (kWidth - 3));
}

Console::Console(const CancelToken* cancel, std::string command)
    : cancel_(cancel), command_(std::move(command)), terminal_(isatty(STDERR_FILENO) != 0) {}

Console::~Console() { clear_bar(); }

void Console::print(std::string_view text) {
  clear_bar();
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void Console::note(std::string_view line) {
  if (quiet_) return;
  clear_bar();
  fmt::print(stderr, "{}\n", line);
}

Observer Console::observer() {
  Observer observer;
  observer.cancel = cancel_;
  observer.warning = [this](std::string_view line) { note(fmt::format("warning: {}", line)); };
  observer.progress = [this](std::string_view phase, int64_t done, int64_t total) {
    if (!quiet_) show_progress(phase, done, total);
  };
  return observer;
}

void Console::show_progress(std::string_view phase, int64_t done, int64_t total) {
  const auto now = Clock::now();
  if (phase != phase_ || done == 0) {
    phase_ = phase;
    phase_start_ = now;
    last_shown_ = now;
    return;
  }
  const bool finished = done >= total;
  if (terminal_ ? now - last_shown_ < kBarInterval && !finished
                : now - last_shown_ < kLineInterval) {
    return;
  }
  last_shown_ = now;
  const double elapsed = seconds(now - phase_start_);
  const double left = elapsed / static_cast<double>(done) * static_cast<double>(total - done);
  if (!terminal_) {
    fmt::print(stderr, "{}: {} of {}, {} left\n", phase, done, total, duration_text(left));
    return;
  }
  if (finished) {
    clear_bar();
    return;
  }
  const auto cells = static_cast<size_t>(kBarCells * done / std::max<int64_t>(1, total));
  const std::string bar = std::string(cells, '#') + std::string(kBarCells - cells, '.');
  fmt::print(stderr, "\r\033[K{} [{}] {}/{}, {} left", phase, bar, done, total,
             duration_text(left));
  std::fflush(stderr);
  bar_shown_ = true;
}

void Console::clear_bar() {
  if (!bar_shown_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  bar_shown_ = false;
}

}  // namespace mote::cli
