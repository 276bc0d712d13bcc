#include "mote/ir/text_content.h"

#include <charconv>
#include <cstring>

#include "mote/base/base64.h"
#include "mote/base/half.h"
#include "mote/base/number_text.h"
#include "mote/base/random.h"

namespace mote {
namespace {

constexpr int64_t kMaxConstantBytes = int64_t{256} << 20;

template <class T>
void store(Tensor& tensor, int64_t i, T value) {
  std::memcpy(tensor.bytes() + static_cast<size_t>(i) * sizeof(T), &value, sizeof(T));
}

// False when `value` is out of the range of T (of u64: above that of int64).
template <class T>
bool store_in_range(Tensor& tensor, int64_t i, int64_t value) {
  store(tensor, i, static_cast<T>(value));
  return static_cast<int64_t>(static_cast<T>(value)) == value && (value >= 0 || T(-1) < T(0));
}

bool store_integer(Tensor& tensor, int64_t i, int64_t value) {
  switch (tensor.dtype()) {
    case DataType::kI8:
      return store_in_range<int8_t>(tensor, i, value);
    case DataType::kI16:
      return store_in_range<int16_t>(tensor, i, value);
    case DataType::kI32:
      return store_in_range<int32_t>(tensor, i, value);
    case DataType::kI64:
      return store_in_range<int64_t>(tensor, i, value);
    case DataType::kU8:
      return store_in_range<uint8_t>(tensor, i, value);
    case DataType::kU16:
      return store_in_range<uint16_t>(tensor, i, value);
    case DataType::kU32:
      return store_in_range<uint32_t>(tensor, i, value);
    case DataType::kU64:
      return store_in_range<uint64_t>(tensor, i, value);
    case DataType::kBool:
      return store_in_range<uint8_t>(tensor, i, value) && value <= 1;
    case DataType::kF32:
    case DataType::kF16:
    case DataType::kF64:
      break;
  }
  return false;
}

void read_element(TextLexer& lexer, Tensor& tensor, int64_t i) {
  if (tensor.dtype() == DataType::kF64) {
    store(tensor, i, lexer.real());
  } else if (is_float(tensor.dtype())) {
    const std::string_view number = lexer.number();
    float value = 0.0f;
    std::from_chars(number.data(), number.data() + number.size(), value);
    if (tensor.dtype() == DataType::kF16) {
      store(tensor, i, Half(value));
    } else {
      store(tensor, i, value);
    }
  } else {
    const int64_t value = lexer.integer();
    if (!store_integer(tensor, i, value)) {
      lexer.fail("{} does not fit {}", value, name(tensor.dtype()));
    }
  }
}

void read_list(TextLexer& lexer, Tensor& tensor) {
  const int64_t count = tensor.elements();
  for (int64_t i = 0; i < count; ++i) {
    if (i > 0) lexer.expect(",");
    read_element(lexer, tensor, i);
  }
  if (!lexer.accept("]")) {
    lexer.fail("{} has {} elements, more are listed", to_string(tensor.shape()), count);
  }
}

void read_splat(TextLexer& lexer, Tensor& tensor) {
  lexer.expect("(");
  Tensor one(tensor.dtype(), Shape{});
  read_element(lexer, one, 0);
  lexer.expect(")");
  for (size_t at = 0; at < tensor.size_bytes(); at += one.size_bytes()) {
    std::memcpy(tensor.bytes() + at, one.bytes(), one.size_bytes());
  }
}

void read_random(TextLexer& lexer, Tensor& tensor) {
  const bool integers = is_integer(tensor.dtype());
  if (!integers && tensor.dtype() != DataType::kF32) lexer.fail("random is for f32 and integers");
  lexer.expect("(");
  Rng rng(static_cast<uint64_t>(lexer.integer()));
  double low = integers ? -100.0 : -1.0;
  double high = integers ? 100.0 : 1.0;
  if (lexer.accept(",")) {
    low = lexer.real();
    lexer.expect(",");
    high = lexer.real();
  }
  lexer.expect(")");
  constexpr double kLimit = 1 << 30;
  if (!(low < high) || !(low >= -kLimit) || !(high <= kLimit)) {
    lexer.fail("random takes low < high, both within 2^30");
  }
  for (int64_t i = 0; i < tensor.elements(); ++i) {
    if (!integers) {
      store(tensor, i, rng.uniform(static_cast<float>(low), static_cast<float>(high)));
    } else if (const int64_t value =
                   rng.integer(static_cast<int64_t>(low), static_cast<int64_t>(high));
               !store_integer(tensor, i, value)) {
      lexer.fail("{} does not fit {}", value, name(tensor.dtype()));
    }
  }
}

void read_base64(TextLexer& lexer, Tensor& tensor) {
  lexer.expect("(");
  const std::optional<std::vector<std::byte>> bytes = base64_decode(lexer.quoted());
  lexer.expect(")");
  if (!bytes) lexer.fail("this is not base64");
  if (bytes->size() != tensor.size_bytes()) {
    lexer.fail("{}{} takes {} bytes, base64 gives {}", name(tensor.dtype()),
               to_string(tensor.shape()), tensor.size_bytes(), bytes->size());
  }
  copy_bytes(tensor.bytes(), bytes->data(), bytes->size());
}

}  // namespace

Tensor read_content(TextLexer& lexer, const TensorType& type) {
  if (!type.shape.is_static()) lexer.fail("a constant has no dynamic extent");
  const int64_t count = type.shape.elements();
  if (count > kMaxConstantBytes / static_cast<int64_t>(size_bytes(type.dtype))) {
    lexer.fail("a constant of {} elements is larger than {} bytes", count, kMaxConstantBytes);
  }
  Tensor tensor(type.dtype, type.shape);
  if (lexer.accept("[")) {
    read_list(lexer, tensor);
  } else if (lexer.accept_word("splat")) {
    read_splat(lexer, tensor);
  } else if (lexer.accept_word("random")) {
    read_random(lexer, tensor);
  } else if (lexer.accept_word("base64")) {
    read_base64(lexer, tensor);
  } else {
    lexer.fail("expected [...], splat, random, base64 or same");
  }
  return tensor;
}

}  // namespace mote
