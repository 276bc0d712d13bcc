// The geometry of a window along one axis, drawn for generated calls.
//
//   mote_case_axis(c, p->kh, &p->h, &p->oh, &p->stride_h, &p->dilation_h, &p->pad_top);
#pragma once

#include "mote/kernels/suite/kernel_case.h"

/// Output extent of a window along one axis of `in` elements, at least 1 for what the callers draw.
static inline int32_t mote_case_extent(int32_t in, int32_t pad_both, int32_t window,
                                       int32_t stride) {
  const int32_t span = in + pad_both - window;
  return span < 0 ? 0 : span / stride + 1;
}

/// Draws the geometry along one axis so that at least one output element is left.
static inline void mote_case_axis(mote_kernel_case* c, int32_t kernel, int32_t* in, int32_t* out,
                                  int32_t* stride, int32_t* dilation, int32_t* pad) {
  do {
    *in = mote_case_integer(c, 1, mote_case_once_in(c, 3) ? 40 : 12);
    *stride = mote_case_once_in(c, 2) ? 1 : mote_case_integer(c, 1, 3);
    *dilation = mote_case_once_in(c, 3) ? mote_case_integer(c, 1, 3) : 1;
    const int32_t window = (kernel - 1) * *dilation + 1;
    *pad = mote_case_once_in(c, 2) ? mote_case_integer(c, 0, window) : 0;
    const int32_t pad_after = *pad > 0 ? mote_case_integer(c, 0, window) : 0;
    *out = mote_case_extent(*in, *pad + pad_after, window, *stride);
  } while (*out < 1);
}
