#include "tests/golden/golden.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "mote/base/error.h"

namespace mote::test {
namespace {

constexpr std::string_view kTitle = "=== ";
constexpr std::string_view kDivider = "----";

// Ends with exactly one newline, or is empty.
std::string trimmed(std::string text) {
  const size_t end = text.find_last_not_of('\n');
  text.erase(end == std::string::npos ? 0 : end + 1);
  return text.empty() ? text : text + '\n';
}

}  // namespace

GoldenFile read_golden(const std::filesystem::path& path) {
  std::ifstream stream(path);
  GoldenFile file;
  std::string* part = &file.comment;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.starts_with(kTitle)) {
      file.cases.push_back({.title = line.substr(kTitle.size())});
      part = &file.cases.back().input;
    } else if (line == kDivider) {
      if (file.cases.empty() || part != &file.cases.back().input) {
        throw_error(ErrorKind::kInvalidArgument, "{}:{}: '----' without an input before it",
                    path.string(), number);
      }
      part = &file.cases.back().expected;
    } else {
      *part += line + '\n';
    }
  }
  file.comment = trimmed(file.comment);
  for (GoldenCase& entry : file.cases) {
    entry.input = trimmed(entry.input);
    entry.expected = trimmed(entry.expected);
  }
  return file;
}

void write_golden(const std::filesystem::path& path, const GoldenFile& file) {
  std::ostringstream text;
  text << file.comment;
  for (const GoldenCase& entry : file.cases) {
    text << '\n'
         << kTitle << entry.title << '\n'
         << entry.input << kDivider << '\n'
         << entry.expected;
  }
  std::ofstream(path) << text.str();
}

void check_golden(const std::filesystem::path& path, GoldenFunction found) {
  GoldenFile file = read_golden(path);
  ASSERT_FALSE(file.cases.empty()) << path << " has no cases";
  const bool accept = std::getenv("MOTE_ACCEPT") != nullptr;
  for (GoldenCase& entry : file.cases) {
    SCOPED_TRACE(path.filename().string() + ": " + entry.title);
    const std::string result = trimmed(found(path.stem().string(), entry.input));
    if (accept) {
      entry.expected = result;
    } else {
      EXPECT_EQ(result, entry.expected) << "if this is right: tools/dev golden --accept";
    }
  }
  if (accept) write_golden(path, file);
}

std::vector<std::filesystem::path> golden_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace mote::test
