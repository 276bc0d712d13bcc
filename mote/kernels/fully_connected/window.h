// A fully connected layer as a window (its rows are the pixels), for `overlap` of its kernels.
#pragma once

#include "mote/kernels/fully_connected/fully_connected.h"
#include "mote/kernels/window_overlap.h"

static inline mote_window mote_fully_connected_window(const mote_fully_connected_params* p,
                                                      int32_t x_bytes, int32_t y_bytes) {
  mote_window window = mote_matrix_window(p->m, p->k, p->n, x_bytes);
  window.y_bytes = y_bytes;
  return window;
}
