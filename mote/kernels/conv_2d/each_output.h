// What the references of all convolutions share: the walk over the output, bias and output stage.
//
//   MOTE_DEFINE_CONVOLUTION(mote_conv_2d_i8_reference, mote_conv_2d_params, p->oc, dot_i8, int8_t,
//                           int8_t, int32_t, mote_output_i32)
//
// DOT(p, x_zero, w_zero, x, w, at) is the sum of products of output element at = {n, i, j, o}; OC
// the number of output channels. For .c files only.
#pragma once

#include <stddef.h>

#include "mote/kernels/quantize/quantize.h"
#include "mote/kernels/requantize/requantize.h"

/// Runs `STATEMENT` for every output element `*y` at [n, i, j, o].
#define MOTE_FOR_EACH_OUTPUT(OC, STATEMENT)       \
  for (int32_t n = 0; n < p->n; ++n) {            \
    for (int32_t i = 0; i < p->oh; ++i) {         \
      for (int32_t j = 0; j < p->ow; ++j) {       \
        for (int32_t o = 0; o < (OC); ++o, ++y) { \
          const int32_t at[4] = {n, i, j, o};     \
          STATEMENT;                              \
        }                                         \
      }                                           \
    }                                             \
  }

#define MOTE_DEFINE_CONVOLUTION(NAME, PARAMS, OC, DOT, X, W, ACC, OUTPUT)     \
  void NAME(const PARAMS* p, const X* x, const W* w, const ACC* bias, X* y) { \
    MOTE_FOR_EACH_OUTPUT(OC, {                                                \
      const ACC sum = DOT(p, p->x_zero_point, p->w_zero_point, x, w, at);     \
      *y = (X)OUTPUT(&p->output, sum + (bias != NULL ? bias[o] : 0), o);      \
    })                                                                        \
  }

#define MOTE_DEFINE_CONVOLUTION_F32(NAME, PARAMS, OC, DOT)                                  \
  void NAME(const PARAMS* p, const float* x, const float* w, const float* bias, float* y) { \
    MOTE_FOR_EACH_OUTPUT(OC, {                                                              \
      const float sum = DOT(p, 0.0F, 0.0F, x, w, at) + (bias != NULL ? bias[o] : 0.0F);     \
      *y = mote_clamp_f32(sum, p->y_min, p->y_max);                                         \
    })                                                                                      \
  }

/// DOT takes i8.
#define MOTE_DEFINE_CONVOLUTION_HYBRID(NAME, PARAMS, OC, DOT)                                    \
  void NAME(const PARAMS* p, const mote_hybrid_scales* scales, const int8_t* x, const int8_t* w, \
            const float* bias, float* y) {                                                       \
    MOTE_FOR_EACH_OUTPUT(OC, {                                                                   \
      const int32_t zero = scales->x_zero_points != NULL ? scales->x_zero_points[n] : 0;         \
      const float value = mote_hybrid_value(scales, DOT(p, zero, 0, x, w, at), n, o);            \
      *y = mote_clamp_f32(value + (bias != NULL ? bias[o] : 0.0F), p->y_min, p->y_max);          \
    })                                                                                           \
  }
