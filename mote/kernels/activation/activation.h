// Activation and other functions of one quantized value.
//
//   mote_unary_params p = mote_relu_prepare(&scales, 0, 127);
//   mote_relu_i8_reference(&p, count, x, y);
//
// Those without a kernel of their own (elu, gelu, exp, ...) are tables: see table.h. Integers equal
// TensorFlow Lite Micro's reference kernels.
#pragma once

#include "mote/kernels/requantize/requantize.h"
#include "mote/kernels/table/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The sigmoid of i / 24 in units of 2^-16.
#define MOTE_SIGMOID_TABLE_SIZE 256
extern const uint16_t mote_sigmoid_table[MOTE_SIGMOID_TABLE_SIZE];

typedef struct mote_unary_params {
  int32_t x_zero_point, y_zero_point;
  mote_multiplier identity;  // x to y
  mote_multiplier other;     // leaky_relu: below zero, without its sign
  int32_t other_sign;        // leaky_relu: the sign of alpha, 1 or -1
  int32_t y_min, y_max;
  int32_t input_radius;  // logistic, tanh of i8: beyond it the function is saturated
  mote_rounding rounding;
} mote_unary_params;

/// y = clamp(x) with a change of scale: relu, relu6, relu_n1_to_1 differ in y_min and y_max.
mote_unary_params mote_relu_prepare(const mote_table_scales* s, int32_t y_min, int32_t y_max);
/// y_min and y_max are left for the caller. In double s_x / s_y and s_x * alpha / s_y are
/// TensorFlow Lite Micro's factors; LiteRT forms both in float.
mote_unary_params mote_leaky_relu_prepare(const mote_table_scales* s, double identity,
                                          double slope);
/// The result's scale is fixed: logistic 1/256 with zero point -128 (u8: 0), tanh 1/128 with 0 (u8:
/// 128).
mote_unary_params mote_sigmoid_i8_prepare(float x_scale, int32_t x_zero_point);
/// The result's scale is 2^-15.
mote_unary_params mote_logistic_i16_prepare(float x_scale);
mote_unary_params mote_tanh_i16_prepare(float x_scale);
/// y_min and y_max, which are left for the caller, bound the result.
mote_unary_params mote_abs_prepare(const mote_table_scales* s);
/// y = x^(-1/2), and y_max where x is not positive; y_min and y_max are left for the caller.
mote_unary_params mote_rsqrt_prepare(const mote_table_scales* s);

#define MOTE_DECLARE_UNARY(NAME, T) \
  void mote_##NAME##_reference(const mote_unary_params* p, int64_t count, const T* x, T* y);
MOTE_DECLARE_UNARY(relu_i8, int8_t)
MOTE_DECLARE_UNARY(relu_i16, int16_t)
MOTE_DECLARE_UNARY(relu_u8, uint8_t)
MOTE_DECLARE_UNARY(leaky_relu_i8, int8_t)
MOTE_DECLARE_UNARY(leaky_relu_i16, int16_t)
MOTE_DECLARE_UNARY(leaky_relu_u8, uint8_t)
MOTE_DECLARE_UNARY(logistic_i8, int8_t)
MOTE_DECLARE_UNARY(logistic_u8, uint8_t)
MOTE_DECLARE_UNARY(logistic_i16, int16_t)
MOTE_DECLARE_UNARY(tanh_i8, int8_t)
MOTE_DECLARE_UNARY(tanh_u8, uint8_t)
MOTE_DECLARE_UNARY(tanh_i16, int16_t)
MOTE_DECLARE_UNARY(abs_i8, int8_t)
MOTE_DECLARE_UNARY(abs_i16, int16_t)
MOTE_DECLARE_UNARY(rsqrt_i8, int8_t)
#undef MOTE_DECLARE_UNARY

/// Parameters of the rows: the function over `count` elements.
typedef struct mote_unary_call_params {
  mote_unary_params function;
  int64_t count;
} mote_unary_call_params;

/// y = x * relu6(x + 3) / 6 in 16-bit fixed point.
typedef struct mote_hard_swish_params {
  int32_t x_zero_point, y_zero_point;
  int32_t y_multiplier, y_shift;  // 16-bit multiplier
  int32_t reluish_multiplier, reluish_shift;
} mote_hard_swish_params;
typedef struct mote_hard_swish_call_params {
  mote_hard_swish_params function;
  int64_t count;
} mote_hard_swish_call_params;
mote_hard_swish_params mote_hard_swish_prepare(const mote_table_scales* s);
void mote_hard_swish_i8_reference(const mote_hard_swish_params* p, int64_t count, const int8_t* x,
                                  int8_t* y);
void mote_hard_swish_u8_reference(const mote_hard_swish_params* p, int64_t count, const uint8_t* x,
                                  uint8_t* y);

/// For code generation (params_layout.h).
extern const struct mote_struct mote_unary_layout;
extern const struct mote_struct mote_hard_swish_layout;

#ifdef __cplusplus
}
#endif
