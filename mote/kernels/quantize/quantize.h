// Between real and quantized values, and between quantized ones of different scales.
//
//   mote_quantize_params p = {.scale = 0.1F, .zero_point = 3, .count = n};
//   mote_quantize_f32_i8_reference(&p, x, y);  // y = round(x / scale) + zero_point
//
// Rounding is to nearest, ties away from zero (in rows of the kernel table to even, where the
// params say so); results saturate. Integers equal TensorFlow Lite Micro's.
#pragma once

#include <math.h>

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_requantize_params {
  int32_t x_zero_point, y_zero_point;
  mote_multiplier multiplier;
  mote_rounding rounding;
} mote_requantize_params;
mote_requantize_params mote_requantize_prepare(float x_scale, int32_t x_zero_point, float y_scale,
                                               int32_t y_zero_point);

/// Parameters of the rows: over `count` elements.
typedef struct mote_requantize_call_params {
  mote_requantize_params function;
  int64_t count;
} mote_requantize_call_params;
typedef struct mote_quantize_params {
  float scale;
  int32_t zero_point;
  int64_t count;
  int32_t ties_to_even;  // as ONNX asks for; 0: away from zero. To integers only
} mote_quantize_params;

#define MOTE_DECLARE_QUANTIZE(NAME, Y)                                                            \
  void mote_quantize_f32_##NAME##_reference(const mote_quantize_params* p, const float* x, Y* y); \
  void mote_dequantize_##NAME##_f32_reference(const mote_quantize_params* p, const Y* x, float* y);
MOTE_DECLARE_QUANTIZE(i8, int8_t)
MOTE_DECLARE_QUANTIZE(u8, uint8_t)
MOTE_DECLARE_QUANTIZE(i16, int16_t)
MOTE_DECLARE_QUANTIZE(i32, int32_t)
#undef MOTE_DECLARE_QUANTIZE

#define MOTE_DECLARE_REQUANTIZE(NAME, X, Y)                                               \
  void mote_requantize_##NAME##_reference(const mote_requantize_params* p, int64_t count, \
                                          const X* x, Y* y);
MOTE_DECLARE_REQUANTIZE(i8_i8, int8_t, int8_t)
MOTE_DECLARE_REQUANTIZE(i8_u8, int8_t, uint8_t)
MOTE_DECLARE_REQUANTIZE(i8_i16, int8_t, int16_t)
MOTE_DECLARE_REQUANTIZE(i8_i32, int8_t, int32_t)
MOTE_DECLARE_REQUANTIZE(u8_i8, uint8_t, int8_t)
MOTE_DECLARE_REQUANTIZE(u8_u8, uint8_t, uint8_t)
MOTE_DECLARE_REQUANTIZE(i16_i8, int16_t, int8_t)
MOTE_DECLARE_REQUANTIZE(i16_i16, int16_t, int16_t)
MOTE_DECLARE_REQUANTIZE(i16_i32, int16_t, int32_t)
MOTE_DECLARE_REQUANTIZE(i32_i8, int32_t, int8_t)
MOTE_DECLARE_REQUANTIZE(i32_i16, int32_t, int16_t)
#undef MOTE_DECLARE_REQUANTIZE

/// How a row of activations becomes i8 while the network runs (dynamic range). Symmetric: the
/// largest |x| becomes 127, zero point 0. Asymmetric: [low, high] becomes [-128, 127]. A row of
/// zeros has scale 1.
typedef struct mote_row_scale {
  float scale, inverse;
  int32_t zero_point, min;  // `min`: the least stored value
} mote_row_scale;

/// `low` and `high` are the ends of a row's values and 0.
mote_row_scale mote_row_scale_of(float low, float high, int32_t asymmetric);

/// x / scale + zero point, to the nearest, ties away from zero; the zero point for no number.
static inline int8_t mote_row_value(const mote_row_scale* s, float x) {
  const float q = x * s->inverse + (float)s->zero_point;
  const float in_range = mote_clamp_f32(q == q ? q : (float)s->zero_point, (float)s->min, INT8_MAX);
  return (int8_t)roundf(in_range);
}

/// Rows of activations to i8 so.
void mote_quantize_rows_symmetric_reference(int64_t rows, int64_t depth, const float* x, int8_t* y,
                                            float* scales);
void mote_quantize_rows_asymmetric_reference(int64_t rows, int64_t depth, const float* x, int8_t* y,
                                             float* scales, int32_t* zero_points);

/// What a dynamic-range layer knows before it runs: `count` scales of weights, 1 or one for each
/// output channel, and how its activations become i8.
typedef struct mote_hybrid_weights {
  const float* scales;
  int32_t count;
  int32_t asymmetric;
} mote_hybrid_weights;

/// Scales of a dynamic-range layer: row (or image) i of x is x_scales[i] * (q - x_zero_points[i]);
/// x_zero_points may be NULL for 0. w_scales has `w_scale_count` = 1 or one per output channel.
typedef struct mote_hybrid_scales {
  const float* x_scales;
  const int32_t* x_zero_points;
  const float* w_scales;
  int32_t w_scale_count;
} mote_hybrid_scales;

/// What an exact sum over row `row` and channel `channel` stands for. LiteRT's order of products,
/// which differs between the two kinds of scales.
static inline float mote_hybrid_value(const mote_hybrid_scales* scales, int32_t sum, int64_t row,
                                      int64_t channel) {
  return scales->w_scale_count == 1
             ? (float)sum * (scales->w_scales[0] * scales->x_scales[row])
             : (float)sum * scales->w_scales[channel] * scales->x_scales[row];
}

/// For code generation (params_layout.h).
extern const struct mote_struct mote_requantize_layout;
extern const struct mote_struct mote_quantize_layout;

#ifdef __cplusplus
}
#endif
