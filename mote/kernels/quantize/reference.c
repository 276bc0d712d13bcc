#include <math.h>

#include "mote/kernels/quantize/quantize.h"
#include "mote/kernels/reference_rows.h"

static int32_t quantize(const mote_quantize_params* p, float x, double low, double high) {
  const float steps = x / p->scale;
  const double q = (double)(p->ties_to_even ? rintf(steps) : roundf(steps)) + p->zero_point;
  return (int32_t)(q < low ? low : (q > high ? high : (q == q ? q : p->zero_point)));
}

#define DEFINE_QUANTIZE(NAME, Y, LOW, HIGH)                                                        \
  void mote_quantize_f32_##NAME##_reference(const mote_quantize_params* p, const float* x, Y* y) { \
    for (int64_t i = 0; i < p->count; ++i) y[i] = (Y)quantize(p, x[i], LOW, HIGH);                 \
  }                                                                                                \
  void mote_dequantize_##NAME##_f32_reference(const mote_quantize_params* p, const Y* x,           \
                                              float* y) {                                          \
    for (int64_t i = 0; i < p->count; ++i) {                                                       \
      y[i] = (float)((double)p->scale * ((double)x[i] - p->zero_point));                           \
    }                                                                                              \
  }
DEFINE_QUANTIZE(i8, int8_t, INT8_MIN, INT8_MAX)
DEFINE_QUANTIZE(u8, uint8_t, 0, UINT8_MAX)
DEFINE_QUANTIZE(i16, int16_t, INT16_MIN, INT16_MAX)
DEFINE_QUANTIZE(i32, int32_t, INT32_MIN, INT32_MAX)

mote_requantize_params mote_requantize_prepare(float x_scale, int32_t x_zero_point, float y_scale,
                                               int32_t y_zero_point) {
  const mote_requantize_params p = {x_zero_point, y_zero_point,
                                    mote_quantize_multiplier((double)x_scale / (double)y_scale),
                                    MOTE_ROUND_DOUBLE};
  return p;
}

static int32_t requantize(const mote_requantize_params* p, int32_t x, int64_t low, int64_t high) {
  const int32_t centred = (int32_t)((uint32_t)x - (uint32_t)p->x_zero_point);
  const int64_t y =
      (int64_t)mote_requantize_i32(centred, p->multiplier, p->rounding) + p->y_zero_point;
  return (int32_t)(y < low ? low : (y > high ? high : y));
}

#define DEFINE_REQUANTIZE(NAME, X, Y, LOW, HIGH)                                          \
  void mote_requantize_##NAME##_reference(const mote_requantize_params* p, int64_t count, \
                                          const X* x, Y* y) {                             \
    for (int64_t i = 0; i < count; ++i) y[i] = (Y)requantize(p, x[i], LOW, HIGH);         \
  }
DEFINE_REQUANTIZE(i8_i8, int8_t, int8_t, INT8_MIN, INT8_MAX)
DEFINE_REQUANTIZE(i8_u8, int8_t, uint8_t, 0, UINT8_MAX)
DEFINE_REQUANTIZE(i8_i16, int8_t, int16_t, INT16_MIN, INT16_MAX)
DEFINE_REQUANTIZE(i8_i32, int8_t, int32_t, INT32_MIN, INT32_MAX)
DEFINE_REQUANTIZE(u8_i8, uint8_t, int8_t, INT8_MIN, INT8_MAX)
DEFINE_REQUANTIZE(u8_u8, uint8_t, uint8_t, 0, UINT8_MAX)
DEFINE_REQUANTIZE(i16_i8, int16_t, int8_t, INT8_MIN, INT8_MAX)
DEFINE_REQUANTIZE(i16_i16, int16_t, int16_t, INT16_MIN, INT16_MAX)
DEFINE_REQUANTIZE(i16_i32, int16_t, int32_t, INT32_MIN, INT32_MAX)
DEFINE_REQUANTIZE(i32_i8, int32_t, int8_t, INT8_MIN, INT8_MAX)
DEFINE_REQUANTIZE(i32_i16, int32_t, int16_t, INT16_MIN, INT16_MAX)

// The zero point nearest to the end of the range whose own rounding errs less.
static int32_t zero_point_of(double low, double high, double scale) {
  const double from_low = INT8_MIN - low / scale;
  const double from_high = INT8_MAX - high / scale;
  const double error_low = fabs((double)INT8_MIN) + fabs(low / scale);
  const double error_high = fabs((double)INT8_MAX) + fabs(high / scale);
  const double exact = error_low < error_high ? from_low : from_high;
  if (!(exact > INT8_MIN)) return INT8_MIN;  // also where it is no number
  if (exact >= INT8_MAX) return INT8_MAX;
  return (int32_t)round(exact);
}

static mote_row_scale asymmetric_scale(double low, double high) {
  const double scale = low == high ? 1.0 : (high - low) / (INT8_MAX - INT8_MIN);
  return (mote_row_scale){.scale = (float)scale,
                          .inverse = 1.0F / (float)scale,
                          .zero_point = low == high ? 0 : zero_point_of(low, high, scale),
                          .min = INT8_MIN};
}

mote_row_scale mote_row_scale_of(float low, float high, int32_t asymmetric) {
  if (asymmetric) return asymmetric_scale(low, high);
  const float largest = fmaxf(-low, high);
  return (mote_row_scale){.scale = largest == 0.0F ? 1.0F : largest / INT8_MAX,
                          .inverse = largest == 0.0F ? 0.0F : INT8_MAX / largest,
                          .min = -INT8_MAX};
}

static mote_row_scale quantize_row(int64_t depth, int32_t asymmetric, const float* x, int8_t* y) {
  float low = 0.0F;
  float high = 0.0F;
  for (int64_t c = 0; c < depth; ++c) {
    low = x[c] < low ? x[c] : low;
    high = x[c] > high ? x[c] : high;
  }
  const mote_row_scale scale = mote_row_scale_of(low, high, asymmetric);
  for (int64_t c = 0; c < depth; ++c) y[c] = mote_row_value(&scale, x[c]);
  return scale;
}

void mote_quantize_rows_symmetric_reference(int64_t rows, int64_t depth, const float* x, int8_t* y,
                                            float* scales) {
  for (int64_t row = 0; row < rows; ++row) {
    scales[row] = quantize_row(depth, 0, x + row * depth, y + row * depth).scale;
  }
}

void mote_quantize_rows_asymmetric_reference(int64_t rows, int64_t depth, const float* x, int8_t* y,
                                             float* scales, int32_t* zero_points) {
  for (int64_t row = 0; row < rows; ++row) {
    const mote_row_scale scale = quantize_row(depth, 1, x + row * depth, y + row * depth);
    scales[row] = scale.scale;
    zero_points[row] = scale.zero_point;
  }
}

MOTE_RUN_COUNTED(run_requantize_i8_i8, mote_requantize_call_params, mote_requantize_i8_i8_reference)
MOTE_RUN_COUNTED(run_requantize_i8_u8, mote_requantize_call_params, mote_requantize_i8_u8_reference)
MOTE_RUN_COUNTED(run_requantize_i8_i16, mote_requantize_call_params,
                 mote_requantize_i8_i16_reference)
MOTE_RUN_COUNTED(run_requantize_i8_i32, mote_requantize_call_params,
                 mote_requantize_i8_i32_reference)
MOTE_RUN_COUNTED(run_requantize_u8_i8, mote_requantize_call_params, mote_requantize_u8_i8_reference)
MOTE_RUN_COUNTED(run_requantize_u8_u8, mote_requantize_call_params, mote_requantize_u8_u8_reference)
MOTE_RUN_COUNTED(run_requantize_i16_i8, mote_requantize_call_params,
                 mote_requantize_i16_i8_reference)
MOTE_RUN_COUNTED(run_requantize_i16_i16, mote_requantize_call_params,
                 mote_requantize_i16_i16_reference)
MOTE_RUN_COUNTED(run_requantize_i16_i32, mote_requantize_call_params,
                 mote_requantize_i16_i32_reference)
MOTE_RUN_COUNTED(run_requantize_i32_i8, mote_requantize_call_params,
                 mote_requantize_i32_i8_reference)
MOTE_RUN_COUNTED(run_requantize_i32_i16, mote_requantize_call_params,
                 mote_requantize_i32_i16_reference)

MOTE_RUN_UNARY(run_quantize_f32_i8, mote_quantize_f32_i8_reference)
MOTE_RUN_UNARY(run_dequantize_i8_f32, mote_dequantize_i8_f32_reference)
MOTE_RUN_UNARY(run_quantize_f32_u8, mote_quantize_f32_u8_reference)
MOTE_RUN_UNARY(run_dequantize_u8_f32, mote_dequantize_u8_f32_reference)
MOTE_RUN_UNARY(run_quantize_f32_i16, mote_quantize_f32_i16_reference)
MOTE_RUN_UNARY(run_dequantize_i16_f32, mote_dequantize_i16_f32_reference)
MOTE_RUN_UNARY(run_quantize_f32_i32, mote_quantize_f32_i32_reference)
MOTE_RUN_UNARY(run_dequantize_i32_f32, mote_dequantize_i32_f32_reference)

const mote_kernel mote_kernels_quantize_reference[] = {
    {.name = "requantize_i8_i8_reference",
     .family = "requantize_i8_i8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("quantize/reference.c", run_requantize_i8_i8),
     .params_layout = &mote_requantize_layout},
    {.name = "requantize_i8_u8_reference",
     .family = "requantize_i8_u8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("quantize/reference.c", run_requantize_i8_u8),
     .params_layout = &mote_requantize_layout},
    {.name = "requantize_i8_i16_reference",
     .family = "requantize_i8_i16",
     MOTE_PRINTED("quantize/reference.c", run_requantize_i8_i16),
     .params_layout = &mote_requantize_layout},
    {.name = "requantize_i8_i32_reference",
     .family = "requantize_i8_i32",
     MOTE_PRINTED("quantize/reference.c", run_requantize_i8_i32),
     .params_layout = &mote_requantize_layout},
    {.name = "requantize_u8_i8_reference",
     .family = "requantize_u8_i8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("quantize/reference.c", run_requantize_u8_i8),
     .params_layout = &mote_requantize_layout},
    {.name = "requantize_u8_u8_reference",
     .family = "requantize_u8_u8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("quantize/reference.c", run_requantize_u8_u8),
     .params_layout = &mote_requantize_layout},
    {.name = "requantize_i16_i8_reference",
     .family = "requantize_i16_i8",
     MOTE_PRINTED("quantize/reference.c", run_requantize_i16_i8),
     .params_layout = &mote_requantize_layout},
    {.name = "requantize_i16_i16_reference",
     .family = "requantize_i16_i16",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("quantize/reference.c", run_requantize_i16_i16),
     .params_layout = &mote_requantize_layout},
    {.name = "requantize_i16_i32_reference",
     .family = "requantize_i16_i32",
     MOTE_PRINTED("quantize/reference.c", run_requantize_i16_i32),
     .params_layout = &mote_requantize_layout},
    {.name = "requantize_i32_i8_reference",
     .family = "requantize_i32_i8",
     MOTE_PRINTED("quantize/reference.c", run_requantize_i32_i8),
     .params_layout = &mote_requantize_layout},
    {.name = "requantize_i32_i16_reference",
     .family = "requantize_i32_i16",
     MOTE_PRINTED("quantize/reference.c", run_requantize_i32_i16),
     .params_layout = &mote_requantize_layout},
    {.name = "quantize_f32_i8_reference",
     .family = "quantize_f32_i8",
     MOTE_PRINTED("quantize/reference.c", run_quantize_f32_i8),
     .params_layout = &mote_quantize_layout},
    {.name = "dequantize_i8_f32_reference",
     .family = "dequantize_i8_f32",
     MOTE_PRINTED("quantize/reference.c", run_dequantize_i8_f32),
     .params_layout = &mote_quantize_layout},
    {.name = "quantize_f32_u8_reference",
     .family = "quantize_f32_u8",
     MOTE_PRINTED("quantize/reference.c", run_quantize_f32_u8),
     .params_layout = &mote_quantize_layout},
    {.name = "dequantize_u8_f32_reference",
     .family = "dequantize_u8_f32",
     MOTE_PRINTED("quantize/reference.c", run_dequantize_u8_f32),
     .params_layout = &mote_quantize_layout},
    {.name = "quantize_f32_i16_reference",
     .family = "quantize_f32_i16",
     MOTE_PRINTED("quantize/reference.c", run_quantize_f32_i16),
     .params_layout = &mote_quantize_layout},
    {.name = "dequantize_i16_f32_reference",
     .family = "dequantize_i16_f32",
     MOTE_PRINTED("quantize/reference.c", run_dequantize_i16_f32),
     .params_layout = &mote_quantize_layout},
    {.name = "quantize_f32_i32_reference",
     .family = "quantize_f32_i32",
     MOTE_PRINTED("quantize/reference.c", run_quantize_f32_i32),
     .params_layout = &mote_quantize_layout},
    {.name = "dequantize_i32_f32_reference",
     .family = "dequantize_i32_f32",
     MOTE_PRINTED("quantize/reference.c", run_dequantize_i32_f32),
     .params_layout = &mote_quantize_layout},
    MOTE_KERNELS_END};
