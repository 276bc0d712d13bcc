#include "mote/kernels/pool_2d/pool_2d.h"
#include "mote/kernels/pool_2d/window.h"
#include "mote/kernels/reference_rows.h"

typedef struct taps {
  int32_t first, end;
} taps;

// Which of `count` taps from `start` on, `step` apart, lie in [low, high).
static taps taps_in(int64_t start, int64_t step, int32_t count, int64_t low, int64_t high) {
  const int64_t first = start < low ? (low - start + step - 1) / step : 0;
  const int64_t end = start < high ? (high - start + step - 1) / step : 0;
  const taps inside = {(int32_t)(first < count ? first : count),
                       (int32_t)(end < count ? end : count)};
  return inside;
}

static int32_t count_of(taps t) { return t.end > t.first ? t.end - t.first : 0; }

// What an average at output (i, j) divides by.
static int32_t divisor(const mote_pool_2d_params* p, int32_t i, int32_t j) {
  const int32_t row = i * p->stride_h - p->pad_top;
  const int32_t col = j * p->stride_w - p->pad_left;
  const int32_t all = p->include_padding;
  return count_of(taps_in(row, p->dilation_h, p->kh, all ? -p->pad_top : 0,
                          p->h + (all ? (int64_t)p->pad_bottom : 0))) *
         count_of(taps_in(col, p->dilation_w, p->kw, all ? -p->pad_left : 0,
                          p->w + (all ? (int64_t)p->pad_right : 0)));
}

// For every output element: `acc` starts at START, `STEP` folds in `value`, `*y` becomes FINISH.
#define DEFINE_POOL(NAME, T, ACC, START, STEP, FINISH)                                    \
  void NAME(const mote_pool_2d_params* p, const T* x, T* y) {                             \
    for (int32_t n = 0; n < p->n; ++n) {                                                  \
      for (int32_t i = 0; i < p->oh; ++i) {                                               \
        for (int32_t j = 0; j < p->ow; ++j) {                                             \
          const int32_t count = divisor(p, i, j);                                         \
          (void)count;                                                                    \
          const int32_t row0 = i * p->stride_h - p->pad_top;                              \
          const int32_t col0 = j * p->stride_w - p->pad_left;                             \
          const taps rows = taps_in(row0, p->dilation_h, p->kh, 0, p->h);                 \
          const taps cols = taps_in(col0, p->dilation_w, p->kw, 0, p->w);                 \
          for (int32_t c = 0; c < p->c; ++c, ++y) {                                       \
            ACC acc = START;                                                              \
            for (int32_t a = rows.first; a < rows.end; ++a) {                             \
              const int32_t row = row0 + a * p->dilation_h;                               \
              for (int32_t b = cols.first; b < cols.end; ++b) {                           \
                const int32_t col = col0 + b * p->dilation_w;                             \
                const ACC value = x[(((int64_t)n * p->h + row) * p->w + col) * p->c + c]; \
                STEP;                                                                     \
              }                                                                           \
            }                                                                             \
            *y = (T)(FINISH);                                                             \
          }                                                                               \
        }                                                                                 \
      }                                                                                   \
    }                                                                                     \
  }

static int32_t clamp(const mote_pool_2d_params* p, int32_t v) {
  return v < p->y_min ? p->y_min : (v > p->y_max ? p->y_max : v);
}
static float clamp_f32(const mote_pool_2d_params* p, float v) {
  return v < p->y_min_f32 ? p->y_min_f32 : (v > p->y_max_f32 ? p->y_max_f32 : v);
}
static int32_t divide(int32_t sum, int32_t count) {
  return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

#define ADD acc += value
#define TAKE_MAX \
  if (value > acc) acc = value
#define AVERAGE clamp(p, divide(acc, count))
DEFINE_POOL(mote_average_pool_2d_f32_reference, float, float, 0.0F, ADD,
            clamp_f32(p, acc / (float)count))
DEFINE_POOL(mote_average_pool_2d_i8_reference, int8_t, int32_t, 0, ADD, AVERAGE)
DEFINE_POOL(mote_average_pool_2d_i16_reference, int16_t, int32_t, 0, ADD, AVERAGE)
DEFINE_POOL(mote_average_pool_2d_u8_reference, uint8_t, int32_t, 0, ADD, AVERAGE)
DEFINE_POOL(mote_max_pool_2d_f32_reference, float, float, -3.402823466e+38F, TAKE_MAX,
            clamp_f32(p, acc))
DEFINE_POOL(mote_max_pool_2d_i8_reference, int8_t, int32_t, INT8_MIN, TAKE_MAX, clamp(p, acc))
DEFINE_POOL(mote_max_pool_2d_i16_reference, int16_t, int32_t, INT16_MIN, TAKE_MAX, clamp(p, acc))
DEFINE_POOL(mote_max_pool_2d_u8_reference, uint8_t, int32_t, 0, TAKE_MAX, clamp(p, acc))

MOTE_OVERLAP_EACH(overlap_1, mote_pool_2d_window, 1)
MOTE_OVERLAP_EACH(overlap_2, mote_pool_2d_window, 2)
MOTE_OVERLAP_EACH(overlap_4, mote_pool_2d_window, 4)

MOTE_RUN_UNARY(run_average_pool_2d_f32, mote_average_pool_2d_f32_reference)
MOTE_RUN_UNARY(run_average_pool_2d_i8, mote_average_pool_2d_i8_reference)
MOTE_RUN_UNARY(run_average_pool_2d_i16, mote_average_pool_2d_i16_reference)
MOTE_RUN_UNARY(run_average_pool_2d_u8, mote_average_pool_2d_u8_reference)
MOTE_RUN_UNARY(run_max_pool_2d_f32, mote_max_pool_2d_f32_reference)
MOTE_RUN_UNARY(run_max_pool_2d_i8, mote_max_pool_2d_i8_reference)
MOTE_RUN_UNARY(run_max_pool_2d_i16, mote_max_pool_2d_i16_reference)
MOTE_RUN_UNARY(run_max_pool_2d_u8, mote_max_pool_2d_u8_reference)

const mote_kernel mote_kernels_pool_2d_reference[] = {
    {.name = "average_pool_2d_f32_reference",
     .family = "average_pool_2d_f32",
     .overlap = overlap_4,
     MOTE_PRINTED("pool_2d/reference.c", run_average_pool_2d_f32),
     .params_layout = &mote_pool_2d_layout},
    {.name = "average_pool_2d_i8_reference",
     .family = "average_pool_2d_i8",
     .overlap = overlap_1,
     MOTE_PRINTED("pool_2d/reference.c", run_average_pool_2d_i8),
     .params_layout = &mote_pool_2d_layout},
    {.name = "average_pool_2d_i16_reference",
     .family = "average_pool_2d_i16",
     .overlap = overlap_2,
     MOTE_PRINTED("pool_2d/reference.c", run_average_pool_2d_i16),
     .params_layout = &mote_pool_2d_layout},
    {.name = "average_pool_2d_u8_reference",
     .family = "average_pool_2d_u8",
     .overlap = overlap_1,
     MOTE_PRINTED("pool_2d/reference.c", run_average_pool_2d_u8),
     .params_layout = &mote_pool_2d_layout},
    {.name = "max_pool_2d_f32_reference",
     .family = "max_pool_2d_f32",
     .overlap = overlap_4,
     MOTE_PRINTED("pool_2d/reference.c", run_max_pool_2d_f32),
     .params_layout = &mote_pool_2d_layout},
    {.name = "max_pool_2d_i8_reference",
     .family = "max_pool_2d_i8",
     .overlap = overlap_1,
     MOTE_PRINTED("pool_2d/reference.c", run_max_pool_2d_i8),
     .params_layout = &mote_pool_2d_layout},
    {.name = "max_pool_2d_i16_reference",
     .family = "max_pool_2d_i16",
     .overlap = overlap_2,
     MOTE_PRINTED("pool_2d/reference.c", run_max_pool_2d_i16),
     .params_layout = &mote_pool_2d_layout},
    {.name = "max_pool_2d_u8_reference",
     .family = "max_pool_2d_u8",
     .overlap = overlap_1,
     MOTE_PRINTED("pool_2d/reference.c", run_max_pool_2d_u8),
     .params_layout = &mote_pool_2d_layout},
    MOTE_KERNELS_END};
