// Softmax and its logarithm over the last axis: x [rows,depth] -> y [rows,depth].
//
//   mote_softmax_params p = mote_softmax_prepare(rows, depth, x_scale, beta);
//   mote_softmax_i8_reference(&p, x, y);
//
// Integer results have a fixed scale: y = 1/256 (i8: zero point -128; u8: 0), 1/65536 for i8 -> i16
// (zero point -32768), 1/32768 for i16 -> i16 (zero point 0); log_softmax: 16/256 with zero point
// 127 (u8: 255). Source: the public TFLite quantization specification. Integers equal TensorFlow
// Lite Micro's.
#pragma once

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_softmax_params {
  int32_t rows, depth;
  float beta;               // f32 only
  mote_multiplier input;    // differences to Q5.26 (i16: to the step of the table)
  int32_t diff_min;         // smaller differences count as zero
  mote_multiplier reverse;  // log_softmax: from Q5.26 back to differences
} mote_softmax_params;

/// Parameters of the row `softmax_i16`; the tables come from mote_softmax_i16_tables.
typedef struct mote_softmax_i16_params {
  mote_softmax_params softmax;
  const int16_t *exp_table, *reciprocal_table;
} mote_softmax_i16_params;

mote_softmax_params mote_softmax_prepare(int32_t rows, int32_t depth, double x_scale, double beta);
/// For i16 -> i16; `factor` is x_scale * beta, formed as the runtime forms it.
mote_softmax_params mote_softmax_i16_prepare(int32_t rows, int32_t depth, double factor);
mote_softmax_params mote_log_softmax_prepare(int32_t rows, int32_t depth, double x_scale);

/// exp(x - max) in Q0.31 from the difference of quantized values; sums are held in
/// Q(MOTE_SOFTMAX_SUM_BITS).
enum { MOTE_SOFTMAX_SUM_BITS = 12 };
int32_t mote_softmax_exp(const mote_softmax_params* p, int32_t difference);
/// exp * reciprocal / 2^exponent, both in Q0.31.
int32_t mote_softmax_share(int32_t reciprocal, int32_t exp, int32_t exponent);

void mote_softmax_f32_reference(const mote_softmax_params* p, const float* x, float* y);
void mote_softmax_i8_reference(const mote_softmax_params* p, const int8_t* x, int8_t* y);
void mote_softmax_i8_i16_reference(const mote_softmax_params* p, const int8_t* x, int16_t* y);
void mote_softmax_u8_reference(const mote_softmax_params* p, const uint8_t* x, uint8_t* y);
/// The tables come from mote_softmax_i16_tables, or for LiteRT from mote_softmax_i16_tables_f64.
void mote_softmax_i16_reference(const mote_softmax_params* p, const int16_t* exp_table,
                                const int16_t* reciprocal_table, const int16_t* x, int16_t* y);
/// Fills exp(x) on [-10, 0] and 1 / (1 + x) on [0, 1], MOTE_TABLE_I16_SIZE entries each.
void mote_softmax_i16_tables(int16_t* exp_table, int16_t* reciprocal_table);
void mote_softmax_i16_tables_f64(int16_t* exp_table, int16_t* reciprocal_table);
void mote_log_softmax_f32_reference(const mote_softmax_params* p, const float* x, float* y);
void mote_log_softmax_i8_reference(const mote_softmax_params* p, const int8_t* x, int8_t* y);

/// For code generation (params_layout.h).
extern const struct mote_struct mote_softmax_layout;
extern const struct mote_struct mote_softmax_i16_layout;

#ifdef __cplusplus
}
#endif
