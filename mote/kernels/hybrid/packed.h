// Constants of a dynamic-range layer beside those of its integer sums (gemm_i8.h): what makes
// floats of the sums, for every slot of the panels.
//
//   mote_hybrid_plan plan = {.conv = ...};           // heads as conv_2d/packed_i8.h makes them
//   bytes = mote_hybrid_layout(&kGemmShape, &plan);  // how much to allocate
//   mote_hybrid_pack(&kGemmShape, &constants, packed);
//
// A row of activations (an image, or a row of a fully connected layer) has a scale and a zero point
// that are known only when it runs. Its outputs are
//   float(sum - zero_point * sums[slot]) * scales[slot] * row scale + bias[slot],
// where `sum` takes the zero point for 0; with one scale of weights that is part of the row's scale
// and scales[slot] is 1, which is LiteRT's order of products (mote_hybrid_value). Exact but for
// these roundings.
#pragma once

#include "mote/kernels/conv_2d/packed_i8.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The head of the packed bytes.
typedef struct mote_hybrid_plan {
  mote_conv_2d_i8_plan conv;  // fully connected layers: its gemm alone
  int32_t asymmetric;
  float scale;                 // of all weights; 1 where each channel has its own
  int64_t sums, scales, bias;  // bytes from this head to [slots] each
  int64_t bytes;
} mote_hybrid_plan;

typedef struct mote_hybrid_constants {
  const int8_t* w;
  const float* bias;  // or NULL
  const mote_hybrid_weights* weights;
} mote_hybrid_constants;

/// Lays out the gemm and what follows it; returns the bytes to allocate.
int64_t mote_hybrid_layout(const mote_gemm_i8_shape* shape, mote_hybrid_plan* plan);

/// `packed` starts with a copy of a laid out plan; the caller writes the offsets of the gemm.
void mote_hybrid_pack(const mote_gemm_i8_shape* shape, const mote_hybrid_constants* constants,
                      mote_hybrid_plan* packed);

#ifdef __cplusplus
}
#endif
