#include "mote/base/error.h"

#include <gtest/gtest.h>

#include <set>

namespace mote {
namespace {

TEST(Error, every_kind_has_a_row_and_an_exit_code_of_its_own) {
  std::set<int> codes;
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::kInternal); ++kind) {
    EXPECT_EQ(info(static_cast<ErrorKind>(kind)).kind, static_cast<ErrorKind>(kind));
    codes.insert(info(static_cast<ErrorKind>(kind)).exit_code);
  }
  EXPECT_EQ(codes.size(), error_kinds().size());
  EXPECT_FALSE(codes.contains(0));
}

TEST(Error, context_is_prepended_outermost_first) {
  try {
    with_context([] { return "reading 'a'"; },
                 [] {
                   with_context([] { return "node 'b'"; },
                                [] { throw_error(ErrorKind::kInvalidModel, "{} inputs", 2); });
                 });
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "reading 'a': node 'b': 2 inputs");
    EXPECT_EQ(error.message(), "2 inputs");
  }
}

}  // namespace
}  // namespace mote
