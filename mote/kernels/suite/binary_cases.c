// Calls of functions of two tensors.
#include <stdio.h>
#include <string.h>

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

// Dense operands, of which one in five times b is broadcast over all but the last axis.
static int64_t draw_shapes(mote_kernel_case* c, mote_binary_params* p) {
  int32_t shape[4];
  for (int i = 0; i < 4; ++i) shape[i] = mote_case_integer(c, 1, 9);
  shape[3] = mote_case_integer(c, 1, mote_case_once_in(c, 3) ? 200 : 20);
  const int broadcast = mote_case_once_in(c, 5);
  mote_broadcast(shape, 4, broadcast ? shape + 3 : shape, broadcast ? 1 : 4, p);
  const int64_t count = (int64_t)shape[0] * shape[1] * shape[2] * shape[3];
  c->inputs[0] = mote_case_bytes(c, count);
  c->inputs[1] = mote_case_bytes(c, broadcast ? shape[3] : count);
  c->output_bytes[0] = count;
  c->first_constant = 2;
  return count;
}

static void make_add_i8(mote_kernel_case* c) {
  mote_binary_params* p = mote_case_alloc(c, sizeof *p);
  const mote_binary_scales s = draw_scales(c);
  mote_add_prepare(&s, MOTE_ADD_SHIFT_I8, p);
  p->rounding = mote_case_once_in(c, 3) ? MOTE_ROUND_SINGLE : MOTE_ROUND_DOUBLE;
  c->params = p;
  const int64_t count = draw_shapes(c, p);
  snprintf(c->text, sizeof c->text, "%lld elements, scales %g %g to %g, zeros %d %d to %d",
           (long long)count, (double)s.a_scale, (double)s.b_scale, (double)s.y_scale,
           s.a_zero_point, s.b_zero_point, s.y_zero_point);
}

const mote_case_family mote_cases_add_i8 = {"add_i8", make_add_i8};
const mote_case_family mote_cases_sub_i8 = {"sub_i8", make_add_i8};
