// A convolution as a window, for `overlap` of its kernels.
#pragma once

#include "mote/kernels/conv_2d/conv_2d.h"
#include "mote/kernels/window_overlap.h"

/// Both x and y have elements of `element_bytes`.
static inline mote_window mote_conv_2d_window(const mote_conv_2d_params* p, int32_t element_bytes) {
  return (mote_window){.n = p->n,
                       .h = p->h,
                       .w = p->w,
                       .ic = p->ic,
                       .kh = p->kh,
                       .kw = p->kw,
                       .oh = p->oh,
                       .ow = p->ow,
                       .oc = p->oc,
                       .groups = p->groups,
                       .stride_h = p->stride_h,
                       .stride_w = p->stride_w,
                       .dilation_h = p->dilation_h,
                       .dilation_w = p->dilation_w,
                       .pad_top = p->pad_top,
                       .pad_left = p->pad_left,
                       .x_bytes = element_bytes,
                       .y_bytes = element_bytes};
}
