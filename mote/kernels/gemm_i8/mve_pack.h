// Lays weights and scales out for mve_layer.h, on the host.
//
//   const mve_pack_shape shape = {.depth = p->k, .channels = p->n, .x_zero_point = ...};
//   const char* refused = mve_stage_refused(&p->output, p->n, p->k, bias);
//   mve_pack(&shape, &p->output, weights, bias, packed);  // mve_packed_bytes(&shape) of them
//
// Starts of accumulators hold the bias less the zero point times the weights, so that a kernel
// multiplies stored values, and padding is the zero point.
#pragma once

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mve_pack_shape {
  int32_t depth, channels;  // weights [channels, depth]
  int32_t x_zero_point;
} mve_pack_shape;

/// Why the kernels cannot scale so, in words; NULL when they can. `terms` products are summed.
const char* mve_stage_refused(const mote_output_stage* stage, int32_t channels, int32_t terms,
                              const int32_t* bias);
int64_t mve_packed_bytes(const mve_pack_shape* shape);
void mve_pack(const mve_pack_shape* shape, const mote_output_stage* stage, const int8_t* w,
              const int32_t* bias, void* packed);

/// The place of a channel among sums and scales: eight at a time, even ones first; a rest of at
/// most four in order.
int32_t mve_slot(int32_t channel, int32_t channels);
/// Writes the scales of all channels.
void mve_pack_scales(const mote_output_stage* stage, int32_t channels, void* scales);
int64_t mve_scales_bytes(int32_t channels);

#ifdef __cplusplus
}
#endif
