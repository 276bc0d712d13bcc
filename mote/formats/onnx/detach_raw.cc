#include "mote/formats/onnx/detach_raw.h"

#include <algorithm>
#include <cstdint>

namespace mote::onnx {
namespace {

// Field numbers of ModelProto.graph, GraphProto.initializer and TensorProto.raw_data.
constexpr uint64_t kGraph = 7;
constexpr uint64_t kInitializer = 5;
constexpr uint64_t kRawData = 9;

// Wire types. Source: protobuf's encoding guide.
constexpr uint64_t kVarint = 0;
constexpr uint64_t kFixed64 = 1;
constexpr uint64_t kBytes = 2;
constexpr uint64_t kFixed32 = 5;
constexpr size_t kLongestVarint = 10;

struct Field {
  uint64_t number = 0;
  uint64_t type = 0;
  std::string_view whole;    // with its tag
  std::string_view content;  // of kBytes

  bool is(uint64_t wanted) const { return number == wanted && type == kBytes; }
};

// The fields of a message one after another.
class FieldReader {
 public:
  explicit FieldReader(std::string_view message) : left_(message) {}

  /// Nothing at the end, and where the bytes make no sense: then `failed`.
  std::optional<Field> next() {
    if (left_.empty()) return std::nullopt;
    const std::string_view start = left_;
    const std::optional<uint64_t> tag = varint();
    if (!tag) return fail();
    Field field{.number = *tag >> 3, .type = *tag & 7};
    uint64_t size = 0;
    if (field.type == kVarint) {
      if (!varint()) return fail();
    } else if (field.type == kFixed64 || field.type == kFixed32) {
      size = field.type == kFixed64 ? 8 : 4;
    } else if (field.type == kBytes) {
      const std::optional<uint64_t> length = varint();
      if (!length) return fail();
      size = *length;
    } else {
      return fail();
    }
    if (size > left_.size()) return fail();
    field.content = left_.substr(0, size);
    left_.remove_prefix(size);
    field.whole = start.substr(0, start.size() - left_.size());
    return field;
  }
  bool failed() const { return failed_; }

 private:
  std::optional<uint64_t> varint() {
    uint64_t value = 0;
    for (size_t i = 0; i < std::min(kLongestVarint, left_.size()); ++i) {
      const auto byte = static_cast<uint8_t>(left_[i]);
      value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
      if ((byte & 0x80) != 0) continue;
      left_.remove_prefix(i + 1);
      return value;
    }
    return std::nullopt;
  }
  std::optional<Field> fail() {
    failed_ = true;
    left_ = {};
    return std::nullopt;
  }

  std::string_view left_;
  bool failed_ = false;
};

void append_varint(std::string& to, uint64_t value) {
  for (; value >= 0x80; value >>= 7) to.push_back(static_cast<char>((value & 0x7f) | 0x80));
  to.push_back(static_cast<char>(value));
}

void append_field(std::string& to, uint64_t number, std::string_view content) {
  append_varint(to, number << 3 | kBytes);
  append_varint(to, content.size());
  to.append(content);
}

// Each of these copies a message but for raw data; false when it makes no sense. A field that is
// there twice counts as the parser takes it: of raw_data the last, of graphs both.
bool copy_tensor(std::string_view message, std::string& to, DetachedModel& result) {
  std::string_view raw;
  FieldReader reader(message);
  while (const std::optional<Field> field = reader.next()) {
    if (field->is(kRawData)) raw = field->content;
    if (!field->is(kRawData) || raw.empty()) to.append(field->whole);
  }
  result.raw.push_back(raw);
  return !reader.failed();
}

bool copy_graph(std::string_view message, std::string& to, DetachedModel& result) {
  FieldReader reader(message);
  while (const std::optional<Field> field = reader.next()) {
    if (!field->is(kInitializer)) {
      to.append(field->whole);
      continue;
    }
    std::string tensor;
    if (!copy_tensor(field->content, tensor, result)) return false;
    append_field(to, kInitializer, tensor);
  }
  return !reader.failed();
}

}  // namespace

std::optional<DetachedModel> detach_raw(std::span<const std::byte> bytes) {
  DetachedModel result;
  FieldReader reader({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  while (const std::optional<Field> field = reader.next()) {
    if (!field->is(kGraph)) {
      result.bytes.append(field->whole);
      continue;
    }
    std::string graph;
    if (!copy_graph(field->content, graph, result)) return std::nullopt;
    append_field(result.bytes, kGraph, graph);
  }
  if (reader.failed()) return std::nullopt;
  return result;
}

}  // namespace mote::onnx
