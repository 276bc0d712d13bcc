// Golden text tests: files of cases, each an input and what it must become.
//
//   === relu_of_relu
//   input %x: f32[4]
//   ...
//   ----
//   input %x: f32[4]
//   ...
//
// Lines before the first case are a comment. With MOTE_ACCEPT=1 in the environment
// (`tools/dev golden --accept`) the expectations are rewritten with what was found.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mote::test {

struct GoldenCase {
  std::string title;
  std::string input;
  std::string expected;
};

struct GoldenFile {
  std::string comment;
  std::vector<GoldenCase> cases;
};

/// Throws mote::Error naming the line that breaks the form.
GoldenFile read_golden(const std::filesystem::path& path);
void write_golden(const std::filesystem::path& path, const GoldenFile& file);

/// Runs every case of a file through `found`, which gives the text that was found for an input, and
/// compares; accepts instead when asked to.
using GoldenFunction = std::string (*)(std::string_view name, std::string_view input);
void check_golden(const std::filesystem::path& path, GoldenFunction found);

/// The .txt files of a folder, by name.
std::vector<std::filesystem::path> golden_files(const std::filesystem::path& folder);

}  // namespace mote::test
