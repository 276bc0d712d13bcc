#include <stddef.h>
#include <string.h>

#include "mote/kernels/move/move.h"
#include "mote/kernels/reference_rows.h"

void mote_copy_reference(const mote_copy_params* p, const void* x, void* y) {
  if (x != y) memmove(y, x, (size_t)p->bytes);
}

#define DEFINE_COPY_RUN(NAME, T)                                                          \
  static void NAME(int64_t count, const T* x, int64_t x_stride, T* y, int64_t y_stride) { \
    for (int64_t i = 0; i < count; ++i) y[i * y_stride] = x[i * x_stride];                \
  }
DEFINE_COPY_RUN(copy_run_1, uint8_t)
DEFINE_COPY_RUN(copy_run_2, uint16_t)
DEFINE_COPY_RUN(copy_run_4, uint32_t)
DEFINE_COPY_RUN(copy_run_8, uint64_t)

// One row along the last axis; offsets in elements.
static void copy_run(const mote_strided_copy_params* p, const uint8_t* x, uint8_t* y) {
  const int32_t last = p->rank - 1;
  const int64_t count = p->extents[last];
  const int64_t x_stride = p->x_strides[last];
  const int64_t y_stride = p->y_strides[last];
  if (x_stride == 1 && y_stride == 1) {
    memcpy(y, x, (size_t)(count * p->element_bytes));
    return;
  }
  switch (p->element_bytes) {
    case 1:
      copy_run_1(count, x, x_stride, y, y_stride);
      return;
    case 2:
      copy_run_2(count, (const uint16_t*)x, x_stride, (uint16_t*)y, y_stride);
      return;
    case 4:
      copy_run_4(count, (const uint32_t*)x, x_stride, (uint32_t*)y, y_stride);
      return;
    default:
      copy_run_8(count, (const uint64_t*)x, x_stride, (uint64_t*)y, y_stride);
  }
}

void mote_strided_copy_reference(const mote_strided_copy_params* p, const void* x, void* y) {
  int64_t index[MOTE_MOVE_MAX_RANK] = {0};
  int64_t from = p->x_offset;
  int64_t to = p->y_offset;
  for (int32_t axis = 0; axis < p->rank; ++axis) {
    if (p->extents[axis] == 0) return;
  }
  for (;;) {
    copy_run(p, (const uint8_t*)x + from * p->element_bytes, (uint8_t*)y + to * p->element_bytes);
    int32_t axis = p->rank - 2;
    for (; axis >= 0; --axis) {
      from += p->x_strides[axis];
      to += p->y_strides[axis];
      if (++index[axis] < p->extents[axis]) break;
      from -= p->x_strides[axis] * p->extents[axis];
      to -= p->y_strides[axis] * p->extents[axis];
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

void mote_pad_reference(const mote_pad_params* p, const void* x, void* y) {
  const int32_t size = p->copy.element_bytes;
  uint8_t* bytes = y;
  if (size == 1) {
    memset(y, p->value[0], (size_t)p->y_elements);
  } else {
    for (int64_t i = 0; i < p->y_elements; ++i) memcpy(bytes + i * size, p->value, (size_t)size);
  }
  mote_strided_copy_reference(&p->copy, x, y);
}

void mote_concat_reference(const mote_join_params* p, const void* const* x, void* y) {
  uint8_t* to = y;
  for (int64_t i = 0; i < p->outer; ++i) {
    for (int32_t k = 0; k < p->parts; ++k) {
      const size_t bytes = (size_t)p->part_bytes[k];
      memcpy(to, (const uint8_t*)x[k] + (size_t)i * bytes, bytes);
      to += bytes;
    }
  }
}

void mote_split_reference(const mote_join_params* p, const void* x, void* const* y) {
  const uint8_t* from = x;
  for (int64_t i = 0; i < p->outer; ++i) {
    for (int32_t k = 0; k < p->parts; ++k) {
      const size_t bytes = (size_t)p->part_bytes[k];
      memcpy((uint8_t*)y[k] + (size_t)i * bytes, from, bytes);
      from += bytes;
    }
  }
}

MOTE_RUN_UNARY(run_copy, mote_copy_reference)
MOTE_RUN_UNARY(run_strided_copy, mote_strided_copy_reference)
MOTE_RUN_UNARY(run_pad, mote_pad_reference)

static void run_concat(const mote_kernel_args* args) {
  mote_concat_reference(args->params, args->inputs, args->outputs[0]);
}

static void run_split(const mote_kernel_args* args) {
  mote_split_reference(args->params, args->inputs[0], args->outputs);
}

// inputs: the state, written in place, and its new content.
static void run_assign(const mote_kernel_args* args) {
  mote_copy_reference(args->params, args->inputs[1], (void*)args->inputs[0]);
}

const mote_kernel mote_kernels_move_reference[] = {
    {.name = "assign_reference",
     .family = "assign",
     MOTE_PRINTED("move/reference.c", run_assign),
     .params_layout = &mote_copy_layout},
    {.name = "copy_reference",
     .family = "copy",
     .overlap = mote_overlap_elementwise,
     MOTE_PRINTED("move/reference.c", run_copy),
     .params_layout = &mote_copy_layout},
    {.name = "strided_copy_reference",
     .family = "strided_copy",
     MOTE_PRINTED("move/reference.c", run_strided_copy),
     .params_layout = &mote_strided_copy_layout},
    {.name = "pad_reference",
     .family = "pad",
     MOTE_PRINTED("move/reference.c", run_pad),
     .params_layout = &mote_pad_layout},
    {.name = "concat_reference",
     .family = "concat",
     MOTE_PRINTED("move/reference.c", run_concat),
     .params_layout = &mote_join_layout},
    {.name = "split_reference",
     .family = "split",
     MOTE_PRINTED("move/reference.c", run_split),
     .params_layout = &mote_join_layout},
    MOTE_KERNELS_END};
