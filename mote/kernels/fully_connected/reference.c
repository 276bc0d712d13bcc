#include "mote/kernels/fully_connected/fully_connected.h"
#include "mote/kernels/fully_connected/window.h"
#include "mote/kernels/quantize/hybrid_rows.h"
#include "mote/kernels/reference_rows.h"

#define DEFINE_INTEGER(NAME, X, W, ACC, Y, OUTPUT)                                                 \
  void NAME(const mote_fully_connected_params* p, const X* x, const W* w, const ACC* bias, Y* y) { \
    for (int64_t i = 0; i < p->m; ++i) {                                                           \
      for (int64_t o = 0; o < p->n; ++o) {                                                         \
        ACC sum = bias != NULL ? bias[o] : 0;                                                      \
        for (int64_t c = 0; c < p->k; ++c) {                                                       \
          sum +=                                                                                   \
              ((ACC)x[i * p->k + c] - p->x_zero_point) * ((ACC)w[o * p->k + c] - p->w_zero_point); \
        }                                                                                          \
        y[i * p->n + o] = (Y)OUTPUT(&p->output, sum, (int32_t)o);                                  \
      }                                                                                            \
    }                                                                                              \
  }
DEFINE_INTEGER(mote_fully_connected_i8_reference, int8_t, int8_t, int32_t, int8_t, mote_output_i32)
DEFINE_INTEGER(mote_fully_connected_i8_i16_reference, int8_t, int8_t, int32_t, int16_t,
               mote_output_i32)
DEFINE_INTEGER(mote_fully_connected_i16_reference, int16_t, int8_t, int64_t, int16_t,
               mote_output_i64)
DEFINE_INTEGER(mote_fully_connected_i16_b32_reference, int16_t, int8_t, int32_t, int16_t,
               mote_output_i32)
DEFINE_INTEGER(mote_fully_connected_u8_reference, uint8_t, uint8_t, int32_t, uint8_t,
               mote_output_i32)

void mote_fully_connected_f32_reference(const mote_fully_connected_params* p, const float* x,
                                        const float* w, const float* bias, float* y) {
  for (int64_t i = 0; i < p->m; ++i) {
    for (int64_t o = 0; o < p->n; ++o) {
      float sum = 0.0F;
      for (int64_t c = 0; c < p->k; ++c) sum += x[i * p->k + c] * w[o * p->k + c];
      y[i * p->n + o] = mote_clamp_f32(sum + (bias != NULL ? bias[o] : 0.0F), p->y_min, p->y_max);
    }
  }
}

void mote_fully_connected_hybrid_reference(const mote_fully_connected_params* p,
                                           const mote_hybrid_scales* scales, const int8_t* x,
                                           const int8_t* w, const float* bias, float* y) {
  for (int64_t i = 0; i < p->m; ++i) {
    const int32_t zero = scales->x_zero_points != NULL ? scales->x_zero_points[i] : 0;
    for (int64_t o = 0; o < p->n; ++o) {
      int32_t sum = 0;
      for (int64_t c = 0; c < p->k; ++c) sum += (x[i * p->k + c] - zero) * w[o * p->k + c];
      const float value = mote_hybrid_value(scales, sum, i, o) + (bias != NULL ? bias[o] : 0.0F);
      y[i * p->n + o] = mote_clamp_f32(value, p->y_min, p->y_max);
    }
  }
}

#define OVERLAP_EACH(NAME, X_BYTES, Y_BYTES)                                          \
  static int64_t NAME(const void* params, int32_t input) {                            \
    if (input != 0) return MOTE_NO_OVERLAP;                                           \
    const mote_window window = mote_fully_connected_window(params, X_BYTES, Y_BYTES); \
    return mote_window_overlap(&window, mote_store_each);                             \
  }
OVERLAP_EACH(overlap_1, 1, 1)
OVERLAP_EACH(overlap_1_2, 1, 2)
OVERLAP_EACH(overlap_2, 2, 2)
OVERLAP_EACH(overlap_4, 4, 4)

MOTE_RUN_LAYER(run_fully_connected_f32, mote_fully_connected_f32_reference)
MOTE_RUN_LAYER(run_fully_connected_i8, mote_fully_connected_i8_reference)
MOTE_RUN_LAYER(run_fully_connected_i8_i16, mote_fully_connected_i8_i16_reference)
MOTE_RUN_LAYER(run_fully_connected_i16, mote_fully_connected_i16_reference)
MOTE_RUN_LAYER(run_fully_connected_i16_b32, mote_fully_connected_i16_b32_reference)
MOTE_RUN_LAYER(run_fully_connected_u8, mote_fully_connected_u8_reference)

#define ROWS(p) (p)->m
#define DEPTH(p) (p)->k
MOTE_DEFINE_HYBRID_ROW(hybrid, mote_fully_connected_hybrid_params, ROWS, DEPTH,
                       mote_fully_connected_hybrid_reference)

const mote_kernel mote_kernels_fully_connected_reference[] = {
    {.name = "fully_connected_f32_reference",
     .family = "fully_connected_f32",
     .overlap = overlap_4,
     MOTE_PRINTED("fully_connected/reference.c", run_fully_connected_f32),
     .params_layout = &mote_fully_connected_layout},
    {.name = "fully_connected_i8_reference",
     .family = "fully_connected_i8",
     .overlap = overlap_1,
     MOTE_PRINTED("fully_connected/reference.c", run_fully_connected_i8),
     .params_layout = &mote_fully_connected_layout},
    {.name = "fully_connected_i8_i16_reference",
     .family = "fully_connected_i8_i16",
     .overlap = overlap_1_2,
     MOTE_PRINTED("fully_connected/reference.c", run_fully_connected_i8_i16),
     .params_layout = &mote_fully_connected_layout},
    {.name = "fully_connected_i16_reference",
     .family = "fully_connected_i16",
     .overlap = overlap_2,
     MOTE_PRINTED("fully_connected/reference.c", run_fully_connected_i16),
     .params_layout = &mote_fully_connected_layout},
    {.name = "fully_connected_i16_b32_reference",
     .family = "fully_connected_i16_b32",
     .overlap = overlap_2,
     MOTE_PRINTED("fully_connected/reference.c", run_fully_connected_i16_b32),
     .params_layout = &mote_fully_connected_layout},
    {.name = "fully_connected_u8_reference",
     .family = "fully_connected_u8",
     .overlap = overlap_1,
     MOTE_PRINTED("fully_connected/reference.c", run_fully_connected_u8),
     .params_layout = &mote_fully_connected_layout},
    {.name = "fully_connected_hybrid_reference",
     .family = "fully_connected_hybrid",
     .scratch_bytes = hybrid_scratch_bytes,
     .run = hybrid_run},
    MOTE_KERNELS_END};
