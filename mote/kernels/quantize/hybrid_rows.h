// Reference rows of dynamic-range layers: activations become i8 in scratch, then the layer's
// reference function runs.
//
//   #define ROWS(p) (p)->n
//   #define DEPTH(p) ((int64_t)(p)->h * (p)->w * (p)->ic)
//   MOTE_DEFINE_HYBRID_ROW(hybrid, mote_conv_2d_hybrid_params, ROWS, DEPTH,
//                          mote_conv_2d_hybrid_reference)  // hybrid_scratch_bytes, hybrid_run
//
// For .c files only.
#pragma once

#include "mote/kernels/kernel.h"
#include "mote/kernels/quantize/quantize.h"

/// Scales, zero points and values of `rows` rows follow one another in scratch.
static inline int64_t mote_hybrid_rows_bytes(int64_t rows, int64_t depth) {
  return rows * (int64_t)(sizeof(float) + sizeof(int32_t)) + rows * depth;
}

/// Points into scratch.
typedef struct mote_hybrid_rows {
  mote_hybrid_scales scales;
  const int8_t* values;
} mote_hybrid_rows;

static inline mote_hybrid_rows mote_quantize_hybrid_rows(const mote_hybrid_weights* weights,
                                                         int64_t rows, int64_t depth,
                                                         const mote_kernel_args* args) {
  float* scales = args->scratch;
  int32_t* zero_points = (int32_t*)(void*)(scales + rows);
  int8_t* values = (int8_t*)(zero_points + rows);
  if (weights->asymmetric) {
    mote_quantize_rows_asymmetric_reference(rows, depth, args->inputs[0], values, scales,
                                            zero_points);
  } else {
    mote_quantize_rows_symmetric_reference(rows, depth, args->inputs[0], values, scales);
  }
  const int32_t* zeros = weights->asymmetric ? zero_points : NULL;
  return (mote_hybrid_rows){{scales, zeros, weights->scales, weights->count}, values};
}

#define MOTE_DEFINE_HYBRID_ROW(NAME, PARAMS, ROWS, DEPTH, FUNCTION)                               \
  static int64_t NAME##_scratch_bytes(const void* params) {                                       \
    const PARAMS* p = params;                                                                     \
    return mote_hybrid_rows_bytes(ROWS(&p->layer), DEPTH(&p->layer));                             \
  }                                                                                               \
  static void NAME##_run(const mote_kernel_args* args) {                                          \
    const PARAMS* p = args->params;                                                               \
    const mote_hybrid_rows x =                                                                    \
        mote_quantize_hybrid_rows(&p->weights, ROWS(&p->layer), DEPTH(&p->layer), args);          \
    FUNCTION(&p->layer, &x.scales, x.values, args->inputs[1], args->inputs[2], args->outputs[0]); \
  }
