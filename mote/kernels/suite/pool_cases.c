// Calls of pooling.
#include <float.h>
#include <stdio.h>

#include "mote/kernels/pool_2d/pool_2d.h"
#include "mote/kernels/suite/kernel_case.h"
#include "mote/kernels/suite/window_axis.h"

typedef struct axis {
  int32_t taps, in, out, stride, dilation, before, after;
} axis;

// Every window has a cell in the image.
static axis draw_axis(mote_kernel_case* c) {
  axis a = {.taps = mote_case_integer(c, 1, mote_case_once_in(c, 4) ? 14 : 4),
            .stride = mote_case_once_in(c, 2) ? 1 : mote_case_integer(c, 1, 3),
            .dilation = mote_case_once_in(c, 3) ? mote_case_integer(c, 1, 3) : 1};
  const int32_t window = (a.taps - 1) * a.dilation + 1;
  a.in = window + mote_case_integer(c, 0, 12);
  if (a.dilation == 1 && mote_case_once_in(c, 2)) {
    a.before = mote_case_integer(c, 0, a.taps - 1);
    a.after = mote_case_integer(c, 0, a.taps - 1);
  }
  a.out = mote_case_extent(a.in, a.before + a.after, window, a.stride);
  return a;
}

static mote_pool_2d_params* draw_pool(mote_kernel_case* c, int64_t element_bytes) {
  mote_pool_2d_params* p = mote_case_alloc(c, sizeof *p);
  const axis v = draw_axis(c);
  const axis h = draw_axis(c);
  const int relu = mote_case_once_in(c, 2);
  c->params = p;
  *p = (mote_pool_2d_params){.n = mote_case_once_in(c, 4) ? mote_case_integer(c, 2, 3) : 1,
                             .h = v.in,
                             .w = h.in,
                             .c = mote_case_integer(c, 1, mote_case_once_in(c, 3) ? 200 : 40),
                             .kh = v.taps,
                             .kw = h.taps,
                             .oh = v.out,
                             .ow = h.out,
                             .stride_h = v.stride,
                             .stride_w = h.stride,
                             .dilation_h = v.dilation,
                             .dilation_w = h.dilation,
                             .pad_top = v.before,
                             .pad_left = h.before,
                             .pad_bottom = v.after,
                             .pad_right = h.after,
                             .include_padding = mote_case_once_in(c, 3),
                             .y_min = relu ? 3 : INT16_MIN,
                             .y_max = relu ? 90 : INT16_MAX,
                             .y_min_f32 = relu ? 0.0F : -FLT_MAX,
                             .y_max_f32 = relu ? 6.0F : FLT_MAX};
  c->output_bytes[0] = (int64_t)p->n * p->oh * p->ow * p->c * element_bytes;
  snprintf(c->text, sizeof c->text,
           "x [%d,%d,%d,%d], window %d,%d, y [%d,%d], stride %d,%d, dilation %d,%d, pad %d,%d, "
           "padding counts %d",
           p->n, p->h, p->w, p->c, p->kh, p->kw, p->oh, p->ow, p->stride_h, p->stride_w,
           p->dilation_h, p->dilation_w, p->pad_top, p->pad_left, p->include_padding);
  return p;
}

static void make_bytes(mote_kernel_case* c) {
  const mote_pool_2d_params* p = draw_pool(c, 1);
  c->inputs[0] = mote_case_bytes(c, (int64_t)p->n * p->h * p->w * p->c);
}

static void make_i16(mote_kernel_case* c) {
  const mote_pool_2d_params* p = draw_pool(c, 2);
  c->inputs[0] = mote_case_bytes(c, (int64_t)p->n * p->h * p->w * p->c * 2);
}

static void make_f32(mote_kernel_case* c) {
  const mote_pool_2d_params* p = draw_pool(c, 4);
  c->tolerance = 1e-6;
  c->inputs[0] = mote_case_floats(c, (int64_t)p->n * p->h * p->w * p->c);
}

const mote_case_family mote_cases_average_pool_2d_i8 = {"average_pool_2d_i8", make_bytes};
const mote_case_family mote_cases_average_pool_2d_u8 = {"average_pool_2d_u8", make_bytes};
const mote_case_family mote_cases_average_pool_2d_i16 = {"average_pool_2d_i16", make_i16};
const mote_case_family mote_cases_average_pool_2d_f32 = {"average_pool_2d_f32", make_f32};
const mote_case_family mote_cases_max_pool_2d_i8 = {"max_pool_2d_i8", make_bytes};
const mote_case_family mote_cases_max_pool_2d_u8 = {"max_pool_2d_u8", make_bytes};
const mote_case_family mote_cases_max_pool_2d_i16 = {"max_pool_2d_i16", make_i16};
const mote_case_family mote_cases_max_pool_2d_f32 = {"max_pool_2d_f32", make_f32};
