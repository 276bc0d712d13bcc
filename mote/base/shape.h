// Extents of a tensor, outermost first.
//
// One symbol is known: the batch N, spelt `kDynamic`, and only as the outermost extent. Everything
// else is a concrete number, so that plans and proofs can be made. (`bind` gives N a value.)
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace mote {

/// The extent that stands for the symbolic batch N.
inline constexpr int64_t kDynamic = -1;

class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<int64_t> dims) : dims_(dims) {}
  explicit Shape(std::vector<int64_t> dims) : dims_(std::move(dims)) {}

  int rank() const { return static_cast<int>(dims_.size()); }
  int64_t operator[](int axis) const { return dims_[static_cast<size_t>(axis)]; }
  int64_t& operator[](int axis) { return dims_[static_cast<size_t>(axis)]; }
  int64_t back() const { return dims_.back(); }
  const std::vector<int64_t>& dims() const { return dims_; }
  auto begin() const { return dims_.begin(); }
  auto end() const { return dims_.end(); }

  bool is_static() const;
  /// Elements. 1 for rank 0. Throws kInvalidModel on overflow of int64 or a dynamic extent.
  int64_t elements() const;
  /// Elements with N = 1.
  int64_t elements_per_sample() const;
  /// The same shape with N = `batch`.
  Shape bind(int64_t batch) const;

  bool operator==(const Shape&) const = default;

 private:
  std::vector<int64_t> dims_;
};

/// "[N,224,224,3]".
std::string to_string(const Shape& shape);

/// Maps -rank..rank-1 to 0..rank-1; throws kInvalidModel naming `what` when out of range.
int normalize_axis(int64_t axis, int rank, const char* what);

/// Elements stepped per unit of each axis in a dense row-major tensor.
std::vector<int64_t> row_major_strides(const Shape& shape);

/// NumPy broadcasting (ONNX spec, "Multidirectional Broadcasting"). Throws kInvalidModel.
Shape broadcast(const Shape& a, const Shape& b);

}  // namespace mote
