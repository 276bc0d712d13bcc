// Rows of reference kernels: plain functions of params, inputs and outputs as kernels of the
// contract.
//
//   MOTE_RUN_LAYER(run_i8, mote_conv_2d_i8_reference)  // run(params, x, weights, bias, y)
//
// For .c files only.
#pragma once

#include "mote/kernels/kernel.h"
#include "mote/kernels/window_overlap.h"

#define MOTE_RUN_UNARY(NAME, FUNCTION)                         \
  static void NAME(const mote_kernel_args* args) {             \
    FUNCTION(args->params, args->inputs[0], args->outputs[0]); \
  }

#define MOTE_RUN_BINARY(NAME, FUNCTION)                                         \
  static void NAME(const mote_kernel_args* args) {                              \
    FUNCTION(args->params, args->inputs[0], args->inputs[1], args->outputs[0]); \
  }

#define MOTE_RUN_LAYER(NAME, FUNCTION)                                                           \
  static void NAME(const mote_kernel_args* args) {                                               \
    FUNCTION(args->params, args->inputs[0], args->inputs[1], args->inputs[2], args->outputs[0]); \
  }

/// PARAMS holds the function's parameters and how many elements there are.
#define MOTE_RUN_COUNTED(NAME, PARAMS, FUNCTION)                         \
  static void NAME(const mote_kernel_args* args) {                       \
    const PARAMS* p = args->params;                                      \
    FUNCTION(&p->function, p->count, args->inputs[0], args->outputs[0]); \
  }

/// `overlap` of a kernel that stores each element as soon as it is computed; WINDOW(p, BYTES) is
/// its window.
#define MOTE_OVERLAP_EACH(NAME, WINDOW, BYTES)             \
  static int64_t NAME(const void* params, int32_t input) { \
    if (input != 0) return MOTE_NO_OVERLAP;                \
    const mote_window window = WINDOW(params, BYTES);      \
    return mote_window_overlap(&window, mote_store_each);  \
  }
