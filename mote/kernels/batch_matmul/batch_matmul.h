// Products of many matrices: a [..., m, k] * b [..., k, n] -> y [..., m, n], with broadcast leading
// axes.
//
// Element (i, c) of matrix number t of a is a[t's offset + i * a_row + c * a_column], so that
// transposed operands need no copy; b [k, n] likewise. Integer operands both have zero points. i16
// accumulates in 64 bits. Integers equal TensorFlow Lite Micro's reference kernels.
#pragma once

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MOTE_BATCH_MATMUL_MAX_RANK 6

typedef struct mote_batch_matmul_params {
  int32_t m, n, k;
  int32_t batch_rank;
  int32_t batch_shape[MOTE_BATCH_MATMUL_MAX_RANK];
  int64_t a_batch_strides[MOTE_BATCH_MATMUL_MAX_RANK];  // in elements, 0 where a is broadcast
  int64_t b_batch_strides[MOTE_BATCH_MATMUL_MAX_RANK];
  int64_t a_row, a_column, b_row, b_column;
  int32_t a_zero_point, b_zero_point;  // integers only
  mote_output_stage output;            // integers only
} mote_batch_matmul_params;

void mote_batch_matmul_f32_reference(const mote_batch_matmul_params* p, const float* a,
                                     const float* b, float* y);
void mote_batch_matmul_i8_reference(const mote_batch_matmul_params* p, const int8_t* a,
                                    const int8_t* b, int8_t* y);
void mote_batch_matmul_i16_reference(const mote_batch_matmul_params* p, const int16_t* a,
                                     const int16_t* b, int16_t* y);

/// For code generation (params_layout.h).
extern const struct mote_struct mote_batch_matmul_layout;

#ifdef __cplusplus
}
#endif
