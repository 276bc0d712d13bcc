#include <math.h>
#include <string.h>

#include "mote/kernels/activation/activation.h"
#include "mote/kernels/fixed_point/fixed_point.h"
#include "mote/kernels/reference_rows.h"

static mote_unary_params unary(const mote_table_scales* s, int32_t y_min, int32_t y_max) {
  mote_unary_params p;
  memset(&p, 0, sizeof p);
  p.x_zero_point = s->x_zero_point;
  p.y_zero_point = s->y_zero_point;
  p.identity = mote_quantize_multiplier((double)(s->x_scale / s->y_scale));
  p.y_min = y_min;
  p.y_max = y_max;
  return p;
}

mote_unary_params mote_relu_prepare(const mote_table_scales* s, int32_t y_min, int32_t y_max) {
  return unary(s, y_min, y_max);
}

mote_unary_params mote_leaky_relu_prepare(const mote_table_scales* s, double identity,
                                          double slope) {
  mote_unary_params p = unary(s, 0, 0);
  p.identity = mote_quantize_multiplier(identity);
  p.other = mote_quantize_multiplier(fabs(slope));
  p.other_sign = slope < 0.0 ? -1 : 1;
  return p;
}

// Wraps like the int32 sum of TensorFlow Lite Micro, which only senseless scales reach.
static int32_t stored(const mote_unary_params* p, int32_t scaled) {
  const int32_t shifted = (int32_t)((uint32_t)scaled + (uint32_t)p->y_zero_point);
  return mote_clamp_i32(shifted, p->y_min, p->y_max);
}

static int32_t relu(const mote_unary_params* p, int32_t x) {
  return stored(p, mote_requantize_i32(x - p->x_zero_point, p->identity, p->rounding));
}

static int32_t leaky_relu(const mote_unary_params* p, int32_t x) {
  const int32_t centred = x - p->x_zero_point;
  if (centred >= 0) return stored(p, mote_requantize_i32(centred, p->identity, p->rounding));
  const int32_t scaled = mote_requantize_i32(centred, p->other, p->rounding);
  return stored(p, (int32_t)((uint32_t)p->other_sign * (uint32_t)scaled));
}

// logistic and tanh of 8 bits work on Q4.27.
enum { kSigmoidBits = 4 };

mote_unary_params mote_sigmoid_i8_prepare(float x_scale, int32_t x_zero_point) {
  mote_unary_params p;
  memset(&p, 0, sizeof p);
  p.x_zero_point = x_zero_point;
  p.identity = mote_quantize_multiplier((double)x_scale * (double)(1 << (31 - kSigmoidBits)));
  p.input_radius = mote_fixed_input_radius(kSigmoidBits, p.identity.shift, 31);
  return p;
}

// The saturated ends are given, as steps of 2^-shift above `zero`, in [low, high].
static int32_t sigmoid_8(const mote_unary_params* p, int32_t x, int is_tanh) {
  const int32_t centred = x - p->x_zero_point;
  const int32_t low = is_tanh ? -128 : 0;
  const int32_t high = is_tanh ? 127 : 255;
  if (centred <= -p->input_radius) return low;
  if (centred >= p->input_radius) return high;
  const int32_t scaled = mote_requantize_i32(centred, p->identity, MOTE_ROUND_DOUBLE);
  const int32_t value =
      is_tanh ? mote_rounding_divide_by_pot(mote_fixed_tanh(scaled, kSigmoidBits), 24)
              : mote_rounding_divide_by_pot(mote_fixed_logistic(scaled, kSigmoidBits), 23);
  return mote_clamp_i32(value, low, high);
}

// The 16-bit functions take x in steps of 1 / (3 * 4096).
static mote_unary_params sigmoid_i16(float x_scale, int32_t max_left_shift) {
  mote_unary_params p;
  memset(&p, 0, sizeof p);
  const float log2_scale = logf(x_scale) * (1.0F / logf(2.0F));
  const float rounded = roundf(log2_scale);
  const int32_t left_shift = 12 + (int32_t)rounded;
  if (fabsf(log2_scale - rounded) < 1e-3F && left_shift >= 0 && left_shift <= max_left_shift) {
    p.identity.multiplier = 3 << left_shift;
    return p;
  }
  double multiplier = (double)x_scale * 4096.0 * 3.0;
  while (multiplier <= 32767.0 / 2.0 && p.identity.shift <= 30) {
    ++p.identity.shift;
    multiplier *= 2.0;
  }
  p.identity.multiplier = (int32_t)multiplier;
  return p;
}

mote_unary_params mote_logistic_i16_prepare(float x_scale) { return sigmoid_i16(x_scale, 0); }
mote_unary_params mote_tanh_i16_prepare(float x_scale) { return sigmoid_i16(x_scale, 1); }

// x * multiplier / 2^shift, rounded up at ties: the shift of `identity` is to the right here.
static int32_t to_sigmoid_steps(const mote_unary_params* p, int32_t x) {
  const int32_t shift = p->identity.shift;
  const int32_t half = shift > 0 ? 1 << (shift - 1) : 0;
  return (x * p->identity.multiplier + half) >> shift;
}

// The sigmoid of |x| * 2^-bits steps of the table, in Q16.(bits).
static uint32_t interpolated_sigmoid(uint32_t magnitude, int32_t bits, uint32_t saturated) {
  const uint32_t index = magnitude >> bits;
  if (index >= 255) return saturated;
  const uint32_t low = mote_sigmoid_table[index];
  const uint32_t high = mote_sigmoid_table[index + 1];
  return (low << bits) + (magnitude & ((1U << bits) - 1)) * (high - low);
}

static int32_t logistic_i16(const mote_unary_params* p, int32_t x) {
  const int32_t steps = to_sigmoid_steps(p, x);
  const uint32_t value =
      interpolated_sigmoid((uint32_t)(steps < 0 ? -steps : steps), 9, UINT32_C(0x7FFF) << 10);
  const uint32_t rounded =
      steps >= 0 ? value + (1 << 9) : (UINT32_C(1) << 25) - value + (1 << 9) - 1;
  return (int32_t)(rounded >> 10);
}

static int32_t tanh_i16(const mote_unary_params* p, int32_t x) {
  // tanh(x) = 2 * sigmoid(2x) - 1.
  const int32_t steps = to_sigmoid_steps(p, x);
  const int32_t value = (int32_t)interpolated_sigmoid((uint32_t)(steps < 0 ? -steps : steps), 8,
                                                      UINT32_C(0xFFFF) << 8);
  const int32_t half = 1 << 23;
  const int32_t rounded = steps >= 0 ? value - half + (1 << 7) : -value + half + (1 << 7) - 1;
  return rounded >> 8;
}

mote_unary_params mote_abs_prepare(const mote_table_scales* s) {
  mote_unary_params p = unary(s, 0, 0);
  p.identity = mote_quantize_multiplier((double)s->x_scale / (double)s->y_scale);
  return p;
}

static int32_t absolute(const mote_unary_params* p, int32_t x) {
  const int32_t centred = x - p->x_zero_point;
  const int32_t scaled =
      mote_requantize_i32(centred < 0 ? -centred : centred, p->identity, p->rounding);
  return stored(p, scaled);
}

mote_unary_params mote_rsqrt_prepare(const mote_table_scales* s) {
  mote_unary_params p = unary(s, 0, 0);
  p.identity = mote_quantize_multiplier(1.0 / (sqrt((double)s->x_scale) * (double)s->y_scale));
  return p;
}

// The inverse square root of a stored value has this many fractional bits.
enum { kRsqrtBits = 20 };

static int32_t rsqrt(const mote_unary_params* p, int32_t x) {
  const int32_t centred = x - p->x_zero_point;
  if (centred <= 0) return p->y_max;
  mote_multiplier inverse = mote_fixed_inverse_sqrt(centred);
  inverse.shift += kRsqrtBits;
  const mote_multiplier to_y = {p->identity.multiplier, p->identity.shift - kRsqrtBits};
  if (to_y.shift < -31) return stored(p, 0);
  const int32_t root = mote_requantize_i32(1, inverse, p->rounding);
  const int32_t scaled = mote_requantize_i32(root, to_y, p->rounding);
  return stored(p, scaled);
}

#define DEFINE_UNARY(NAME, T, EXPRESSION)                                                     \
  void mote_##NAME##_reference(const mote_unary_params* p, int64_t count, const T* x, T* y) { \
    for (int64_t i = 0; i < count; ++i) y[i] = (T)(EXPRESSION);                               \
  }
DEFINE_UNARY(relu_i8, int8_t, relu(p, x[i]))
DEFINE_UNARY(relu_i16, int16_t, relu(p, x[i]))
DEFINE_UNARY(relu_u8, uint8_t, relu(p, x[i]))
DEFINE_UNARY(leaky_relu_i8, int8_t, leaky_relu(p, x[i]))
DEFINE_UNARY(leaky_relu_i16, int16_t, leaky_relu(p, x[i]))
DEFINE_UNARY(leaky_relu_u8, uint8_t, leaky_relu(p, x[i]))
DEFINE_UNARY(logistic_i8, int8_t, sigmoid_8(p, x[i], 0) - 128)
DEFINE_UNARY(logistic_u8, uint8_t, sigmoid_8(p, x[i], 0))
DEFINE_UNARY(logistic_i16, int16_t, logistic_i16(p, x[i]))
DEFINE_UNARY(tanh_i8, int8_t, sigmoid_8(p, x[i], 1))
DEFINE_UNARY(tanh_u8, uint8_t, sigmoid_8(p, x[i], 1) + 128)
DEFINE_UNARY(tanh_i16, int16_t, tanh_i16(p, x[i]))
DEFINE_UNARY(abs_i8, int8_t, absolute(p, x[i]))
DEFINE_UNARY(abs_i16, int16_t, absolute(p, x[i]))
DEFINE_UNARY(rsqrt_i8, int8_t, rsqrt(p, x[i]))

// The upper 16 bits of a 32-bit multiplier, rounded.
static int32_t to_16_bits(int32_t multiplier) {
  return multiplier >= INT32_MAX - (1 << 15) ? INT16_MAX : (multiplier + (1 << 15)) >> 16;
}

mote_hard_swish_params mote_hard_swish_prepare(const mote_table_scales* s) {
  // x is held with 7 more bits; relu6(x + 3) / 6 lies on [-3, 3] in steps of 3 / 32768.
  const float fine_scale = (1.0F / 128.0F) * s->x_scale;
  const mote_multiplier y = mote_quantize_multiplier((double)(fine_scale / s->y_scale));
  const mote_multiplier reluish =
      mote_quantize_multiplier((double)(fine_scale / (3.0F / 32768.0F)));
  const mote_hard_swish_params p = {s->x_zero_point,
                                    s->y_zero_point,
                                    to_16_bits(y.multiplier),
                                    y.shift,
                                    to_16_bits(reluish.multiplier),
                                    reluish.shift};
  return p;
}

static int32_t saturate_16(int32_t x) { return mote_clamp_i32(x, INT16_MIN, INT16_MAX); }

static int32_t rounding_high_mul_16(int32_t a, int32_t b) {
  if (a == INT16_MIN && b == INT16_MIN) return INT16_MAX;
  const int32_t product = a * b;
  const int32_t nudge = product >= 0 ? 1 << 14 : 1 - (1 << 14);
  return (product + nudge) / (1 << 15);
}

static int32_t high_mul_16(int32_t a, int32_t b) {
  return a == INT16_MIN && b == INT16_MIN ? INT16_MAX : a * b / (1 << 15);
}

static int32_t hard_swish(const mote_hard_swish_params* p, int32_t x) {
  const int32_t fine = (x - p->x_zero_point) * 128;
  const int32_t scaled = rounding_high_mul_16(fine, p->y_multiplier);
  int32_t reluish = fine;
  if (p->reluish_shift > 0) reluish = saturate_16(reluish * (1 << (p->reluish_shift - 1)));
  reluish = rounding_high_mul_16(reluish, p->reluish_multiplier);
  if (p->reluish_shift > 0) reluish = saturate_16(reluish * 2);
  if (p->reluish_shift < 0) reluish = mote_rounding_divide_by_pot(reluish, -p->reluish_shift);
  // From [-1, 1] to [0, 1].
  reluish = (reluish + (1 << 15)) >> 1;
  const int32_t product = high_mul_16(reluish, scaled);
  const int32_t value = p->y_shift > 0 ? saturate_16(mote_shift_left(product, p->y_shift))
                                       : mote_rounding_divide_by_pot(product, -p->y_shift);
  return mote_wrapping_add(value, p->y_zero_point);
}

void mote_hard_swish_i8_reference(const mote_hard_swish_params* p, int64_t count, const int8_t* x,
                                  int8_t* y) {
  for (int64_t i = 0; i < count; ++i) {
    y[i] = (int8_t)mote_clamp_i32(hard_swish(p, x[i]), INT8_MIN, INT8_MAX);
  }
}

void mote_hard_swish_u8_reference(const mote_hard_swish_params* p, int64_t count, const uint8_t* x,
                                  uint8_t* y) {
  for (int64_t i = 0; i < count; ++i) {
    y[i] = (uint8_t)mote_clamp_i32(hard_swish(p, x[i]), 0, UINT8_MAX);
  }
}

MOTE_RUN_COUNTED(run_relu_i8, mote_unary_call_params, mote_relu_i8_reference)
MOTE_RUN_COUNTED(run_relu_i16, mote_unary_call_params, mote_relu_i16_reference)
MOTE_RUN_COUNTED(run_relu_u8, mote_unary_call_params, mote_relu_u8_reference)
MOTE_RUN_COUNTED(run_leaky_relu_i8, mote_unary_call_params, mote_leaky_relu_i8_reference)
MOTE_RUN_COUNTED(run_leaky_relu_i16, mote_unary_call_params, mote_leaky_relu_i16_reference)
MOTE_RUN_COUNTED(run_leaky_relu_u8, mote_unary_call_params, mote_leaky_relu_u8_reference)
MOTE_RUN_COUNTED(run_logistic_i8, mote_unary_call_params, mote_logistic_i8_reference)
MOTE_RUN_COUNTED(run_logistic_u8, mote_unary_call_params, mote_logistic_u8_reference)
MOTE_RUN_COUNTED(run_logistic_i16, mote_unary_call_params, mote_logistic_i16_reference)
MOTE_RUN_COUNTED(run_tanh_i8, mote_unary_call_params, mote_tanh_i8_reference)
MOTE_RUN_COUNTED(run_tanh_u8, mote_unary_call_params, mote_tanh_u8_reference)
MOTE_RUN_COUNTED(run_tanh_i16, mote_unary_call_params, mote_tanh_i16_reference)
MOTE_RUN_COUNTED(run_abs_i8, mote_unary_call_params, mote_abs_i8_reference)
MOTE_RUN_COUNTED(run_abs_i16, mote_unary_call_params, mote_abs_i16_reference)
MOTE_RUN_COUNTED(run_rsqrt_i8, mote_unary_call_params, mote_rsqrt_i8_reference)
MOTE_RUN_COUNTED(run_hard_swish_i8, mote_hard_swish_call_params, mote_hard_swish_i8_reference)
MOTE_RUN_COUNTED(run_hard_swish_u8, mote_hard_swish_call_params, mote_hard_swish_u8_reference)

const mote_kernel mote_kernels_activation_reference[] = {
    {.name = "relu_i8_reference",
     .family = "relu_i8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_relu_i8),
     .params_layout = &mote_unary_layout},
    {.name = "relu_i16_reference",
     .family = "relu_i16",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_relu_i16),
     .params_layout = &mote_unary_layout},
    {.name = "relu_u8_reference",
     .family = "relu_u8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_relu_u8),
     .params_layout = &mote_unary_layout},
    {.name = "leaky_relu_i8_reference",
     .family = "leaky_relu_i8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_leaky_relu_i8),
     .params_layout = &mote_unary_layout},
    {.name = "leaky_relu_i16_reference",
     .family = "leaky_relu_i16",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_leaky_relu_i16),
     .params_layout = &mote_unary_layout},
    {.name = "leaky_relu_u8_reference",
     .family = "leaky_relu_u8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_leaky_relu_u8),
     .params_layout = &mote_unary_layout},
    {.name = "logistic_i8_reference",
     .family = "logistic_i8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_logistic_i8),
     .params_layout = &mote_unary_layout},
    {.name = "logistic_u8_reference",
     .family = "logistic_u8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_logistic_u8),
     .params_layout = &mote_unary_layout},
    {.name = "logistic_i16_reference",
     .family = "logistic_i16",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_logistic_i16),
     .params_layout = &mote_unary_layout},
    {.name = "tanh_i8_reference",
     .family = "tanh_i8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_tanh_i8),
     .params_layout = &mote_unary_layout},
    {.name = "tanh_u8_reference",
     .family = "tanh_u8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_tanh_u8),
     .params_layout = &mote_unary_layout},
    {.name = "tanh_i16_reference",
     .family = "tanh_i16",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_tanh_i16),
     .params_layout = &mote_unary_layout},
    {.name = "abs_i8_reference",
     .family = "abs_i8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_abs_i8),
     .params_layout = &mote_unary_layout},
    {.name = "abs_i16_reference",
     .family = "abs_i16",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_abs_i16),
     .params_layout = &mote_unary_layout},
    {.name = "rsqrt_i8_reference",
     .family = "rsqrt_i8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_rsqrt_i8),
     .params_layout = &mote_unary_layout},
    {.name = "hard_swish_i8_reference",
     .family = "hard_swish_i8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_hard_swish_i8),
     .params_layout = &mote_hard_swish_layout},
    {.name = "hard_swish_u8_reference",
     .family = "hard_swish_u8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("activation/reference.c", run_hard_swish_u8),
     .params_layout = &mote_hard_swish_layout},
    MOTE_KERNELS_END};
