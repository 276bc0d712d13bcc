// Calls of convolutions and fully connected layers.
#include "mote/kernels/suite/layer_cases.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>

#include "mote/kernels/suite/window_axis.h"

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

static void describe_conv_2d(mote_kernel_case* c, const mote_conv_2d_params* p) {
  snprintf(c->text, sizeof c->text,
           "x [%d,%d,%d,%d], w [%d,%d,%d,%d], y [%d,%d], groups %d, stride %d,%d, dilation %d,%d, "
           "pad %d,%d, zero %d, %s, %s",
           p->n, p->h, p->w, p->ic, p->oc, p->kh, p->kw, p->ic / p->groups, p->oh, p->ow, p->groups,
           p->stride_h, p->stride_w, p->dilation_h, p->dilation_w, p->pad_top, p->pad_left,
           p->x_zero_point, mote_case_rounding(&p->output),
           p->output.per_channel ? "per channel" : "per tensor");
}

void mote_case_conv_2d(mote_kernel_case* c, mote_conv_2d_params* p) {
  draw_channels(c, p);
  const int pointwise = mote_case_once_in(c, 3);
  p->kh = pointwise ? 1 : mote_case_integer(c, 1, 5);
  p->kw = pointwise ? 1 : mote_case_integer(c, 1, 5);
  mote_case_axis(c, p->kh, &p->h, &p->oh, &p->stride_h, &p->dilation_h, &p->pad_top);
  mote_case_axis(c, p->kw, &p->w, &p->ow, &p->stride_w, &p->dilation_w, &p->pad_left);
  if (pointwise && mote_case_once_in(c, 2)) {
    p->stride_h = p->stride_w = 1;
    p->pad_top = p->pad_left = 0;
    if (p->groups == 1 && mote_case_once_in(c, 4)) {  // the end of a network: deep and small
      p->ic = mote_case_integer(c, 150, 700);
      p->h = mote_case_integer(c, 1, 3);
      p->w = mote_case_integer(c, 1, 4);
    }
    p->oh = p->h;
    p->ow = p->w;
  }
  p->n = mote_case_once_in(c, 4) ? mote_case_integer(c, 2, 3) : 1;
  describe_conv_2d(c, p);
}

static mote_conv_2d_params* draw_conv_2d(mote_kernel_case* c) {
  mote_conv_2d_params* p = mote_case_alloc(c, sizeof *p);
  c->params = p;
  mote_case_conv_2d(c, p);
  return p;
}

// Biases of about the size of the sums; now and then any, which makes accumulators wrap: kernels
// that cannot must refuse.
static const int32_t* draw_bias(mote_kernel_case* c, int32_t channels, int32_t terms) {
  if (mote_case_once_in(c, 5)) return NULL;
  const int32_t limit =
      !mote_case_is_usual(c) && mote_case_once_in(c, 20) ? INT32_MAX : 3000 * terms;
  return mote_case_integers(c, channels, -limit, limit);
}

static void make_conv_2d_i8(mote_kernel_case* c) {
  mote_conv_2d_params* p = draw_conv_2d(c);
  p->x_zero_point = mote_case_integer(c, -128, 127);
  const int32_t taps = p->kh * p->kw * (p->ic / p->groups);
  p->output = mote_case_stage_i8(c, p->oc, 5000.0 * taps);
  c->inputs[0] = mote_case_bytes(c, (int64_t)p->n * p->h * p->w * p->ic);
  c->inputs[1] = mote_case_weights(c, (int64_t)p->oc * taps);
  c->inputs[2] = draw_bias(c, p->oc, taps);
  c->output_bytes[0] = (int64_t)p->n * p->oh * p->ow * p->oc;
  describe_conv_2d(c, p);
}

// Sums of other orders and with products that are not rounded differ by this much of the norm.
static const double kFloatTolerance = 1e-5;

void mote_case_limits_f32(mote_kernel_case* c, float* y_min, float* y_max) {
  const int relu = mote_case_once_in(c, 2);
  *y_min = relu ? 0.0F : -FLT_MAX;
  *y_max = relu && mote_case_once_in(c, 2) ? 6.0F : FLT_MAX;
}

static void make_conv_2d_f32(mote_kernel_case* c) {
  mote_conv_2d_params* p = draw_conv_2d(c);
  const int32_t taps = p->kh * p->kw * (p->ic / p->groups);
  mote_case_limits_f32(c, &p->y_min, &p->y_max);
  c->tolerance = kFloatTolerance;
  c->inputs[0] = mote_case_floats(c, (int64_t)p->n * p->h * p->w * p->ic);
  c->inputs[1] = mote_case_floats(c, (int64_t)p->oc * taps);
  if (!mote_case_once_in(c, 5)) c->inputs[2] = mote_case_floats(c, p->oc);
  c->output_bytes[0] = (int64_t)p->n * p->oh * p->ow * p->oc * (int64_t)sizeof(float);
  describe_conv_2d(c, p);
}

void mote_case_depthwise_conv_2d(mote_kernel_case* c, mote_depthwise_conv_2d_params* p) {
  static const int32_t kUsual[] = {1, 3, 4, 8, 16, 24, 32, 64, 96, 128, 200};
  const int32_t count = (int32_t)(sizeof kUsual / sizeof kUsual[0]);
  p->ic = mote_case_once_in(c, 2) ? kUsual[mote_case_integer(c, 0, count - 1)]
                                  : mote_case_integer(c, 1, 40);
  p->multiplier = mote_case_once_in(c, 4) ? mote_case_integer(c, 2, 9) : 1;
  const int usual = mote_case_once_in(c, 2);
  p->kh = usual ? 3 : mote_case_integer(c, 1, 5);
  p->kw = usual ? 3 : mote_case_integer(c, 1, 5);
  const int column = mote_case_once_in(c, 6);  // steps of time, one below the other
  if (column) p->kh = mote_case_integer(c, 1, 15), p->kw = 1;
  mote_case_axis(c, p->kh, &p->h, &p->oh, &p->stride_h, &p->dilation_h, &p->pad_top);
  mote_case_axis(c, p->kw, &p->w, &p->ow, &p->stride_w, &p->dilation_w, &p->pad_left);
  if (column) p->w = p->ow = 1, p->pad_left = 0;
  p->n = mote_case_once_in(c, 4) ? mote_case_integer(c, 2, 3) : 1;
  snprintf(c->text, sizeof c->text,
           "x [%d,%d,%d,%d], multiplier %d, taps %d,%d, y [%d,%d], stride %d,%d, dilation %d,%d, "
           "pad %d,%d",
           p->n, p->h, p->w, p->ic, p->multiplier, p->kh, p->kw, p->oh, p->ow, p->stride_h,
           p->stride_w, p->dilation_h, p->dilation_w, p->pad_top, p->pad_left);
}

static mote_depthwise_conv_2d_params* draw_depthwise(mote_kernel_case* c) {
  mote_depthwise_conv_2d_params* p = mote_case_alloc(c, sizeof *p);
  c->params = p;
  mote_case_depthwise_conv_2d(c, p);
  return p;
}

static void make_depthwise_conv_2d_i8(mote_kernel_case* c) {
  mote_depthwise_conv_2d_params* p = draw_depthwise(c);
  const int32_t channels = p->ic * p->multiplier;
  const int32_t taps = p->kh * p->kw;
  p->x_zero_point = mote_case_integer(c, -128, 127);
  p->output = mote_case_stage_i8(c, channels, 5000.0 * taps);
  c->inputs[0] = mote_case_bytes(c, (int64_t)p->n * p->h * p->w * p->ic);
  c->inputs[1] = mote_case_weights(c, (int64_t)channels * taps);
  if (!mote_case_once_in(c, 5)) {
    c->inputs[2] = mote_case_integers(c, channels, -3000 * taps, 3000 * taps);
  }
  c->output_bytes[0] = (int64_t)p->n * p->oh * p->ow * channels;
}

static void make_depthwise_conv_2d_f32(mote_kernel_case* c) {
  mote_depthwise_conv_2d_params* p = draw_depthwise(c);
  const int32_t channels = p->ic * p->multiplier;
  mote_case_limits_f32(c, &p->y_min, &p->y_max);
  c->tolerance = kFloatTolerance;
  c->inputs[0] = mote_case_floats(c, (int64_t)p->n * p->h * p->w * p->ic);
  c->inputs[1] = mote_case_floats(c, (int64_t)channels * p->kh * p->kw);
  if (!mote_case_once_in(c, 5)) c->inputs[2] = mote_case_floats(c, channels);
  c->output_bytes[0] = (int64_t)p->n * p->oh * p->ow * channels * (int64_t)sizeof(float);
}

void mote_case_fully_connected(mote_kernel_case* c, mote_fully_connected_params* p) {
  p->m = mote_case_once_in(c, 2) ? 1 : mote_case_integer(c, 1, 40);
  p->n = mote_case_integer(c, 1, mote_case_once_in(c, 3) ? 300 : 40);
  p->k = mote_case_integer(c, 1, mote_case_once_in(c, 3) ? 700 : 40);
}

static void make_fully_connected_i8(mote_kernel_case* c) {
  mote_fully_connected_params* p = mote_case_alloc(c, sizeof *p);
  mote_case_fully_connected(c, p);
  p->x_zero_point = mote_case_integer(c, -128, 127);
  p->output = mote_case_stage_i8(c, p->n, 5000.0 * p->k);
  c->params = p;
  c->inputs[0] = mote_case_bytes(c, (int64_t)p->m * p->k);
  c->inputs[1] = mote_case_weights(c, (int64_t)p->n * p->k);
  c->inputs[2] = draw_bias(c, p->n, p->k);
  c->output_bytes[0] = (int64_t)p->m * p->n;
  snprintf(c->text, sizeof c->text, "x [%d,%d], w [%d,%d], zero %d, %s, %s", p->m, p->k, p->n, p->k,
           p->x_zero_point, mote_case_rounding(&p->output),
           p->output.per_channel ? "per channel" : "per tensor");
}

static void make_fully_connected_f32(mote_kernel_case* c) {
  mote_fully_connected_params* p = mote_case_alloc(c, sizeof *p);
  c->params = p;
  mote_case_fully_connected(c, p);
  mote_case_limits_f32(c, &p->y_min, &p->y_max);
  c->tolerance = kFloatTolerance;
  c->inputs[0] = mote_case_floats(c, (int64_t)p->m * p->k);
  c->inputs[1] = mote_case_floats(c, (int64_t)p->n * p->k);
  if (!mote_case_once_in(c, 5)) c->inputs[2] = mote_case_floats(c, p->n);
  c->output_bytes[0] = (int64_t)p->m * p->n * (int64_t)sizeof(float);
  snprintf(c->text, sizeof c->text, "x [%d,%d], w [%d,%d]", p->m, p->k, p->n, p->k);
}

// Inputs of a layer of i16 activations; `bias_bytes` is 4 or 8.
static void draw_i16(mote_kernel_case* c, int64_t inputs, int64_t weights, int32_t channels,
                     int64_t bias_bytes) {
  c->inputs[0] = mote_case_bytes(c, inputs * 2);
  c->inputs[1] = mote_case_weights(c, weights);
  if (mote_case_once_in(c, 5)) return;
  const int32_t* narrow = mote_case_integers(c, channels, -1000000, 1000000);
  c->inputs[2] = narrow;
  if (bias_bytes == 4) return;
  int64_t* wide = mote_case_alloc(c, channels * bias_bytes);
  for (int32_t o = 0; o < channels; ++o) wide[o] = (int64_t)narrow[o] * 4000;
  c->inputs[2] = wide;
}

static void draw_conv_2d_i16(mote_kernel_case* c, int64_t bias_bytes) {
  mote_conv_2d_params* p = draw_conv_2d(c);
  const int32_t taps = p->kh * p->kw * (p->ic / p->groups);
  p->output = mote_case_stage_i8(c, p->oc, 1e6 * taps);
  draw_i16(c, (int64_t)p->n * p->h * p->w * p->ic, (int64_t)p->oc * taps, p->oc, bias_bytes);
  c->output_bytes[0] = (int64_t)p->n * p->oh * p->ow * p->oc * 2;
  describe_conv_2d(c, p);
}
static void make_conv_2d_i16(mote_kernel_case* c) { draw_conv_2d_i16(c, 8); }
static void make_conv_2d_i16_b32(mote_kernel_case* c) { draw_conv_2d_i16(c, 4); }

static void draw_fully_connected_i16(mote_kernel_case* c, int64_t bias_bytes) {
  mote_fully_connected_params* p = mote_case_alloc(c, sizeof *p);
  c->params = p;
  p->m = mote_case_once_in(c, 2) ? 1 : mote_case_integer(c, 1, 9);
  p->n = mote_case_integer(c, 1, 40);
  p->k = mote_case_integer(c, 1, mote_case_once_in(c, 3) ? 1500 : 40);
  p->output = mote_case_stage_i8(c, p->n, 1e6 * p->k);
  draw_i16(c, (int64_t)p->m * p->k, (int64_t)p->n * p->k, p->n, bias_bytes);
  c->output_bytes[0] = (int64_t)p->m * p->n * 2;
  snprintf(c->text, sizeof c->text, "x [%d,%d], w [%d,%d]", p->m, p->k, p->n, p->k);
}
static void make_fully_connected_i16(mote_kernel_case* c) { draw_fully_connected_i16(c, 8); }
static void make_fully_connected_i16_b32(mote_kernel_case* c) { draw_fully_connected_i16(c, 4); }

static void make_depthwise_conv_2d_i16(mote_kernel_case* c) {
  mote_depthwise_conv_2d_params* p = draw_depthwise(c);
  const int32_t channels = p->ic * p->multiplier;
  p->output = mote_case_stage_i8(c, channels, 1e6 * p->kh * p->kw);
  draw_i16(c, (int64_t)p->n * p->h * p->w * p->ic, (int64_t)channels * p->kh * p->kw, channels, 8);
  c->output_bytes[0] = (int64_t)p->n * p->oh * p->ow * channels * 2;
}

const mote_case_family mote_cases_conv_2d_i16 = {"conv_2d_i16", make_conv_2d_i16};
const mote_case_family mote_cases_conv_2d_i16_b32 = {"conv_2d_i16_b32", make_conv_2d_i16_b32};
const mote_case_family mote_cases_fully_connected_i16 = {"fully_connected_i16",
                                                         make_fully_connected_i16};
const mote_case_family mote_cases_fully_connected_i16_b32 = {"fully_connected_i16_b32",
                                                             make_fully_connected_i16_b32};
const mote_case_family mote_cases_depthwise_conv_2d_i16 = {"depthwise_conv_2d_i16",
                                                           make_depthwise_conv_2d_i16};
const mote_case_family mote_cases_conv_2d_f32 = {"conv_2d_f32", make_conv_2d_f32};
const mote_case_family mote_cases_fully_connected_f32 = {"fully_connected_f32",
                                                         make_fully_connected_f32};
const mote_case_family mote_cases_depthwise_conv_2d_i8 = {"depthwise_conv_2d_i8",
                                                          make_depthwise_conv_2d_i8};
const mote_case_family mote_cases_depthwise_conv_2d_f32 = {"depthwise_conv_2d_f32",
                                                           make_depthwise_conv_2d_f32};
const mote_case_family mote_cases_conv_2d_i8 = {"conv_2d_i8", make_conv_2d_i8};
const mote_case_family mote_cases_fully_connected_i8 = {"fully_connected_i8",
                                                        make_fully_connected_i8};
