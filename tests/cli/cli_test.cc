// Runs the command lines of the approval files beside this one and compares what they print.
//
// A file holds cases: a line "$ mote ...", then "[exit N]" unless it is 0, then what stands on
// standard output and, behind a line "[stderr]", on standard error. Commands run in this folder.
// MOTE_ACCEPT=1 writes what the program gives as the new expectation.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "mote/base/file.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = MOTE_CLI_TEST_FOLDER;
const fs::path kPage = MOTE_CLI_PAGE;

bool accepting() {
  const char* accept = std::getenv("MOTE_ACCEPT");
  return accept != nullptr && std::string(accept) == "1";
}

struct Outcome {
  int exit_code = 0;
  std::string out;
  std::string err;
};

// `line` is a shell command in which "mote" stands for the program under test, $PROGRAM for its
// path and $T for an empty folder.
Outcome run_line(const std::string& line) {
  const fs::path scratch = fs::path(testing::TempDir()) / ("mote_cli_" + std::to_string(getpid()));
  fs::create_directories(scratch);
  const std::string out = (scratch / "out").string();
  const std::string err = (scratch / "err").string();
  const std::string command =
      "cd '" + kFolder.string() +
      "' && PROGRAM='" MOTE_PROGRAM "' && mote() { \"$PROGRAM\" \"$@\"; } && export T='" +
      scratch.string() + "' && { " + line + "; } >'" + out + "' 2>'" + err + "'";
  const int status = std::system(command.c_str());
  Outcome outcome{WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text_file(out),
                  read_text_file(err)};
  fs::remove_all(scratch);
  return outcome;
}

std::string case_text(const std::string& line, const Outcome& outcome) {
  std::string text = "$ " + line + "\n";
  if (outcome.exit_code != 0) text += "[exit " + std::to_string(outcome.exit_code) + "]\n";
  text += outcome.out;
  if (!outcome.err.empty()) text += "[stderr]\n" + outcome.err;
  return text;
}

std::vector<std::string> command_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t first = 0; first < text.size();) {
    const size_t end = std::min(text.find('\n', first), text.size());
    const std::string line = text.substr(first, end - first);
    if (line.starts_with("$ ")) lines.push_back(line.substr(2));
    first = end + 1;
  }
  return lines;
}

std::vector<std::string> approval_files() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    const bool is_build_file = entry.path().filename() == "CMakeLists.txt";
    if (entry.path().extension() == ".txt" && !is_build_file)
      names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class CliApproval : public testing::TestWithParam<std::string> {};

TEST_P(CliApproval, prints_what_was_approved) {
  const fs::path path = kFolder / (GetParam() + ".txt");
  const std::string expected = read_text_file(path);
  ASSERT_FALSE(command_lines(expected).empty()) << path << " has no line that begins with '$ '";
  std::string actual;
  for (const std::string& line : command_lines(expected)) {
    actual += (actual.empty() ? "" : "\n") + case_text(line, run_line(line));
  }
  if (accepting()) {
    write_file(path, std::string_view(actual));
  } else {
    EXPECT_EQ(actual, expected) << "tools/dev golden --accept keeps the new text";
  }
}

INSTANTIATE_TEST_SUITE_P(Files, CliApproval, testing::ValuesIn(approval_files()),
                         [](const auto& param) { return param.param; });

TEST(CliPage, is_what_the_options_say) {
  const Outcome outcome = run_line("mote reference-page");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  if (accepting()) {
    write_file(kPage, std::string_view(outcome.out));
  } else {
    EXPECT_EQ(outcome.out, read_text_file(kPage)) << "tools/dev pages writes the page anew";
  }
}

}  // namespace
}  // namespace mote
