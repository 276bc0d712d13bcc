// Dense tensors in memory: an owning one, and views of one.
//
//   Tensor weights(DataType::kI8, {8, 3, 3, 1});
//   weights.data<int8_t>()[0] = 5;
//
// Row-major, no strides, no broadcasting: those belong to the operators.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "mote/base/data_type.h"
#include "mote/base/shape.h"

namespace mote {

/// Bytes aligned for any vector instruction, zeroed on construction.
class AlignedBuffer {
 public:
  static constexpr size_t kAlignment = 64;

  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t size_bytes);

  std::byte* data() { return data_.get(); }
  const std::byte* data() const { return data_.get(); }
  size_t size_bytes() const { return size_bytes_; }

 private:
  struct Free {
    void operator()(std::byte* pointer) const;
  };
  std::unique_ptr<std::byte[], Free> data_;
  size_t size_bytes_ = 0;
};

/// Throws kInternal when a tensor of `actual` is accessed as `expected`.
void check_data_type(DataType actual, DataType expected);

struct ConstTensorView;

/// A mutable view of a dense tensor; the memory is somebody else's.
struct TensorView {
  DataType dtype = DataType::kF32;
  Shape shape;
  std::byte* bytes = nullptr;

  int64_t elements() const { return shape.elements(); }
  size_t size_bytes() const { return static_cast<size_t>(elements()) * mote::size_bytes(dtype); }
  template <class T>
  std::span<T> data() const {
    check_data_type(dtype, data_type_of<T>);
    return {reinterpret_cast<T*>(bytes), static_cast<size_t>(elements())};
  }
};

/// A read-only view of a dense tensor.
struct ConstTensorView {
  DataType dtype = DataType::kF32;
  Shape shape;
  const std::byte* bytes = nullptr;

  ConstTensorView() = default;
  ConstTensorView(DataType type, Shape extents, const std::byte* memory)
      : dtype(type), shape(std::move(extents)), bytes(memory) {}
  ConstTensorView(const TensorView& view)
      : dtype(view.dtype), shape(view.shape), bytes(view.bytes) {}

  int64_t elements() const { return shape.elements(); }
  size_t size_bytes() const { return static_cast<size_t>(elements()) * mote::size_bytes(dtype); }
  template <class T>
  std::span<const T> data() const {
    check_data_type(dtype, data_type_of<T>);
    return {reinterpret_cast<const T*>(bytes), static_cast<size_t>(elements())};
  }
};

/// An owning tensor; copying copies the elements. One that borrows them keeps their owner alive
/// instead, and copies share them; the first access that could write makes the elements its own.
class Tensor {
 public:
  /// A rank-0 f32 zero.
  Tensor() : Tensor(DataType::kF32, Shape{}) {}
  /// Zeros. `shape` must be static.
  Tensor(DataType dtype, Shape shape);
  Tensor(const Tensor& other);
  Tensor& operator=(const Tensor& other);
  Tensor(Tensor&&) = default;
  Tensor& operator=(Tensor&&) = default;

  /// Copies `values`; their number must be the shape's.
  template <class T>
  static Tensor of(Shape shape, std::span<const T> values);
  template <class T>
  static Tensor of(Shape shape, const std::vector<T>& values) {
    return of(std::move(shape), std::span<const T>(values));
  }
  template <class T>
  static Tensor scalar(T value) {
    return of(Shape{}, std::span<const T>(&value, 1));
  }
  static Tensor copy_of(const ConstTensorView& view);
  /// Borrows the elements of `view`, which stay as they are while anyone holds `owner`. The memory
  /// must be aligned for the type of the elements.
  static Tensor borrowed(const ConstTensorView& view, std::shared_ptr<const void> owner);

  DataType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  int64_t elements() const { return shape_.elements(); }
  size_t size_bytes() const { return static_cast<size_t>(elements()) * mote::size_bytes(dtype_); }
  std::byte* bytes() {
    if (owner_ != nullptr) own();
    return buffer_.data();
  }
  const std::byte* bytes() const { return owner_ == nullptr ? buffer_.data() : borrowed_; }
  bool is_borrowed() const { return owner_ != nullptr; }
  template <class T>
  std::span<T> data() {
    return view().data<T>();
  }
  template <class T>
  std::span<const T> data() const {
    return view().data<T>();
  }

  TensorView view() { return {dtype_, shape_, bytes()}; }
  ConstTensorView view() const { return {dtype_, shape_, bytes()}; }
  operator ConstTensorView() const { return view(); }

  /// The same elements under another shape with as many elements.
  Tensor reshaped(Shape shape) const;

  /// Same type, shape and bytes.
  bool operator==(const Tensor& other) const;

 private:
  Tensor(const ConstTensorView& view, std::shared_ptr<const void> owner);
  void own();

  DataType dtype_;
  Shape shape_;
  AlignedBuffer buffer_;
  std::shared_ptr<const void> owner_ = nullptr;  // of `borrowed_`; nullptr: of buffer_
  const std::byte* borrowed_ = nullptr;
};

/// Every element as T, whatever the type of the tensor (values out of T's range wrap as in a cast).
template <class T>
std::vector<T> elements_as(const ConstTensorView& tensor);
extern template std::vector<float> elements_as<float>(const ConstTensorView&);
extern template std::vector<double> elements_as<double>(const ConstTensorView&);
extern template std::vector<int32_t> elements_as<int32_t>(const ConstTensorView&);
extern template std::vector<int64_t> elements_as<int64_t>(const ConstTensorView&);

void check_element_count(int64_t expected, size_t actual);
void copy_bytes(std::byte* to, const void* from, size_t size_bytes);

template <class T>
Tensor Tensor::of(Shape shape, std::span<const T> values) {
  Tensor tensor(data_type_of<T>, std::move(shape));
  check_element_count(tensor.elements(), values.size());
  copy_bytes(tensor.bytes(), values.data(), values.size_bytes());
  return tensor;
}

}  // namespace mote
