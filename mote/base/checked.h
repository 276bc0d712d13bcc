// Arithmetic on numbers that came from a file: an overflow is an error of the model, not a wrap.
#pragma once

#include <cstdint>

#include "mote/base/error.h"

namespace mote {

inline int64_t checked_mul(int64_t a, int64_t b, const char* what) {
  int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) {
    throw_error(ErrorKind::kInvalidModel, "{}: {} x {} does not fit in 64 bits", what, a, b);
  }
  return product;
}

inline int64_t checked_add(int64_t a, int64_t b, const char* what) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) {
    throw_error(ErrorKind::kInvalidModel, "{}: {} + {} does not fit in 64 bits", what, a, b);
  }
  return sum;
}

}  // namespace mote
