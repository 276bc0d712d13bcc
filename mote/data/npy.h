// NumPy's .npy files (format versions 1.0 to 3.0).
//
//   write_npy("x.npy", tensor);
//   Tensor x = read_npy("x.npy");
//
// Little-endian numbers and bool only; no objects, strings or structures.
// Source: numpy.lib.format, "NPY format".
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "mote/base/data_type.h"
#include "mote/base/shape.h"
#include "mote/base/tensor.h"

namespace mote::data {

struct NpyHeader {
  DataType dtype = DataType::kF32;
  Shape shape;
  bool fortran_order = false;
  /// Where the elements begin in the file.
  size_t data_offset = 0;
};

/// Checks that the file holds all elements the header announces. `name` stands in messages.
/// Throws kInvalidArgument (not a .npy, truncated, too large) or kUnsupported (element type).
NpyHeader parse_npy_header(std::span<const std::byte> bytes, const std::string& name);

/// The whole array in row-major order, whatever its order in the file.
Tensor parse_npy(std::span<const std::byte> bytes, const std::string& name);
Tensor read_npy(const std::filesystem::path& path);

/// The bytes of a version 1.0 file that holds `tensor`.
std::vector<std::byte> npy_bytes(const ConstTensorView& tensor);
/// Whole or not at all. Throws kIo.
void write_npy(const std::filesystem::path& path, const ConstTensorView& tensor);

}  // namespace mote::data
