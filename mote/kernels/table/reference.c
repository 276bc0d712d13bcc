#include <math.h>

#include "mote/kernels/reference_rows.h"
#include "mote/kernels/table/table.h"

enum { kSteps = MOTE_TABLE_I16_SIZE - 1 };

static int16_t saturated(double x) {
  return (int16_t)(x < INT16_MIN ? INT16_MIN : (x > INT16_MAX ? INT16_MAX : x));
}

void mote_table_i8(const mote_table_scales* scales, float (*f)(float), int8_t* table) {
  const float inverse_scale = 1.0F / scales->y_scale;
  for (int32_t q = INT8_MIN; q <= INT8_MAX; ++q) {
    const float y = f(scales->x_scale * (float)(q - scales->x_zero_point));
    const float rounded = roundf(y * inverse_scale) + (float)scales->y_zero_point;
    table[q - INT8_MIN] = (int8_t)mote_clamp_f32(rounded, INT8_MIN, INT8_MAX);
  }
}

mote_table_range mote_table_range_of(const mote_table_scales* scales) {
  const mote_table_range range = {scales->x_scale * (float)(INT16_MIN - scales->x_zero_point),
                                  scales->x_scale * (float)(INT16_MAX - scales->x_zero_point),
                                  scales->y_scale * (float)(INT16_MIN - scales->y_zero_point),
                                  scales->y_scale * (float)(INT16_MAX - scales->y_zero_point)};
  return range;
}

#define DEFINE_TABLE_I16(NAME, T, RANGE, ROUND)                                      \
  void NAME(const RANGE* range, T (*f)(T), int16_t* table) {                         \
    const T x_min = range->x_min;                                                    \
    const T step = (range->x_max - x_min) / kSteps;                                  \
    const T half_step = step / 2;                                                    \
    const T to_output = (INT16_MAX - INT16_MIN + 1) / (range->y_max - range->y_min); \
    for (int32_t i = 0; i < kSteps; ++i) {                                           \
      const T value = ROUND(f(x_min + (T)i * step) * to_output);                     \
      const T middle = ROUND(f(x_min + (T)i * step + half_step) * to_output);        \
      const T next = f(x_min + (T)(i + 1) * step) * to_output;                       \
      const T interpolated = ROUND((next + value) / 2);                              \
      const T bias = ROUND((interpolated - middle) / 2);                             \
      table[i] = saturated((double)(value - bias));                                  \
    }                                                                                \
    table[kSteps] = saturated((double)ROUND(f(range->x_max) * to_output));           \
  }
DEFINE_TABLE_I16(mote_table_i16, float, mote_table_range, roundf)
DEFINE_TABLE_I16(mote_table_i16_f64, double, mote_table_range_f64, round)

void mote_lookup_i8_reference(const int8_t* table, int64_t count, const int8_t* x, int8_t* y) {
  for (int64_t i = 0; i < count; ++i) y[i] = table[x[i] - INT8_MIN];
}

void mote_lookup_u8_reference(const uint8_t* table, int64_t count, const uint8_t* x, uint8_t* y) {
  for (int64_t i = 0; i < count; ++i) y[i] = table[x[i]];
}

void mote_lookup_i16_reference(const int16_t* table, int64_t count, const int16_t* x, int16_t* y) {
  for (int64_t i = 0; i < count; ++i) y[i] = mote_interpolate_i16(table, x[i]);
}

#define MOTE_RUN_LOOKUP(NAME, FUNCTION)                              \
  static void NAME(const mote_kernel_args* args) {                   \
    const mote_lookup_params* p = args->params;                      \
    FUNCTION(p->table, p->count, args->inputs[0], args->outputs[0]); \
  }
MOTE_RUN_LOOKUP(run_lookup_i8, mote_lookup_i8_reference)
MOTE_RUN_LOOKUP(run_lookup_u8, mote_lookup_u8_reference)
MOTE_RUN_LOOKUP(run_lookup_i16, mote_lookup_i16_reference)

const mote_kernel mote_kernels_table_reference[] = {
    {.name = "lookup_i8_reference",
     .family = "lookup_i8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("table/reference.c", run_lookup_i8),
     .params_layout = &mote_lookup_i8_layout},
    {.name = "lookup_u8_reference",
     .family = "lookup_u8",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("table/reference.c", run_lookup_u8),
     .params_layout = &mote_lookup_u8_layout},
    {.name = "lookup_i16_reference",
     .family = "lookup_i16",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("table/reference.c", run_lookup_i16),
     .params_layout = &mote_lookup_i16_layout},
    MOTE_KERNELS_END};
