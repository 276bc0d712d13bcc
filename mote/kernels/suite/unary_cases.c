// Calls of functions of one value, and of softmax.
#include <stdio.h>

#include "mote/kernels/activation/activation.h"
#include "mote/kernels/map_f32/map_f32.h"
#include "mote/kernels/quantize/quantize.h"
#include "mote/kernels/softmax/softmax.h"
#include "mote/kernels/suite/kernel_case.h"

static mote_table_scales draw_scales(mote_kernel_case* c, int32_t low) {
  return (mote_table_scales){.x_scale = (float)mote_case_real(c, 0.001, 0.2),
                             .y_scale = (float)mote_case_real(c, 0.001, 0.2),
                             .x_zero_point = mote_case_integer(c, low, low + 255),
                             .y_zero_point = mote_case_integer(c, low, low + 255)};
}

static void draw_bytes(mote_kernel_case* c, int64_t count) {
  c->inputs[0] = mote_case_bytes(c, count);
  c->output_bytes[0] = count;
  snprintf(c->text, sizeof c->text, "%lld elements", (long long)count);
}

static int64_t draw_count(mote_kernel_case* c) {
  return mote_case_integer(c, 1, mote_case_once_in(c, 10) ? 40000 : 300);
}

// `low` is the smallest value of the type: -128 or 0.
static mote_unary_call_params* draw_unary(mote_kernel_case* c, int32_t low, int is_sigmoid) {
  mote_unary_call_params* p = mote_case_alloc(c, sizeof *p);
  const mote_table_scales s = draw_scales(c, low);
  p->function =
      is_sigmoid ? mote_sigmoid_i8_prepare(s.x_scale, s.x_zero_point)
                 : mote_leaky_relu_prepare(&s, s.x_scale / s.y_scale, mote_case_real(c, -1.0, 1.0));
  p->function.y_min = low;
  p->function.y_max = low + 255;
  p->count = draw_count(c);
  c->params = p;
  draw_bytes(c, p->count);
  return p;
}

static void make_signed(mote_kernel_case* c) { draw_unary(c, -128, 0); }
static void make_unsigned(mote_kernel_case* c) { draw_unary(c, 0, 0); }
static void make_signed_sigmoid(mote_kernel_case* c) { draw_unary(c, -128, 1); }
static void make_unsigned_sigmoid(mote_kernel_case* c) { draw_unary(c, 0, 1); }

static void make_hard_swish(mote_kernel_case* c) {
  mote_hard_swish_call_params* p = mote_case_alloc(c, sizeof *p);
  const mote_table_scales s = draw_scales(c, -128);
  p->function = mote_hard_swish_prepare(&s);
  p->count = draw_count(c);
  c->params = p;
  draw_bytes(c, p->count);
}

static void make_requantize(mote_kernel_case* c) {
  mote_requantize_call_params* p = mote_case_alloc(c, sizeof *p);
  const mote_table_scales s = draw_scales(c, 0);
  p->function = mote_requantize_prepare(s.x_scale, s.x_zero_point, s.y_scale, s.y_zero_point);
  p->function.rounding = mote_case_once_in(c, 2) ? MOTE_ROUND_SINGLE : MOTE_ROUND_DOUBLE;
  p->count = draw_count(c);
  c->params = p;
  draw_bytes(c, p->count);
}

static void draw_softmax(mote_kernel_case* c, int64_t output_bytes) {
  mote_softmax_params* p = mote_case_alloc(c, sizeof *p);
  const int32_t depth = mote_case_integer(c, 1, mote_case_once_in(c, 4) ? 1500 : 20);
  *p = mote_softmax_prepare(mote_case_integer(c, 1, 5), depth, mote_case_real(c, 0.001, 0.5), 1.0);
  c->params = p;
  draw_bytes(c, (int64_t)p->rows * depth);
  c->output_bytes[0] *= output_bytes;
  snprintf(c->text, sizeof c->text, "%d rows of %d, down to %d", p->rows, depth, p->diff_min);
}

static void make_softmax(mote_kernel_case* c) { draw_softmax(c, 1); }
static void make_softmax_i16(mote_kernel_case* c) { draw_softmax(c, 2); }

static void make_map(mote_kernel_case* c) {
  mote_map_f32_params* p = mote_case_alloc(c, sizeof *p);
  *p = (mote_map_f32_params){.count = draw_count(c),
                             .alpha = (float)mote_case_real(c, -1.0, 1.0),
                             .low = (float)mote_case_real(c, -1.0, 0.0),
                             .high = (float)mote_case_real(c, 0.1, 2.0)};
  c->params = p;
  c->inputs[0] = mote_case_floats(c, p->count);
  c->output_bytes[0] = p->count * (int64_t)sizeof(float);
  c->tolerance = 1e-6;
  snprintf(c->text, sizeof c->text, "%lld floats", (long long)p->count);
}

#define FAMILY(NAME, MAKE) const mote_case_family mote_cases_##NAME = {#NAME, MAKE};
FAMILY(relu_i8, make_signed)
FAMILY(relu_u8, make_unsigned)
FAMILY(leaky_relu_i8, make_signed)
FAMILY(leaky_relu_u8, make_unsigned)
FAMILY(logistic_i8, make_signed_sigmoid)
FAMILY(logistic_u8, make_unsigned_sigmoid)
FAMILY(tanh_i8, make_signed_sigmoid)
FAMILY(tanh_u8, make_unsigned_sigmoid)
FAMILY(hard_swish_i8, make_hard_swish)
FAMILY(requantize_i8_i8, make_requantize)
FAMILY(requantize_u8_i8, make_requantize)
FAMILY(softmax_i8, make_softmax)
FAMILY(softmax_i8_i16, make_softmax_i16)
FAMILY(softmax_u8, make_softmax)
FAMILY(clamp_f32, make_map)
FAMILY(leaky_relu_f32, make_map)
FAMILY(hard_swish_f32, make_map)
FAMILY(abs_f32, make_map)
FAMILY(neg_f32, make_map)
FAMILY(square_f32, make_map)
