#include <math.h>

#include "mote/kernels/requantize/requantize.h"

// The smallest exponent a right shift of 31 can express.
enum { kMinShift = -31 };
// The largest exponent a left shift can express; factors beyond saturate.
enum { kMaxShift = 30 };

mote_multiplier mote_quantize_multiplier(double real) {
  mote_multiplier result = {0, 0};
  if (real == 0.0 || isnan(real)) return result;
  if (fabs(real) >= ldexp(1.0, kMaxShift)) {
    result.multiplier = real < 0.0 ? -INT32_MAX : INT32_MAX;
    result.shift = kMaxShift;
    return result;
  }
  int exponent = 0;
  const double fraction = frexp(real, &exponent);
  int64_t fixed = (int64_t)round(fraction * 2147483648.0);
  if (fixed == (int64_t)1 << 31) {
    fixed /= 2;
    ++exponent;
  }
  if (exponent < kMinShift) return result;
  result.multiplier = (int32_t)fixed;
  result.shift = exponent;
  return result;
}
