#include "mote/device/process.h"

#include <gtest/gtest.h>

#include "mote/base/file.h"

namespace mote::device {
namespace {

TEST(Process, runs_in_its_folder_and_gives_what_it_says) {
  const WorkFolder folder;
  write_file(folder.path() / "x.txt", std::string_view("here\n"));
  const ProcessResult result = run_process(
      {.arguments = {"sh", "-c", "cat x.txt; echo there >&2; exit 3"}, .folder = folder.path()});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.output, "here\nthere\n");
  EXPECT_FALSE(result.timed_out);
}

TEST(Process, ends_at_the_limit) {
  const WorkFolder folder;
  const ProcessResult result =
      run_process({.arguments = {"sleep", "60"}, .folder = folder.path(), .limit_seconds = 0.05});
  EXPECT_TRUE(result.timed_out);
}

TEST(Process, ends_when_the_user_stops_it) {
  const WorkFolder folder;
  CancelToken token;
  token.cancel();
  EXPECT_THROW(
      run_process({.arguments = {"sleep", "60"}, .folder = folder.path()}, {.cancel = &token}),
      Error);
}

TEST(Process, that_is_not_there_is_an_error) {
  const WorkFolder folder;
  EXPECT_FALSE(has_program("no-such-program-of-mote"));
  EXPECT_TRUE(has_program("sh"));
  EXPECT_THROW(run_process({.arguments = {"no-such-program-of-mote"}, .folder = folder.path()}),
               Error);
}

TEST(WorkFolder, is_gone_after_its_life) {
  std::filesystem::path path;
  {
    const WorkFolder folder;
    path = folder.path();
    EXPECT_TRUE(std::filesystem::is_directory(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace mote::device
