#include "mote/kernels/reduce/reduce.h"
#include "mote/kernels/reference_rows.h"

// How many elements go into one, and how many results there are.
static int64_t count(const mote_reduce_params* p, int32_t reduced) {
  int64_t product = 1;
  for (int32_t d = 0; d < p->rank; ++d) {
    if (p->reduced[d] == reduced) product *= p->shape[d];
  }
  return product;
}

// The offset in x of the `index`th combination of the axes with reduced[d] == `reduced`.
static int64_t offset(const mote_reduce_params* p, int32_t reduced, int64_t index) {
  int64_t result = 0;
  int64_t stride = 1;
  for (int32_t d = p->rank - 1; d >= 0; --d) {
    if (p->reduced[d] == reduced) {
      result += index % p->shape[d] * stride;
      index /= p->shape[d];
    }
    stride *= p->shape[d];
  }
  return result;
}

void mote_reduce_prepare(float x_scale, float y_scale, int32_t is_mean, mote_reduce_params* p) {
  p->multiplier = mote_quantize_multiplier((double)x_scale / (double)y_scale);
  const int64_t n = count(p, 1);
  if (!is_mean || n == 0) return;
  // 1 / n goes into the multiplier, with as many bits as n has, so that it stays about as long.
  int32_t bits = 0;
  while (bits < 32 && (n >> (bits + 1)) != 0) ++bits;
  if (bits > 31 + p->multiplier.shift) bits = 31 + p->multiplier.shift;
  p->multiplier.multiplier = (int32_t)(((int64_t)p->multiplier.multiplier << bits) / n);
  p->multiplier.shift -= bits;
}

// `acc` starts as START, STEP folds in `value`, FINISH is the result over `n` elements.
#define DEFINE_REDUCE(NAME, X, ACC, START, STEP, FINISH)                        \
  void mote_##NAME##_reference(const mote_reduce_params* p, const X* x, X* y) { \
    const int64_t results = count(p, 0);                                        \
    const int64_t n = count(p, 1);                                              \
    for (int64_t i = 0; i < results; ++i) {                                     \
      const X* start = x + offset(p, 0, i);                                     \
      ACC acc = START;                                                          \
      for (int64_t j = 0; j < n; ++j) {                                         \
        const ACC value = start[offset(p, 1, j)];                               \
        STEP;                                                                   \
      }                                                                         \
      y[i] = (X)(FINISH);                                                       \
    }                                                                           \
  }

#define ADD acc += value
#define TAKE_MAX acc = value > acc ? value : acc
#define TAKE_MIN acc = value < acc ? value : acc
#define LARGEST_F32 3.402823466e+38F

DEFINE_REDUCE(mean_f32, float, float, 0.0F, ADD, acc / (float)n)
DEFINE_REDUCE(mean_i8, int8_t, int32_t, 0, ADD, mote_reduce_requantized(p, acc, n))
DEFINE_REDUCE(mean_i16, int16_t, int32_t, 0, ADD, mote_reduce_requantized(p, acc, n))
DEFINE_REDUCE(mean_u8, uint8_t, int32_t, 0, ADD, mote_reduce_requantized(p, acc, n))
DEFINE_REDUCE(sum_f32, float, float, 0.0F, ADD, (n > 0 ? acc : 0.0F))
DEFINE_REDUCE(sum_i8, int8_t, int32_t, 0, ADD, mote_reduce_requantized(p, acc, n))
DEFINE_REDUCE(sum_i16, int16_t, int32_t, 0, ADD, mote_reduce_requantized(p, acc, n))
DEFINE_REDUCE(sum_u8, uint8_t, int32_t, 0, ADD, mote_reduce_requantized(p, acc, n))
DEFINE_REDUCE(reduce_max_f32, float, float, -LARGEST_F32, TAKE_MAX, (n > 0 ? acc : -LARGEST_F32))
DEFINE_REDUCE(reduce_max_i8, int8_t, int32_t, INT8_MIN, TAKE_MAX, (n > 0 ? acc : INT8_MIN))
DEFINE_REDUCE(reduce_max_i16, int16_t, int32_t, INT16_MIN, TAKE_MAX, (n > 0 ? acc : INT16_MIN))
DEFINE_REDUCE(reduce_max_u8, uint8_t, int32_t, 0, TAKE_MAX, (n > 0 ? acc : 0))
DEFINE_REDUCE(reduce_min_f32, float, float, LARGEST_F32, TAKE_MIN, (n > 0 ? acc : LARGEST_F32))
DEFINE_REDUCE(reduce_min_i8, int8_t, int32_t, INT8_MAX, TAKE_MIN, (n > 0 ? acc : INT8_MAX))
DEFINE_REDUCE(reduce_min_i16, int16_t, int32_t, INT16_MAX, TAKE_MIN, (n > 0 ? acc : INT16_MAX))
DEFINE_REDUCE(reduce_min_u8, uint8_t, int32_t, UINT8_MAX, TAKE_MIN, (n > 0 ? acc : UINT8_MAX))

MOTE_RUN_UNARY(run_mean_f32, mote_mean_f32_reference)
MOTE_RUN_UNARY(run_mean_i8, mote_mean_i8_reference)
MOTE_RUN_UNARY(run_mean_i16, mote_mean_i16_reference)
MOTE_RUN_UNARY(run_mean_u8, mote_mean_u8_reference)
MOTE_RUN_UNARY(run_sum_f32, mote_sum_f32_reference)
MOTE_RUN_UNARY(run_sum_i8, mote_sum_i8_reference)
MOTE_RUN_UNARY(run_sum_i16, mote_sum_i16_reference)
MOTE_RUN_UNARY(run_sum_u8, mote_sum_u8_reference)
MOTE_RUN_UNARY(run_reduce_max_f32, mote_reduce_max_f32_reference)
MOTE_RUN_UNARY(run_reduce_max_i8, mote_reduce_max_i8_reference)
MOTE_RUN_UNARY(run_reduce_max_i16, mote_reduce_max_i16_reference)
MOTE_RUN_UNARY(run_reduce_max_u8, mote_reduce_max_u8_reference)
MOTE_RUN_UNARY(run_reduce_min_f32, mote_reduce_min_f32_reference)
MOTE_RUN_UNARY(run_reduce_min_i8, mote_reduce_min_i8_reference)
MOTE_RUN_UNARY(run_reduce_min_i16, mote_reduce_min_i16_reference)
MOTE_RUN_UNARY(run_reduce_min_u8, mote_reduce_min_u8_reference)

const mote_kernel mote_kernels_reduce_reference[] = {
    {.name = "mean_f32_reference",
     .family = "mean_f32",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_mean_f32),
     .params_layout = &mote_reduce_layout},
    {.name = "mean_i8_reference",
     .family = "mean_i8",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_mean_i8),
     .params_layout = &mote_reduce_layout},
    {.name = "mean_i16_reference",
     .family = "mean_i16",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_mean_i16),
     .params_layout = &mote_reduce_layout},
    {.name = "mean_u8_reference",
     .family = "mean_u8",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_mean_u8),
     .params_layout = &mote_reduce_layout},
    {.name = "sum_f32_reference",
     .family = "sum_f32",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_sum_f32),
     .params_layout = &mote_reduce_layout},
    {.name = "sum_i8_reference",
     .family = "sum_i8",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_sum_i8),
     .params_layout = &mote_reduce_layout},
    {.name = "sum_i16_reference",
     .family = "sum_i16",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_sum_i16),
     .params_layout = &mote_reduce_layout},
    {.name = "sum_u8_reference",
     .family = "sum_u8",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_sum_u8),
     .params_layout = &mote_reduce_layout},
    {.name = "reduce_max_f32_reference",
     .family = "reduce_max_f32",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_reduce_max_f32),
     .params_layout = &mote_reduce_layout},
    {.name = "reduce_max_i8_reference",
     .family = "reduce_max_i8",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_reduce_max_i8),
     .params_layout = &mote_reduce_layout},
    {.name = "reduce_max_i16_reference",
     .family = "reduce_max_i16",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_reduce_max_i16),
     .params_layout = &mote_reduce_layout},
    {.name = "reduce_max_u8_reference",
     .family = "reduce_max_u8",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_reduce_max_u8),
     .params_layout = &mote_reduce_layout},
    {.name = "reduce_min_f32_reference",
     .family = "reduce_min_f32",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_reduce_min_f32),
     .params_layout = &mote_reduce_layout},
    {.name = "reduce_min_i8_reference",
     .family = "reduce_min_i8",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_reduce_min_i8),
     .params_layout = &mote_reduce_layout},
    {.name = "reduce_min_i16_reference",
     .family = "reduce_min_i16",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_reduce_min_i16),
     .params_layout = &mote_reduce_layout},
    {.name = "reduce_min_u8_reference",
     .family = "reduce_min_u8",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("reduce/reference.c", run_reduce_min_u8),
     .params_layout = &mote_reduce_layout},
    MOTE_KERNELS_END};
