// A fully connected layer as a window (its rows are the pixels), for `overlap` of its kernels.
#pragma once

#include "mote/kernels/fully_connected/fully_connected.h"
#include "mote/kernels/window_overlap.h"

static inline mote_window mote_fully_connected_window(const mote_fully_connected_params* p,
                                                      int32_t x_bytes, int32_t y_bytes) {
  return (mote_window){.n = 1,
                       .h = 1,
                       .w = p->m,
                       .ic = p->k,
                       .kh = 1,
                       .kw = 1,
                       .oh = 1,
                       .ow = p->m,
                       .oc = p->n,
                       .groups = 1,
                       .stride_h = 1,
                       .stride_w = 1,
                       .dilation_h = 1,
                       .dilation_w = 1,
                       .x_bytes = x_bytes,
                       .y_bytes = y_bytes};
}
