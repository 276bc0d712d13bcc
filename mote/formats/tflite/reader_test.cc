#include <gtest/gtest.h>

#include <string>

#include "mote/base/error.h"
#include "mote/formats/tflite/tflite_model.h"

namespace mote {
namespace {

std::string message_of_reading(std::string_view content) {
  try {
    read_tflite(std::as_bytes(std::span(content)));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidModel);
    return error.what();
  }
  return "accepted";
}

TEST(TfliteReader, refuses_what_is_no_flatbuffer) {
  EXPECT_EQ(message_of_reading(""),
            "not a TFLite file, or a damaged one: the flatbuffer of 0 bytes is inconsistent");
  EXPECT_EQ(message_of_reading("TFL3TFL3 and no table"),
            "not a TFLite file, or a damaged one: the flatbuffer of 21 bytes is inconsistent");
}

}  // namespace
}  // namespace mote
