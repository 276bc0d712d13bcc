// Functions of one float, element by element: x [count] -> y [count].
//
//   mote_map_f32_params p = {.count = 100, .alpha = 0.1F};
//   // the row leaky_relu_f32_reference
//
// Each row rounds as the C expression in functions.h says; exp, log, tanh come from the C library.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_map_f32_params {
  int64_t count;
  float alpha;      // leaky_relu and elu: the slope and the depth below zero
  float low, high;  // clamp
} mote_map_f32_params;

/// For code generation (params_layout.h).
extern const struct mote_struct mote_map_f32_layout;

#ifdef __cplusplus
}
#endif
