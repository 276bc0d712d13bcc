// Calls of convolutions and fully connected layers.
#include <stdio.h>
#include <stdlib.h>

#include "mote/kernels/conv_2d/conv_2d.h"
#include "mote/kernels/fully_connected/fully_connected.h"
#include "mote/kernels/suite/kernel_case.h"

// Output extent of a window along one axis of `in` elements, at least 1 for what the callers draw.
static int32_t extent(int32_t in, int32_t pad_both, int32_t window, int32_t stride) {
  const int32_t span = in + pad_both - window;
  return span < 0 ? 0 : span / stride + 1;
}

// Draws the geometry along one axis so that at least one output element is left.
static void draw_axis(mote_kernel_case* c, int32_t kernel, int32_t* in, int32_t* out,
                      int32_t* stride, int32_t* dilation, int32_t* pad) {
  do {
    *in = mote_case_integer(c, 1, mote_case_once_in(c, 3) ? 40 : 12);
    *stride = mote_case_once_in(c, 2) ? 1 : mote_case_integer(c, 1, 3);
    *dilation = mote_case_once_in(c, 3) ? mote_case_integer(c, 1, 3) : 1;
    const int32_t window = (kernel - 1) * *dilation + 1;
    *pad = mote_case_once_in(c, 2) ? mote_case_integer(c, 0, window) : 0;
    const int32_t pad_after = *pad > 0 ? mote_case_integer(c, 0, window) : 0;
    *out = extent(*in, *pad + pad_after, window, *stride);
  } while (*out < 1);
}

static void draw_channels(mote_kernel_case* c, mote_conv_2d_params* p) {
  static const int32_t kUsual[] = {1, 2, 3, 4, 8, 10, 16, 24, 32, 48, 64, 96, 130};
  const int32_t count = (int32_t)(sizeof kUsual / sizeof kUsual[0]);
  p->groups = mote_case_once_in(c, 4) ? mote_case_integer(c, 2, 5) : 1;
  int32_t* both[] = {&p->ic, &p->oc};
  for (int i = 0; i < 2; ++i) {
    const int32_t each = mote_case_once_in(c, 2) ? kUsual[mote_case_integer(c, 0, count - 1)]
                                                 : mote_case_integer(c, 1, 40);
    *both[i] = (p->groups > 1 && each > 20 ? 20 : each) * p->groups;
  }
}

static void make_conv_2d_i8(mote_kernel_case* c) {
  mote_conv_2d_params* p = mote_case_alloc(c, sizeof *p);
  draw_channels(c, p);
  const int pointwise = mote_case_once_in(c, 3);
  p->kh = pointwise ? 1 : mote_case_integer(c, 1, 5);
  p->kw = pointwise ? 1 : mote_case_integer(c, 1, 5);
  draw_axis(c, p->kh, &p->h, &p->oh, &p->stride_h, &p->dilation_h, &p->pad_top);
  draw_axis(c, p->kw, &p->w, &p->ow, &p->stride_w, &p->dilation_w, &p->pad_left);
  if (pointwise && mote_case_once_in(c, 2)) {
    p->stride_h = p->stride_w = 1;
    p->pad_top = p->pad_left = 0;
    p->oh = p->h;
    p->ow = p->w;
  }
  p->n = mote_case_once_in(c, 4) ? mote_case_integer(c, 2, 3) : 1;
  p->x_zero_point = mote_case_integer(c, -128, 127);
  const int32_t taps = p->kh * p->kw * (p->ic / p->groups);
  p->output = mote_case_stage_i8(c, p->oc, 5000.0 * taps);
  c->params = p;
  c->inputs[0] = mote_case_bytes(c, (int64_t)p->n * p->h * p->w * p->ic);
  c->inputs[1] = mote_case_bytes(c, (int64_t)p->oc * taps);
  if (!mote_case_once_in(c, 5)) {
    c->inputs[2] = mote_case_integers(c, p->oc, -3000 * taps, 3000 * taps);
  }
  c->output_bytes[0] = (int64_t)p->n * p->oh * p->ow * p->oc;
  snprintf(c->text, sizeof c->text,
           "x [%d,%d,%d,%d], w [%d,%d,%d,%d], y [%d,%d], groups %d, stride %d,%d, dilation %d,%d, "
           "pad %d,%d, zero %d, %s, %s",
           p->n, p->h, p->w, p->ic, p->oc, p->kh, p->kw, p->ic / p->groups, p->oh, p->ow, p->groups,
           p->stride_h, p->stride_w, p->dilation_h, p->dilation_w, p->pad_top, p->pad_left,
           p->x_zero_point, p->output.rounding == MOTE_ROUND_SINGLE ? "single" : "double",
           p->output.per_channel ? "per channel" : "per tensor");
}

static void make_fully_connected_i8(mote_kernel_case* c) {
  mote_fully_connected_params* p = mote_case_alloc(c, sizeof *p);
  p->m = mote_case_once_in(c, 2) ? 1 : mote_case_integer(c, 1, 40);
  p->n = mote_case_integer(c, 1, mote_case_once_in(c, 3) ? 300 : 40);
  p->k = mote_case_integer(c, 1, mote_case_once_in(c, 3) ? 700 : 40);
  p->x_zero_point = mote_case_integer(c, -128, 127);
  p->output = mote_case_stage_i8(c, p->n, 5000.0 * p->k);
  c->params = p;
  c->inputs[0] = mote_case_bytes(c, (int64_t)p->m * p->k);
  c->inputs[1] = mote_case_bytes(c, (int64_t)p->n * p->k);
  if (!mote_case_once_in(c, 5)) {
    c->inputs[2] = mote_case_integers(c, p->n, -3000 * p->k, 3000 * p->k);
  }
  c->output_bytes[0] = (int64_t)p->m * p->n;
  snprintf(c->text, sizeof c->text, "x [%d,%d], w [%d,%d], zero %d, %s, %s", p->m, p->k, p->n, p->k,
           p->x_zero_point, p->output.rounding == MOTE_ROUND_SINGLE ? "single" : "double",
           p->output.per_channel ? "per channel" : "per tensor");
}

const mote_case_family mote_cases_conv_2d_i8 = {"conv_2d_i8", make_conv_2d_i8};
const mote_case_family mote_cases_fully_connected_i8 = {"fully_connected_i8",
                                                        make_fully_connected_i8};
