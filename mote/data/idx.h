// IDX files (MNIST's format), plain or gzipped.
// Source: LeCun, Cortes, Burges, "The MNIST database", file format section.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "mote/base/data_type.h"
#include "mote/base/shape.h"

namespace mote::data {

struct IdxHeader {
  DataType dtype = DataType::kU8;
  Shape shape;
  size_t data_offset = 0;
};

/// Parses the header of an uncompressed file and checks that all elements are there. Only one-byte
/// elements are read (the others are big-endian). Throws kInvalidArgument or kUnsupported.
IdxHeader parse_idx_header(std::span<const std::byte> bytes, const std::string& name);

}  // namespace mote::data
