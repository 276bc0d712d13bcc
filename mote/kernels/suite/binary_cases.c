// Calls of functions of two tensors.
#include <float.h>
#include <stdio.h>

#include "mote/kernels/binary/binary.h"
#include "mote/kernels/suite/kernel_case.h"

static mote_binary_scales draw_scales(mote_kernel_case* c) {
  mote_binary_scales s = {.a_scale = (float)mote_case_real(c, 0.001, 0.2),
                          .b_scale = (float)mote_case_real(c, 0.001, 0.2),
                          .y_scale = (float)mote_case_real(c, 0.001, 0.4),
                          .a_zero_point = mote_case_integer(c, -128, 127),
                          .b_zero_point = mote_case_integer(c, -128, 127),
                          .y_zero_point = mote_case_integer(c, -128, 127),
                          .y_min = -128,
                          .y_max = 127};
  // Ties are common where scales are equal.
  if (mote_case_once_in(c, 4)) s.b_scale = s.a_scale;
  if (mote_case_once_in(c, 4)) s.y_scale = 2 * s.a_scale;
  if (mote_case_once_in(c, 3)) s.y_min = s.y_zero_point;
  return s;
}

// Dense operands, of which one is broadcast along some axes one time in three.
static int64_t draw_shapes(mote_kernel_case* c, mote_binary_params* p, int64_t element_bytes) {
  int32_t shapes[2][4];
  int64_t counts[2] = {1, 1};
  int64_t count = 1;
  const int broadcast = mote_case_once_in(c, 3) ? mote_case_integer(c, 0, 1) : 2;
  const int32_t kept = mote_case_integer(c, 0, 15);  // a bit for each axis
  for (int d = 0; d < 4; ++d) {
    const int32_t extent = mote_case_integer(c, 1, d == 3 && mote_case_once_in(c, 3) ? 200 : 9);
    count *= extent;
    for (int i = 0; i < 2; ++i) {
      shapes[i][d] = i == broadcast && (kept >> d & 1) == 0 ? 1 : extent;
      counts[i] *= shapes[i][d];
    }
  }
  mote_broadcast(shapes[0], 4, shapes[1], 4, p);
  for (int i = 0; i < 2; ++i) {
    c->inputs[i] = element_bytes == 1 ? (const void*)mote_case_bytes(c, counts[i])
                                      : (const void*)mote_case_floats(c, counts[i]);
  }
  c->output_bytes[0] = count * element_bytes;
  c->first_constant = 2;
  return count;
}

static void make_add_i8(mote_kernel_case* c) {
  mote_binary_params* p = mote_case_alloc(c, sizeof *p);
  const mote_binary_scales s = draw_scales(c);
  mote_add_prepare(&s, MOTE_ADD_SHIFT_I8, p);
  p->rounding = mote_case_once_in(c, 3) ? MOTE_ROUND_SINGLE : MOTE_ROUND_DOUBLE;
  c->params = p;
  const int64_t count = draw_shapes(c, p, 1);
  snprintf(c->text, sizeof c->text, "%lld elements, scales %g %g to %g, zeros %d %d to %d",
           (long long)count, (double)s.a_scale, (double)s.b_scale, (double)s.y_scale,
           s.a_zero_point, s.b_zero_point, s.y_zero_point);
}

static void make_mul_i8(mote_kernel_case* c) {
  mote_binary_params* p = mote_case_alloc(c, sizeof *p);
  const mote_binary_scales s = draw_scales(c);
  mote_mul_prepare(&s, (double)s.a_scale * (double)s.b_scale / (double)s.y_scale, p);
  p->rounding = mote_case_once_in(c, 3) ? MOTE_ROUND_SINGLE : MOTE_ROUND_DOUBLE;
  c->params = p;
  draw_shapes(c, p, 1);
}

static void make_compared_i8(mote_kernel_case* c) {
  mote_binary_params* p = mote_case_alloc(c, sizeof *p);
  c->params = p;
  draw_shapes(c, p, 1);
}

static void make_f32(mote_kernel_case* c) {
  mote_binary_params* p = mote_case_alloc(c, sizeof *p);
  p->y_min_f32 = mote_case_once_in(c, 2) ? 0.0F : -FLT_MAX;
  p->y_max_f32 = FLT_MAX;
  c->params = p;
  c->tolerance = 1e-6;
  draw_shapes(c, p, 4);
}

#define FAMILY(NAME, MAKE) const mote_case_family mote_cases_##NAME = {#NAME, MAKE};
FAMILY(mul_i8, make_mul_i8)
FAMILY(minimum_i8, make_compared_i8)
FAMILY(maximum_i8, make_compared_i8)
FAMILY(add_f32, make_f32)
FAMILY(sub_f32, make_f32)
FAMILY(mul_f32, make_f32)
FAMILY(div_f32, make_f32)
FAMILY(minimum_f32, make_f32)
FAMILY(maximum_f32, make_f32)
FAMILY(add_i8, make_add_i8)
FAMILY(sub_i8, make_add_i8)
