#include "mote/formats/onnx/detach_raw.h"

#include <gmock/gmock.h>

namespace mote::onnx {
namespace {

using testing::ElementsAre;

// A length-delimited field of up to 127 bytes.
std::string field(int number, const std::string& content) {
  std::string bytes;
  bytes.push_back(static_cast<char>(number << 3 | 2));
  bytes.push_back(static_cast<char>(content.size()));
  return bytes + content;
}

constexpr int kProducer = 2;
constexpr int kGraph = 7;
constexpr int kNode = 1;
constexpr int kInitializer = 5;
constexpr int kName = 8;
constexpr int kRaw = 9;

// What is detached are views of `bytes`.
std::optional<DetachedModel> detach(const std::string& bytes) {
  return detach_raw(std::as_bytes(std::span(bytes)));
}

TEST(DetachRaw, takes_the_bytes_of_initializers_and_nothing_else) {
  const std::string named = field(kInitializer, field(kName, "empty"));
  const std::string model =
      field(kProducer, "somebody") +
      field(kGraph, field(kNode, "a node") +
                        field(kInitializer, field(kName, "w") + field(kRaw, "weights")) + named);
  const std::optional<DetachedModel> detached = detach(model);
  ASSERT_TRUE(detached);
  EXPECT_THAT(detached->raw, ElementsAre("weights", ""));
  EXPECT_EQ(detached->bytes, field(kProducer, "somebody") +
                                 field(kGraph, field(kNode, "a node") +
                                                   field(kInitializer, field(kName, "w")) + named));
}

TEST(DetachRaw, counts_repeated_fields_as_the_parser_does) {
  const std::string twice = field(kInitializer, field(kRaw, "first") + field(kRaw, "last"));
  const std::string emptied = field(kInitializer, field(kRaw, "first") + field(kRaw, ""));
  const std::string model = field(kGraph, twice) + field(kGraph, emptied);
  const std::optional<DetachedModel> detached = detach(model);
  ASSERT_TRUE(detached);
  EXPECT_THAT(detached->raw, ElementsAre("last", ""));
  EXPECT_EQ(detached->bytes, field(kGraph, field(kInitializer, "")) +
                                 field(kGraph, field(kInitializer, field(kRaw, ""))));
}

TEST(DetachRaw, leaves_senseless_bytes_to_the_parser) {
  const std::string model = field(kGraph, field(kInitializer, field(kRaw, "weights")));
  for (size_t size = 1; size < model.size(); ++size) {
    EXPECT_FALSE(detach(model.substr(0, size))) << size;
  }
  EXPECT_FALSE(detach(std::string(1, '\x3b')));   // a group of field 7
  EXPECT_FALSE(detach(std::string(12, '\xff')));  // a varint without an end
}

}  // namespace
}  // namespace mote::onnx
