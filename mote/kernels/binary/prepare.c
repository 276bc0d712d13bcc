#include <string.h>

#include "mote/kernels/binary/binary.h"

static void copy_zero_points(const mote_binary_scales* s, mote_binary_params* p) {
  p->a_zero_point = s->a_zero_point;
  p->b_zero_point = s->b_zero_point;
  p->y_zero_point = s->y_zero_point;
  p->y_min = s->y_min;
  p->y_max = s->y_max;
}

// The strides of a dense tensor of `shape`, aligned to the last of `rank` axes, 0 where it is
// broadcast.
static void strides_of(const int32_t* shape, int32_t own_rank, int32_t rank, int64_t* strides) {
  int64_t step = 1;
  for (int32_t d = rank - 1; d >= 0; --d) {
    const int32_t own = d - (rank - own_rank);
    const int32_t extent = own < 0 ? 1 : shape[own];
    strides[d] = extent == 1 ? 0 : step;
    step *= extent;
  }
}

int mote_broadcast(const int32_t* a_shape, int32_t a_rank, const int32_t* b_shape, int32_t b_rank,
                   mote_binary_params* p) {
  p->rank = a_rank > b_rank ? a_rank : b_rank;
  if (p->rank > MOTE_MAX_RANK) return 0;
  for (int32_t d = 0; d < p->rank; ++d) {
    const int32_t a = d < p->rank - a_rank ? 1 : a_shape[d - (p->rank - a_rank)];
    const int32_t b = d < p->rank - b_rank ? 1 : b_shape[d - (p->rank - b_rank)];
    if (a != b && a != 1 && b != 1) return 0;
    p->shape[d] = a == 1 ? b : a;
  }
  strides_of(a_shape, a_rank, p->rank, p->a_strides);
  strides_of(b_shape, b_rank, p->rank, p->b_strides);
  return 1;
}

void mote_add_prepare(const mote_binary_scales* s, int32_t left_shift, mote_binary_params* p) {
  copy_zero_points(s, p);
  p->left_shift = left_shift;
  const double twice_max = 2.0 * (double)(s->a_scale > s->b_scale ? s->a_scale : s->b_scale);
  p->a = mote_quantize_multiplier((double)s->a_scale / twice_max);
  p->b = mote_quantize_multiplier((double)s->b_scale / twice_max);
  p->y = mote_quantize_multiplier(twice_max / ((double)(1 << left_shift) * (double)s->y_scale));
}

void mote_mul_prepare(const mote_binary_scales* s, double factor, mote_binary_params* p) {
  copy_zero_points(s, p);
  p->y = mote_quantize_multiplier(factor);
}

void mote_div_prepare(const mote_binary_scales* s, mote_binary_params* p) {
  copy_zero_points(s, p);
  p->y = mote_quantize_multiplier((double)s->a_scale / ((double)s->b_scale * (double)s->y_scale));
}

void mote_squared_difference_prepare(const mote_binary_scales* s, int32_t left_shift,
                                     mote_binary_params* p) {
  copy_zero_points(s, p);
  p->left_shift = left_shift;
  const double twice_max = 2.0 * (double)(s->a_scale > s->b_scale ? s->a_scale : s->b_scale);
  p->a = mote_quantize_multiplier((double)s->a_scale / twice_max);
  p->b = mote_quantize_multiplier((double)s->b_scale / twice_max);
  p->y = mote_quantize_multiplier(twice_max * twice_max /
                                  ((double)(1 << (2 * left_shift)) * (double)s->y_scale));
}

void mote_prelu_prepare(const mote_binary_scales* s, mote_binary_params* p) {
  copy_zero_points(s, p);
  p->a = mote_quantize_multiplier((double)s->a_scale / (double)s->y_scale);
  p->b = mote_quantize_multiplier((double)s->a_scale * (double)s->b_scale / (double)s->y_scale);
}

// Operands of comparisons keep this many bits below their scale.
enum { kCompareShift = 8 };

void mote_compare_prepare(const mote_binary_scales* s, mote_binary_params* p) {
  copy_zero_points(s, p);
  p->left_shift = kCompareShift;
  p->a = mote_quantize_multiplier((double)s->a_scale);
  p->b = mote_quantize_multiplier((double)s->b_scale);
}
