#include "mote/base/base64.h"

#include <gtest/gtest.h>

namespace mote {
namespace {

std::string encode(std::string_view text) {
  return base64_encode(std::as_bytes(std::span(text.data(), text.size())));
}

// RFC 4648, section 10.
TEST(Base64, equals_the_vectors_of_the_rfc) {
  EXPECT_EQ(encode(""), "");
  EXPECT_EQ(encode("f"), "Zg==");
  EXPECT_EQ(encode("fo"), "Zm8=");
  EXPECT_EQ(encode("foo"), "Zm9v");
  EXPECT_EQ(encode("foobar"), "Zm9vYmFy");
}

TEST(Base64, decodes_what_it_encoded) {
  std::vector<std::byte> bytes;
  for (int i = 0; i < 259; ++i) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    bytes.push_back(static_cast<std::byte>(i * 37));
  }
}

TEST(Base64, refuses_what_is_not_base64) {
  EXPECT_FALSE(base64_decode("Zg="));
  EXPECT_FALSE(base64_decode("Z*=="));
  EXPECT_FALSE(base64_decode("=A=="));
}

}  // namespace
}  // namespace mote
