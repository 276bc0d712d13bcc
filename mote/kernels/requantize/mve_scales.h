// Prepares what mve_output.h reads, on the host.
//
//   const char* refused = mve_stage_refused(&p->output, p->oc, terms, bias);
//   mve_pack_scales(&p->output, p->oc, scales);  // mve_scales_bytes(p->oc) of them
#pragma once

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The slot of a channel. Slots of the last eight may be without one.
int32_t mve_slot(int32_t channel, int32_t channels);
/// Why sums of `terms` products and a bias (or NULL) cannot be scaled, in words; NULL when they
/// can.
const char* mve_stage_refused(const mote_output_stage* stage, int32_t channels, int32_t terms,
                              const int32_t* bias);
int64_t mve_scales_bytes(int32_t channels);
void mve_pack_scales(const mote_output_stage* stage, int32_t channels, void* scales);

#ifdef __cplusplus
}
#endif
