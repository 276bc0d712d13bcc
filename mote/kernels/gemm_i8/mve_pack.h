// Lays weights and scales out for mve_layer.h, on the host.
//
//   const mve_pack_shape shape = {.depth = p->k, .channels = p->n, .x_zero_point = ...};
//   mve_pack(&shape, &p->output, weights, bias, packed);  // mve_packed_bytes(&shape) of them
//
// Groups of four channels in the order of slots (requantize/mve_scales.h), but the last four or
// fewer in their own; then the scales. A group holds four starts of sums (i32) and then, for each
// 16 bytes of a pixel, 16 weights of each channel. A start is the bias less the zero point times
// the weights, so that a kernel multiplies stored values, and padding is the zero point.
#pragma once

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mve_pack_shape {
  int32_t depth, channels;  // weights [channels, depth]
  int32_t x_zero_point;
} mve_pack_shape;

int64_t mve_packed_bytes(const mve_pack_shape* shape);
/// `bias` may be NULL.
void mve_pack(const mve_pack_shape* shape, const mote_output_stage* stage, const int8_t* w,
              const int32_t* bias, void* packed);

#ifdef __cplusplus
}
#endif
