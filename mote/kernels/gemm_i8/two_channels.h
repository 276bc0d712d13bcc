// Sums of products for two output channels at once, in plain C: what small processors without
// vectors have registers for.
//
//   mote_two_sums sums = {bias_0, bias_1};
//   mote_add_two_channels(x, count, x_zero_point, w_0, w_1, &sums);
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_two_sums {
  int32_t first, second;
} mote_two_sums;

/// Adds the products of `count` elements of x by the weights of both channels.
static inline void mote_add_two_channels(const int8_t* x, int32_t count, int32_t zero_point,
                                         const int8_t* first, const int8_t* second,
                                         mote_two_sums* sums) {
  int32_t sum_0 = sums->first;
  int32_t sum_1 = sums->second;
  for (int32_t c = 0; c < count; ++c) {
    const int32_t value = x[c] - zero_point;
    sum_0 += value * first[c];
    sum_1 += value * second[c];
  }
  sums->first = sum_0;
  sums->second = sum_1;
}

#ifdef __cplusplus
}
#endif
