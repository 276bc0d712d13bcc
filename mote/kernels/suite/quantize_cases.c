// Calls of quantization and dequantization.
#include <math.h>
#include <stdio.h>

#include "mote/kernels/quantize/quantize.h"
#include "mote/kernels/suite/kernel_case.h"

static mote_quantize_params* draw_quantize(mote_kernel_case* c, int32_t low) {
  mote_quantize_params* p = mote_case_alloc(c, sizeof *p);
  p->scale = mote_case_once_in(c, 3) ? 0.0078125F : (float)mote_case_real(c, 0.0005, 0.05);
  p->zero_point = mote_case_integer(c, low, low + 255);
  p->count = mote_case_integer(c, 1, mote_case_once_in(c, 10) ? 40000 : 300);
  p->ties_to_even = mote_case_integer(c, 0, 1);
  c->params = p;
  snprintf(c->text, sizeof c->text, "%lld elements, scale %g, zero point %d, ties %s",
           (long long)p->count, (double)p->scale, p->zero_point,
           p->ties_to_even ? "to even" : "away from zero");
  return p;
}

static void draw_floats(mote_kernel_case* c, const mote_quantize_params* p) {
  static const float kAwkward[] = {0.0F, -0.0F, INFINITY, -INFINITY, NAN, 3e38F, -3e38F, 1e-40F};
  float* x = mote_case_floats(c, p->count);
  for (int64_t i = 0; i < p->count; ++i) {
    if (mote_case_once_in(c, 4)) x[i] = p->scale * (float)(mote_case_integer(c, -600, 600) * 0.5);
    if (mote_case_once_in(c, 20)) x[i] = kAwkward[mote_case_integer(c, 0, 7)];
  }
  c->inputs[0] = x;
  c->output_bytes[0] = p->count;
}

static void make_quantize_i8(mote_kernel_case* c) { draw_floats(c, draw_quantize(c, -128)); }
static void make_quantize_u8(mote_kernel_case* c) { draw_floats(c, draw_quantize(c, 0)); }

static void make_dequantize(mote_kernel_case* c) {
  const mote_quantize_params* p = draw_quantize(c, 0);
  c->inputs[0] = mote_case_bytes(c, p->count);
  c->output_bytes[0] = p->count * (int64_t)sizeof(float);
}

#define FAMILY(NAME, MAKE) const mote_case_family mote_cases_##NAME = {#NAME, MAKE};
FAMILY(quantize_f32_i8, make_quantize_i8)
FAMILY(quantize_f32_u8, make_quantize_u8)
FAMILY(dequantize_i8_f32, make_dequantize)
FAMILY(dequantize_u8_f32, make_dequantize)
