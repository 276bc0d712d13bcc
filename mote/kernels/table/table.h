// Functions of one quantized value by table.
//
//   int8_t table[256];
//   mote_table_i8(&scales, tanh_of, table);
//   mote_lookup_i8_reference(table, count, x, y);
//
// i8: one entry per value. i16: MOTE_TABLE_I16_SIZE entries, one per 128 steps, with linear
// interpolation.
#pragma once

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MOTE_TABLE_I16_SIZE 513

typedef struct mote_table_scales {
  float x_scale, y_scale;
  int32_t x_zero_point, y_zero_point;
} mote_table_scales;

/// table[q + 128] = the quantized f(dequantized q).
void mote_table_i8(const mote_table_scales* scales, float (*f)(float), int8_t* table);

/// What the ends of int16 stand for.
typedef struct mote_table_range {
  float x_min, x_max, y_min, y_max;
} mote_table_range;
mote_table_range mote_table_range_of(const mote_table_scales* scales);
/// f over all of int16; each entry is moved by half of the interpolation error in the middle of its
/// step.
void mote_table_i16(const mote_table_range* range, float (*f)(float), int16_t* table);

/// The same in double: a few entries differ in their last bit.
typedef struct mote_table_range_f64 {
  double x_min, x_max, y_min, y_max;
} mote_table_range_f64;
void mote_table_i16_f64(const mote_table_range_f64* range, double (*f)(double), int16_t* table);

/// Parameters of the rows `lookup_*`: the table has the type of the elements.
typedef struct mote_lookup_params {
  const void* table;
  int64_t count;
} mote_lookup_params;

void mote_lookup_i8_reference(const int8_t* table, int64_t count, const int8_t* x, int8_t* y);
void mote_lookup_u8_reference(const uint8_t* table, int64_t count, const uint8_t* x, uint8_t* y);
void mote_lookup_i16_reference(const int16_t* table, int64_t count, const int16_t* x, int16_t* y);

static inline int16_t mote_interpolate_i16(const int16_t* table, int16_t x) {
  const int32_t index = 256 + (x >> 7);
  const int32_t offset = x & 0x7F;
  const int32_t base = table[index];
  const int32_t slope = table[index + 1] - base;
  return (int16_t)(base + ((slope * offset + 64) >> 7));
}

/// For code generation (params_layout.h).
extern const struct mote_struct mote_lookup_i8_layout;
extern const struct mote_struct mote_lookup_u8_layout;
extern const struct mote_struct mote_lookup_i16_layout;

#ifdef __cplusplus
}
#endif
