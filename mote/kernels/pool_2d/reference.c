#include "mote/kernels/pool_2d/pool_2d.h"

typedef struct window {
  int32_t top, bottom, left, right;  // half open
} window;

static window window_of(const mote_pool_2d_params* p, int32_t i, int32_t j) {
  const int32_t row = i * p->stride_h - p->pad_top;
  const int32_t col = j * p->stride_w - p->pad_left;
  const window result = {row < 0 ? 0 : row, row + p->kh > p->h ? p->h : row + p->kh,
                         col < 0 ? 0 : col, col + p->kw > p->w ? p->w : col + p->kw};
  return result;
}

// For every output element: `acc` starts at START, `STEP` folds in `value`, `*y` becomes FINISH.
#define DEFINE_POOL(NAME, T, ACC, START, STEP, FINISH)                                    \
  void NAME(const mote_pool_2d_params* p, const T* x, T* y) {                             \
    for (int32_t n = 0; n < p->n; ++n) {                                                  \
      for (int32_t i = 0; i < p->oh; ++i) {                                               \
        for (int32_t j = 0; j < p->ow; ++j) {                                             \
          const window at = window_of(p, i, j);                                           \
          const int32_t count = (at.bottom - at.top) * (at.right - at.left);              \
          (void)count;                                                                    \
          for (int32_t c = 0; c < p->c; ++c, ++y) {                                       \
            ACC acc = START;                                                              \
            for (int32_t row = at.top; row < at.bottom; ++row) {                          \
              for (int32_t col = at.left; col < at.right; ++col) {                        \
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
