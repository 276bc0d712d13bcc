// Functions of two tensors, element by element, with broadcasting.
//
//   mote_binary_params p = {.rank = 4, .shape = {1, 8, 8, 16}, .a_strides = {1024, 128, 16, 1},
//   ...}; mote_add_i8_reference(&p, a, b, y);
//
// Output element at index i reads a[sum i[d]*a_strides[d]] and b likewise: a stride of 0
// broadcasts. mote_broadcast fills shape and strides. Integer types: i8, i16, u8; scales are folded
// into multipliers by the mote_*_prepare functions. Integers equal TensorFlow Lite Micro's
// reference kernels.
#pragma once

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MOTE_MAX_RANK 8

typedef struct mote_binary_params {
  int32_t rank;
  int32_t shape[MOTE_MAX_RANK];
  int64_t a_strides[MOTE_MAX_RANK], b_strides[MOTE_MAX_RANK];
  // Integers only, from here on.
  int32_t a_zero_point, b_zero_point, y_zero_point;
  int32_t left_shift;  // operands are scaled by 2^left_shift first
  mote_multiplier a, b, y;
  int32_t y_min, y_max;
  float y_min_f32, y_max_f32;  // f32 only
  mote_rounding rounding;
} mote_binary_params;

/// Scales and zero points of the operands and of the result.
typedef struct mote_binary_scales {
  float a_scale, b_scale, y_scale;
  int32_t a_zero_point, b_zero_point, y_zero_point;
  int32_t y_min, y_max;
} mote_binary_scales;

/// Fills rank, shape and strides from shapes aligned at their last axes. Returns 0 when they do not
/// fit or have more than MOTE_MAX_RANK axes, else 1.
int mote_broadcast(const int32_t* a_shape, int32_t a_rank, const int32_t* b_shape, int32_t b_rank,
                   mote_binary_params* p);

/// For addition and subtraction; left_shift is MOTE_ADD_SHIFT_I8 (i8 and u8) or MOTE_ADD_SHIFT_I16.
enum { MOTE_ADD_SHIFT_I8 = 20, MOTE_ADD_SHIFT_I16 = 15 };
void mote_add_prepare(const mote_binary_scales* s, int32_t left_shift, mote_binary_params* p);
/// `factor` is a_scale * b_scale / y_scale, formed as the runtime forms it.
void mote_mul_prepare(const mote_binary_scales* s, double factor, mote_binary_params* p);
void mote_div_prepare(const mote_binary_scales* s, mote_binary_params* p);
/// left_shift is MOTE_SQUARED_DIFFERENCE_SHIFT_I8 or _I16.
enum { MOTE_SQUARED_DIFFERENCE_SHIFT_I8 = 7, MOTE_SQUARED_DIFFERENCE_SHIFT_I16 = 0 };
void mote_squared_difference_prepare(const mote_binary_scales* s, int32_t left_shift,
                                     mote_binary_params* p);
/// a = slope where x < 0: y = x * a; else y = x.
void mote_prelu_prepare(const mote_binary_scales* s, mote_binary_params* p);
void mote_compare_prepare(const mote_binary_scales* s, mote_binary_params* p);

#define MOTE_DECLARE_BINARY(NAME, T, Y) \
  void mote_##NAME##_reference(const mote_binary_params* p, const T* a, const T* b, Y* y);
MOTE_DECLARE_BINARY(add_f32, float, float)
MOTE_DECLARE_BINARY(add_i8, int8_t, int8_t)
MOTE_DECLARE_BINARY(add_i16, int16_t, int16_t)
MOTE_DECLARE_BINARY(add_u8, uint8_t, uint8_t)
MOTE_DECLARE_BINARY(sub_f32, float, float)
MOTE_DECLARE_BINARY(sub_i8, int8_t, int8_t)
MOTE_DECLARE_BINARY(sub_i16, int16_t, int16_t)
MOTE_DECLARE_BINARY(sub_u8, uint8_t, uint8_t)
MOTE_DECLARE_BINARY(mul_f32, float, float)
MOTE_DECLARE_BINARY(mul_i8, int8_t, int8_t)
MOTE_DECLARE_BINARY(mul_i16, int16_t, int16_t)
MOTE_DECLARE_BINARY(mul_u8, uint8_t, uint8_t)
MOTE_DECLARE_BINARY(div_f32, float, float)
MOTE_DECLARE_BINARY(div_i8, int8_t, int8_t)
MOTE_DECLARE_BINARY(div_u8, uint8_t, uint8_t)
MOTE_DECLARE_BINARY(squared_difference_f32, float, float)
MOTE_DECLARE_BINARY(squared_difference_i8, int8_t, int8_t)
MOTE_DECLARE_BINARY(squared_difference_i16, int16_t, int16_t)
MOTE_DECLARE_BINARY(prelu_f32, float, float)
MOTE_DECLARE_BINARY(prelu_i8, int8_t, int8_t)
MOTE_DECLARE_BINARY(prelu_u8, uint8_t, uint8_t)
/// minimum and maximum compare stored values: operands and result share scale and zero point.
MOTE_DECLARE_BINARY(minimum_f32, float, float)
MOTE_DECLARE_BINARY(minimum_i8, int8_t, int8_t)
MOTE_DECLARE_BINARY(minimum_i16, int16_t, int16_t)
MOTE_DECLARE_BINARY(minimum_u8, uint8_t, uint8_t)
MOTE_DECLARE_BINARY(minimum_i32, int32_t, int32_t)
MOTE_DECLARE_BINARY(maximum_f32, float, float)
MOTE_DECLARE_BINARY(maximum_i8, int8_t, int8_t)
MOTE_DECLARE_BINARY(maximum_i16, int16_t, int16_t)
MOTE_DECLARE_BINARY(maximum_u8, uint8_t, uint8_t)
MOTE_DECLARE_BINARY(maximum_i32, int32_t, int32_t)
/// Comparisons of real values; y is 0 or 1.
MOTE_DECLARE_BINARY(equal_i8, int8_t, uint8_t)
MOTE_DECLARE_BINARY(not_equal_i8, int8_t, uint8_t)
MOTE_DECLARE_BINARY(greater_i8, int8_t, uint8_t)
MOTE_DECLARE_BINARY(greater_equal_i8, int8_t, uint8_t)
MOTE_DECLARE_BINARY(less_i8, int8_t, uint8_t)
MOTE_DECLARE_BINARY(less_equal_i8, int8_t, uint8_t)
#undef MOTE_DECLARE_BINARY

/// For code generation (params_layout.h).
extern const struct mote_struct mote_binary_layout;

#ifdef __cplusplus
}
#endif
