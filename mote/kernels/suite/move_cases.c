// Calls of strided copies: transposes of planes to pixels, the other way round, and others.
#include <stdio.h>

#include "mote/kernels/move/move.h"
#include "mote/kernels/suite/kernel_case.h"

enum { kAxes = 4 };

// An image [n,h,w,c] whose axes lie in memory in another order.
static void make_strided_copy(mote_kernel_case* c) {
  static const int kOrders[][kAxes] = {{0, 3, 1, 2}, {0, 1, 2, 3}, {0, 1, 3, 2}, {3, 0, 2, 1}};
  mote_strided_copy_params* p = mote_case_alloc(c, sizeof *p);
  const int* order = kOrders[mote_case_once_in(c, 2) ? 0 : mote_case_integer(c, 0, 3)];
  p->rank = kAxes;
  p->element_bytes = 1 << mote_case_integer(c, 0, 3);
  p->extents[0] = mote_case_integer(c, 1, 2);
  p->extents[1] = mote_case_integer(c, 1, 5);
  p->extents[2] = mote_case_integer(c, 1, mote_case_once_in(c, 4) ? 300 : 40);
  p->extents[3] = mote_case_integer(c, 1, 5);
  int64_t elements = 1;
  int64_t from = 1;
  for (int axis = kAxes - 1; axis >= 0; --axis) {
    p->y_strides[axis] = elements;
    p->x_strides[order[axis]] = from;
    elements *= p->extents[axis];
    from *= p->extents[order[axis]];
  }
  c->params = p;
  c->inputs[0] = mote_case_bytes(c, elements * p->element_bytes);
  c->output_bytes[0] = elements * p->element_bytes;
  snprintf(c->text, sizeof c->text, "%lldx%lldx%lldx%lld elements of %d bytes, in order %d%d%d%d",
           (long long)p->extents[0], (long long)p->extents[1], (long long)p->extents[2],
           (long long)p->extents[3], p->element_bytes, order[0], order[1], order[2], order[3]);
}

const mote_case_family mote_cases_strided_copy = {"strided_copy", make_strided_copy};
