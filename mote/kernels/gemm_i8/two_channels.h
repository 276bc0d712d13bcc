// Sums of products for two output channels at once, in plain C: what small processors without
// vectors have registers for.
//
//   const mote_patch patch = {.x = x, .rows = 1, .count = k, .zero_point = p->x_zero_point};
//   mote_two_sums sums = {bias_0, bias_1};
//   mote_add_two_channels(&patch, w_0, w_1, &sums);
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Rows of `count` elements of x, `x_step` apart, and of weights, `w_step` apart.
typedef struct mote_patch {
  const int8_t* x;
  int32_t rows, count, x_step, w_step, zero_point;
} mote_patch;

typedef struct mote_two_sums {
  int32_t first, second;
} mote_two_sums;

#if defined(__GNUC__)
#define MOTE_APART __attribute__((noinline))
#else
#define MOTE_APART
#endif

/// Adds the products of the patch by the weights of both channels. Apart from its callers, whose
/// values would take the registers of the loop.
static MOTE_APART void mote_add_two_channels(const mote_patch* patch, const int8_t* first,
                                             const int8_t* second, mote_two_sums* sums) {
  const int32_t zero_point = patch->zero_point;
  const int8_t* x = patch->x;
  int32_t sum_0 = sums->first;
  int32_t sum_1 = sums->second;
  for (int32_t row = patch->rows; row > 0; --row) {
    for (int32_t c = 0; c < patch->count; ++c) {
      const int32_t value = x[c] - zero_point;
      sum_0 += value * first[c];
      sum_1 += value * second[c];
    }
    x += patch->x_step;
    first += patch->w_step;
    second += patch->w_step;
  }
  sums->first = sum_0;
  sums->second = sum_1;
}

#ifdef __cplusplus
}
#endif
