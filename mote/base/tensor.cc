#include "mote/base/tensor.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "mote/base/checked.h"
#include "mote/base/error.h"
#include "mote/base/number_cast.h"

namespace mote {

AlignedBuffer::AlignedBuffer(size_t size_bytes) : size_bytes_(size_bytes) {
  const size_t rounded = std::max(kAlignment, (size_bytes + kAlignment - 1) & ~(kAlignment - 1));
  auto* memory = static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded));
  if (memory == nullptr) throw std::bad_alloc();
  std::memset(memory, 0, rounded);
  data_.reset(memory);
}

void AlignedBuffer::Free::operator()(std::byte* pointer) const { std::free(pointer); }

void check_data_type(DataType actual, DataType expected) {
  if (actual != expected) {
    throw_error(ErrorKind::kInternal, "tensor of {} accessed as {}", name(actual), name(expected));
  }
}

void check_element_count(int64_t expected, size_t actual) {
  if (expected < 0 || static_cast<size_t>(expected) != actual) {
    throw_error(ErrorKind::kInternal, "{} values given for {} elements", actual, expected);
  }
}

void copy_bytes(std::byte* to, const void* from, size_t size_bytes) {
  if (size_bytes > 0) std::memcpy(to, from, size_bytes);
}

namespace {

size_t checked_size_bytes(DataType dtype, const Shape& shape) {
  return static_cast<size_t>(
      checked_mul(shape.elements(), static_cast<int64_t>(size_bytes(dtype)), "bytes of a tensor"));
}

}  // namespace

Tensor::Tensor(DataType dtype, Shape shape)
    : dtype_(dtype), shape_(std::move(shape)), buffer_(checked_size_bytes(dtype_, shape_)) {}

Tensor::Tensor(const ConstTensorView& view, std::shared_ptr<const void> owner)
    : dtype_(view.dtype), shape_(view.shape), owner_(std::move(owner)), borrowed_(view.bytes) {}

Tensor::Tensor(const Tensor& other)
    : dtype_(other.dtype_), shape_(other.shape_), owner_(other.owner_), borrowed_(other.borrowed_) {
  if (is_borrowed()) return;
  buffer_ = AlignedBuffer(size_bytes());
  copy_bytes(buffer_.data(), other.bytes(), size_bytes());
}

void Tensor::own() { *this = copy_of(std::as_const(*this)); }

Tensor& Tensor::operator=(const Tensor& other) {
  if (this != &other) *this = Tensor(other);
  return *this;
}

Tensor Tensor::copy_of(const ConstTensorView& view) {
  Tensor tensor(view.dtype, view.shape);
  copy_bytes(tensor.bytes(), view.bytes, tensor.size_bytes());
  return tensor;
}

Tensor Tensor::borrowed(const ConstTensorView& view, std::shared_ptr<const void> owner) {
  if (reinterpret_cast<uintptr_t>(view.bytes) % mote::size_bytes(view.dtype) != 0) {
    throw_error(ErrorKind::kInternal, "a borrowed tensor of {} is not aligned", name(view.dtype));
  }
  return {view, std::move(owner)};
}

Tensor Tensor::reshaped(Shape shape) const {
  check_element_count(shape.elements(), static_cast<size_t>(elements()));
  Tensor tensor = *this;
  tensor.shape_ = std::move(shape);
  return tensor;
}

bool Tensor::operator==(const Tensor& other) const {
  return dtype_ == other.dtype_ && shape_ == other.shape_ &&
         (size_bytes() == 0 || std::memcmp(bytes(), other.bytes(), size_bytes()) == 0);
}

namespace {

template <class To, class From>
std::vector<To> convert(const ConstTensorView& tensor) {
  const std::span<const From> source = tensor.data<From>();
  std::vector<To> result(source.size());
  std::transform(source.begin(), source.end(), result.begin(), number_cast<To, From>);
  return result;
}

}  // namespace

template <class T>
std::vector<T> elements_as(const ConstTensorView& tensor) {
  switch (tensor.dtype) {
    case DataType::kF32:
      return convert<T, float>(tensor);
    case DataType::kF16:
      return convert<T, Half>(tensor);
    case DataType::kF64:
      return convert<T, double>(tensor);
    case DataType::kI8:
      return convert<T, int8_t>(tensor);
    case DataType::kI16:
      return convert<T, int16_t>(tensor);
    case DataType::kI32:
      return convert<T, int32_t>(tensor);
    case DataType::kI64:
      return convert<T, int64_t>(tensor);
    case DataType::kU8:
      return convert<T, uint8_t>(tensor);
    case DataType::kU16:
      return convert<T, uint16_t>(tensor);
    case DataType::kU32:
      return convert<T, uint32_t>(tensor);
    case DataType::kU64:
      return convert<T, uint64_t>(tensor);
    case DataType::kBool:
      return convert<T, bool>(tensor);
  }
  throw_error(ErrorKind::kInternal, "unknown element type {}", static_cast<int>(tensor.dtype));
}

template std::vector<float> elements_as<float>(const ConstTensorView&);
template std::vector<double> elements_as<double>(const ConstTensorView&);
template std::vector<int32_t> elements_as<int32_t>(const ConstTensorView&);
template std::vector<int64_t> elements_as<int64_t>(const ConstTensorView&);

}  // namespace mote
