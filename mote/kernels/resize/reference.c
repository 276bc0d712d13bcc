#include <math.h>
#include <string.h>

#include "mote/kernels/reference_rows.h"
#include "mote/kernels/resize/resize.h"

typedef struct between {
  int32_t low, high;  // the two source cells
  float weight;       // of `high`
} between;

static float float_scale(const mote_resize_params* p, int32_t in, int32_t out) {
  return p->align_corners && out > 1 ? (float)(in - 1) / (float)(out - 1) : (float)in / (float)out;
}

static between between_f32(const mote_resize_params* p, int32_t i, int32_t in, int32_t out) {
  const float scale = float_scale(p, in, out);
  const float at = p->half_pixel_centers ? ((float)i + 0.5F) * scale - 0.5F : (float)i * scale;
  const int32_t low = (int32_t)floorf(at);
  const int32_t high = (int32_t)ceilf(at);
  between result = {low < 0 ? 0 : low, high > in - 1 ? in - 1 : high, 0.0F};
  result.weight = at - (float)result.low;
  return result;
}

#define PIXEL(X, N, ROW, COL, CHANNEL) \
  X[(((int64_t)(N)*p->h + (ROW)) * p->w + (COL)) * p->c + (CHANNEL)]

// Runs STATEMENT for every output element `*y`, with its row and column coordinates prepared.
#define FOR_EACH_OUTPUT(COORDINATE, FIND, STATEMENT)  \
  for (int32_t n = 0; n < p->n; ++n) {                \
    for (int32_t i = 0; i < p->oh; ++i) {             \
      const COORDINATE v = FIND(p, i, p->h, p->oh);   \
      for (int32_t j = 0; j < p->ow; ++j) {           \
        const COORDINATE u = FIND(p, j, p->w, p->ow); \
        for (int32_t c = 0; c < p->c; ++c, ++y) {     \
          STATEMENT;                                  \
        }                                             \
      }                                               \
    }                                                 \
  }

// FINISH makes the result of `value`.
#define DEFINE_FLOAT_BILINEAR(NAME, T, FINISH)                                             \
  void NAME(const mote_resize_params* p, const T* x, T* y) {                               \
    FOR_EACH_OUTPUT(between, between_f32, {                                                \
      const float value = PIXEL(x, n, v.low, u.low, c) * (1 - v.weight) * (1 - u.weight) + \
                          PIXEL(x, n, v.high, u.low, c) * v.weight * (1 - u.weight) +      \
                          PIXEL(x, n, v.low, u.high, c) * (1 - v.weight) * u.weight +      \
                          PIXEL(x, n, v.high, u.high, c) * v.weight * u.weight;            \
      *y = (T)(FINISH);                                                                    \
    })                                                                                     \
  }
DEFINE_FLOAT_BILINEAR(mote_resize_bilinear_f32_reference, float, value)
// The older u8 kind is computed in float, too.
DEFINE_FLOAT_BILINEAR(mote_resize_bilinear_u8_reference, uint8_t, value + 0.5F)

enum { kOne = 1 << 10 };

typedef struct between_fixed {
  int32_t low, high;
  int64_t weight;  // of `high`, of kOne
} between_fixed;

static between_fixed between_i32(const mote_resize_params* p, int32_t i, int32_t in, int32_t out) {
  const int32_t corners = p->align_corners && out > 1 ? 1 : 0;
  const int64_t from = in - corners;
  const int64_t to = out - corners;
  const int64_t scale = (kOne * from + to / 2) / to;
  const int64_t at = i * scale + (p->half_pixel_centers ? scale / 2 - kOne / 2 : 0);
  const int64_t low = at / kOne;
  const int64_t high = (at + kOne - 1) / kOne;
  between_fixed result = {low < 0 ? 0 : (int32_t)low, high > in - 1 ? in - 1 : (int32_t)high, 0};
  result.weight = at - (int64_t)kOne * result.low;
  return result;
}

#define DEFINE_BILINEAR(NAME, T)                                                                 \
  void NAME(const mote_resize_params* p, const T* x, T* y) {                                     \
    FOR_EACH_OUTPUT(between_fixed, between_i32, {                                                \
      const int64_t sum = PIXEL(x, n, v.low, u.low, c) * (kOne - v.weight) * (kOne - u.weight) + \
                          PIXEL(x, n, v.high, u.low, c) * v.weight * (kOne - u.weight) +         \
                          PIXEL(x, n, v.low, u.high, c) * (kOne - v.weight) * u.weight +         \
                          PIXEL(x, n, v.high, u.high, c) * v.weight * u.weight;                  \
      const int64_t half = (int64_t)kOne * kOne / 2;                                             \
      *y = (T)((sum + (sum > 0 ? half : -half)) / ((int64_t)kOne * kOne));                       \
    })                                                                                           \
  }
DEFINE_BILINEAR(mote_resize_bilinear_i8_reference, int8_t)
DEFINE_BILINEAR(mote_resize_bilinear_i16_reference, int16_t)

static int32_t nearest(const mote_resize_params* p, int32_t i, int32_t in, int32_t out) {
  const float at = ((float)i + (p->half_pixel_centers ? 0.5F : 0.0F)) * float_scale(p, in, out);
  const int32_t cell = (int32_t)(p->align_corners ? roundf(at) : floorf(at));
  return cell < 0 ? 0 : (cell > in - 1 ? in - 1 : cell);
}

void mote_resize_nearest_reference(const mote_resize_params* p, int32_t element_bytes,
                                   const void* x, void* y) {
  const int64_t pixel_bytes = (int64_t)p->c * element_bytes;
  char* to = y;
  for (int32_t n = 0; n < p->n; ++n) {
    for (int32_t i = 0; i < p->oh; ++i) {
      const int64_t row = (int64_t)n * p->h + nearest(p, i, p->h, p->oh);
      for (int32_t j = 0; j < p->ow; ++j, to += pixel_bytes) {
        const int64_t pixel = row * p->w + nearest(p, j, p->w, p->ow);
        memcpy(to, (const char*)x + pixel * pixel_bytes, (size_t)pixel_bytes);
      }
    }
  }
}

MOTE_RUN_UNARY(run_resize_bilinear_f32, mote_resize_bilinear_f32_reference)
MOTE_RUN_UNARY(run_resize_bilinear_i8, mote_resize_bilinear_i8_reference)
MOTE_RUN_UNARY(run_resize_bilinear_i16, mote_resize_bilinear_i16_reference)
MOTE_RUN_UNARY(run_resize_bilinear_u8, mote_resize_bilinear_u8_reference)

static void run_resize_nearest(const mote_kernel_args* args) {
  const mote_resize_nearest_params* p = args->params;
  mote_resize_nearest_reference(&p->resize, p->element_bytes, args->inputs[0], args->outputs[0]);
}

const mote_kernel mote_kernels_resize_reference[] = {
    {.name = "resize_bilinear_f32_reference",
     .family = "resize_bilinear_f32",
     MOTE_PRINTED("resize/reference.c", run_resize_bilinear_f32),
     .params_layout = &mote_resize_layout},
    {.name = "resize_bilinear_i8_reference",
     .family = "resize_bilinear_i8",
     MOTE_PRINTED("resize/reference.c", run_resize_bilinear_i8),
     .params_layout = &mote_resize_layout},
    {.name = "resize_bilinear_i16_reference",
     .family = "resize_bilinear_i16",
     MOTE_PRINTED("resize/reference.c", run_resize_bilinear_i16),
     .params_layout = &mote_resize_layout},
    {.name = "resize_bilinear_u8_reference",
     .family = "resize_bilinear_u8",
     MOTE_PRINTED("resize/reference.c", run_resize_bilinear_u8),
     .params_layout = &mote_resize_layout},
    {.name = "resize_nearest_reference",
     .family = "resize_nearest",
     MOTE_PRINTED("resize/reference.c", run_resize_nearest),
     .params_layout = &mote_resize_nearest_layout},
    MOTE_KERNELS_END};
