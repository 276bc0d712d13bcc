// Calls of dynamic-range layers: f32 activations, i8 weights.
#include "mote/kernels/suite/layer_cases.h"

// Activations that leave the middle of their range now and then, and rows of zeros.
static const float* draw_activations(mote_kernel_case* c, int64_t count) {
  float* x = mote_case_floats(c, count);
  const float factor = mote_case_once_in(c, 8) ? 0.0F : (float)mote_case_real(c, 0.01, 50.0);
  const float shift = mote_case_once_in(c, 2) ? 0.0F : (float)mote_case_real(c, -2.0, 2.0);
  for (int64_t i = 0; i < count; ++i) x[i] = (x[i] + shift) * factor;
  return x;
}

static mote_hybrid_weights draw_weights(mote_kernel_case* c, int32_t channels) {
  const int32_t count = mote_case_once_in(c, 2) ? 1 : channels;
  float* scales = mote_case_alloc(c, count * (int64_t)sizeof *scales);
  for (int32_t i = 0; i < count; ++i) scales[i] = (float)mote_case_real(c, 0.001, 0.1);
  return (mote_hybrid_weights){scales, count, mote_case_integer(c, 0, 1)};
}

static void draw_bias(mote_kernel_case* c, int32_t channels) {
  if (!mote_case_once_in(c, 5)) c->inputs[2] = mote_case_floats(c, channels);
}

static void make_conv_2d(mote_kernel_case* c) {
  mote_conv_2d_hybrid_params* hybrid = mote_case_alloc(c, sizeof *hybrid);
  mote_conv_2d_params* p = &hybrid->layer;
  c->params = hybrid;
  mote_case_conv_2d(c, p);
  mote_case_limits_f32(c, &p->y_min, &p->y_max);
  hybrid->weights = draw_weights(c, p->oc);
  c->inputs[0] = draw_activations(c, (int64_t)p->n * p->h * p->w * p->ic);
  c->inputs[1] = mote_case_bytes(c, (int64_t)p->oc * p->kh * p->kw * (p->ic / p->groups));
  draw_bias(c, p->oc);
  c->output_bytes[0] = (int64_t)p->n * p->oh * p->ow * p->oc * (int64_t)sizeof(float);
}

static void make_depthwise_conv_2d(mote_kernel_case* c) {
  mote_depthwise_conv_2d_hybrid_params* hybrid = mote_case_alloc(c, sizeof *hybrid);
  mote_depthwise_conv_2d_params* p = &hybrid->layer;
  c->params = hybrid;
  mote_case_depthwise_conv_2d(c, p);
  const int32_t channels = p->ic * p->multiplier;
  mote_case_limits_f32(c, &p->y_min, &p->y_max);
  hybrid->weights = draw_weights(c, channels);
  c->inputs[0] = draw_activations(c, (int64_t)p->n * p->h * p->w * p->ic);
  c->inputs[1] = mote_case_bytes(c, (int64_t)channels * p->kh * p->kw);
  draw_bias(c, channels);
  c->output_bytes[0] = (int64_t)p->n * p->oh * p->ow * channels * (int64_t)sizeof(float);
}

static void make_fully_connected(mote_kernel_case* c) {
  mote_fully_connected_hybrid_params* hybrid = mote_case_alloc(c, sizeof *hybrid);
  mote_fully_connected_params* p = &hybrid->layer;
  c->params = hybrid;
  mote_case_fully_connected(c, p);
  mote_case_limits_f32(c, &p->y_min, &p->y_max);
  hybrid->weights = draw_weights(c, p->n);
  c->inputs[0] = draw_activations(c, (int64_t)p->m * p->k);
  c->inputs[1] = mote_case_bytes(c, (int64_t)p->n * p->k);
  draw_bias(c, p->n);
  c->output_bytes[0] = (int64_t)p->m * p->n * (int64_t)sizeof(float);
}

const mote_case_family mote_cases_conv_2d_hybrid = {"conv_2d_hybrid", make_conv_2d};
const mote_case_family mote_cases_depthwise_conv_2d_hybrid = {"depthwise_conv_2d_hybrid",
                                                              make_depthwise_conv_2d};
const mote_case_family mote_cases_fully_connected_hybrid = {"fully_connected_hybrid",
                                                            make_fully_connected};
