#include <math.h>
#include <string.h>

#include "mote/kernels/fixed_point/fixed_point.h"
#include "mote/kernels/reference_rows.h"
#include "mote/kernels/softmax/softmax.h"
#include "mote/kernels/table/table.h"

// Differences are held in Q5.26, because exp(-16) no longer counts; sums in Q12.19.
enum { kInputBits = 5, kSumBits = MOTE_SOFTMAX_SUM_BITS, kLogOutputBits = 4 };

mote_softmax_params mote_softmax_prepare(int32_t rows, int32_t depth, double x_scale, double beta) {
  mote_softmax_params p;
  memset(&p, 0, sizeof p);
  p.rows = rows;
  p.depth = depth;
  p.beta = (float)beta;
  const double scaled = beta * x_scale * (1 << (31 - kInputBits));
  p.input = mote_quantize_multiplier(scaled < 2147483647.0 ? scaled : 2147483647.0);
  p.diff_min = -mote_fixed_input_radius(kInputBits, p.input.shift, 31);
  return p;
}

mote_softmax_params mote_log_softmax_prepare(int32_t rows, int32_t depth, double x_scale) {
  mote_softmax_params p = mote_softmax_prepare(rows, depth, x_scale, 1.0);
  p.reverse = mote_quantize_multiplier(ldexp(1.0, 31 - p.input.shift) / (double)p.input.multiplier);
  return p;
}

mote_softmax_params mote_softmax_i16_prepare(int32_t rows, int32_t depth, double factor) {
  mote_softmax_params p;
  memset(&p, 0, sizeof p);
  p.rows = rows;
  p.depth = depth;
  // The exponential's table spans [-10, 0] in 65535 steps.
  p.input = mote_quantize_multiplier(factor / (10.0 / 65535.0));
  return p;
}

static float exp_f32(float x) { return expf(x); }
static float one_over_one_plus_f32(float x) { return 1.0F / (1.0F + x); }

void mote_softmax_i16_tables(int16_t* exp_table, int16_t* reciprocal_table) {
  const mote_table_range exp_range = {-10.0F, 0.0F, -1.0F, 1.0F};
  const mote_table_range reciprocal_range = {0.0F, 1.0F, -1.0F, 1.0F};
  mote_table_i16(&exp_range, exp_f32, exp_table);
  mote_table_i16(&reciprocal_range, one_over_one_plus_f32, reciprocal_table);
}

static double one_over_one_plus_f64(double x) { return 1.0 / (1.0 + x); }

// The ends as LiteRT forms them: steps of a 65535th.
static mote_table_range_f64 range_f64(double x_span, int32_t x_zero_point) {
  const double x_scale = x_span / 65535.0;
  const double y_scale = 2.0 / 65535.0;
  const mote_table_range_f64 range = {x_scale * (INT16_MIN - x_zero_point),
                                      x_scale * (INT16_MAX - x_zero_point), y_scale * INT16_MIN,
                                      y_scale * INT16_MAX};
  return range;
}

void mote_softmax_i16_tables_f64(int16_t* exp_table, int16_t* reciprocal_table) {
  const mote_table_range_f64 exp_range = range_f64(10.0, INT16_MAX);
  const mote_table_range_f64 reciprocal_range = range_f64(1.0, INT16_MIN);
  mote_table_i16_f64(&exp_range, exp, exp_table);
  mote_table_i16_f64(&reciprocal_range, one_over_one_plus_f64, reciprocal_table);
}

void mote_softmax_f32_reference(const mote_softmax_params* p, const float* x, float* y) {
  for (int32_t row = 0; row < p->rows; ++row, x += p->depth, y += p->depth) {
    float max = x[0];
    for (int32_t c = 1; c < p->depth; ++c) max = x[c] > max ? x[c] : max;
    float sum = 0.0F;
    for (int32_t c = 0; c < p->depth; ++c) {
      y[c] = expf((x[c] - max) * p->beta);
      sum += y[c];
    }
    for (int32_t c = 0; c < p->depth; ++c) y[c] /= sum;
  }
}

int32_t mote_softmax_exp(const mote_softmax_params* p, int32_t difference) {
  const int32_t scaled = mote_requantize_i32(difference, p->input, MOTE_ROUND_DOUBLE);
  return mote_fixed_exp_of_negative(scaled, kInputBits);
}

#define DEFINE_ROW_SUM(NAME, X)                                                      \
  static int32_t NAME(const mote_softmax_params* p, const X* x, int32_t* max) {      \
    *max = x[0];                                                                     \
    for (int32_t c = 1; c < p->depth; ++c) *max = x[c] > *max ? x[c] : *max;         \
    int32_t sum = 0;                                                                 \
    for (int32_t c = 0; c < p->depth; ++c) {                                         \
      const int32_t difference = x[c] - *max;                                        \
      if (difference < p->diff_min) continue;                                        \
      sum += mote_rounding_divide_by_pot(mote_softmax_exp(p, difference), kSumBits); \
    }                                                                                \
    return sum;                                                                      \
  }
DEFINE_ROW_SUM(row_sum_i8, int8_t)
DEFINE_ROW_SUM(row_sum_u8, uint8_t)

// Rows of more than 2^BITS equal entries need exponents above 31, where nothing is left.
int32_t mote_softmax_share(int32_t reciprocal, int32_t exp, int32_t exponent) {
  const int32_t share = mote_saturating_rounding_doubling_high_mul(reciprocal, exp);
  return exponent > 31 ? 0 : mote_rounding_divide_by_pot(share, exponent);
}

#define DEFINE_SOFTMAX(NAME, ROW_SUM, X, Y, BITS, LOW, HIGH)                            \
  void NAME(const mote_softmax_params* p, const X* x, Y* y) {                           \
    for (int32_t row = 0; row < p->rows; ++row, x += p->depth, y += p->depth) {         \
      int32_t max;                                                                      \
      int32_t over_unit;                                                                \
      const int32_t sum = ROW_SUM(p, x, &max);                                          \
      const int32_t reciprocal = mote_fixed_reciprocal(sum, kSumBits, &over_unit);      \
      for (int32_t c = 0; c < p->depth; ++c) {                                          \
        const int32_t difference = x[c] - max;                                          \
        int32_t value = LOW;                                                            \
        if (difference >= p->diff_min) {                                                \
          const int32_t exp = mote_softmax_exp(p, difference);                          \
          value = mote_softmax_share(reciprocal, exp, over_unit + 31 - (BITS)) + (LOW); \
        }                                                                               \
        y[c] = (Y)mote_clamp_i32(value, LOW, HIGH);                                     \
      }                                                                                 \
    }                                                                                   \
  }
DEFINE_SOFTMAX(mote_softmax_i8_reference, row_sum_i8, int8_t, int8_t, 8, INT8_MIN, INT8_MAX)
DEFINE_SOFTMAX(mote_softmax_i8_i16_reference, row_sum_i8, int8_t, int16_t, 16, INT16_MIN, INT16_MAX)
DEFINE_SOFTMAX(mote_softmax_u8_reference, row_sum_u8, uint8_t, uint8_t, 8, 0, UINT8_MAX)

// exp(x - max) by table, as a value in [0, 2^15).
static int16_t exp_i16(const mote_softmax_params* p, const int16_t* table, int32_t difference) {
  const int32_t scaled = mote_requantize_i32(difference, p->input, MOTE_ROUND_DOUBLE);
  // The table's zero point is 32767: a difference of 0 stands at its end.
  const int32_t shifted = mote_clamp_i32(scaled + INT16_MAX, INT16_MIN, INT16_MAX);
  return mote_interpolate_i16(table, (int16_t)shifted);
}

void mote_softmax_i16_reference(const mote_softmax_params* p, const int16_t* exp_table,
                                const int16_t* reciprocal_table, const int16_t* x, int16_t* y) {
  for (int32_t row = 0; row < p->rows; ++row, x += p->depth, y += p->depth) {
    int32_t max = x[0];
    for (int32_t c = 1; c < p->depth; ++c) max = x[c] > max ? x[c] : max;
    int32_t sum = 0;  // Q16.15
    for (int32_t c = 0; c < p->depth; ++c) {
      y[c] = exp_i16(p, exp_table, x[c] - max);
      sum += y[c];
    }
    // sum = (1 + f) * 2^(30 - zeros) with f in [0, 1), and the table holds 1 / (1 + f).
    int32_t zeros = 0;
    while (zeros < 31 && ((uint32_t)sum & (UINT32_C(1) << (31 - zeros))) == 0) ++zeros;
    const int32_t fraction =
        (int32_t)((((int64_t)sum << (zeros - 1)) + (1 << 13) - (INT64_C(1) << 30)) >> 14);
    const int32_t index = mote_clamp_i32(fraction - 32768, INT16_MIN, INT16_MAX);
    const int16_t reciprocal = mote_interpolate_i16(reciprocal_table, (int16_t)index);
    const int32_t right_shift = 31 - zeros;
    for (int32_t c = 0; c < p->depth; ++c) {
      const int64_t product = (int64_t)y[c] * reciprocal;
      const int32_t value = (int32_t)((product + (INT64_C(1) << (right_shift - 1))) >> right_shift);
      y[c] = (int16_t)mote_clamp_i32(value, 0, INT16_MAX);
    }
  }
}

void mote_log_softmax_f32_reference(const mote_softmax_params* p, const float* x, float* y) {
  for (int32_t row = 0; row < p->rows; ++row, x += p->depth, y += p->depth) {
    float max = x[0];
    for (int32_t c = 1; c < p->depth; ++c) max = x[c] > max ? x[c] : max;
    float sum = 0.0F;
    for (int32_t c = 0; c < p->depth; ++c) sum += expf(x[c] - max);
    const float log_sum = logf(sum);
    for (int32_t c = 0; c < p->depth; ++c) y[c] = x[c] - max - log_sum;
  }
}

void mote_log_softmax_i8_reference(const mote_softmax_params* p, const int8_t* x, int8_t* y) {
  for (int32_t row = 0; row < p->rows; ++row, x += p->depth, y += p->depth) {
    int32_t max;
    const int32_t log_sum = mote_fixed_log(row_sum_i8(p, x, &max), kSumBits, kInputBits);
    const int32_t lowest = mote_requantize_i32(log_sum + INT32_MIN, p->reverse, MOTE_ROUND_DOUBLE);
    const int32_t diff_min = p->diff_min - 1 > lowest ? p->diff_min - 1 : lowest;
    for (int32_t c = 0; c < p->depth; ++c) {
      const int32_t difference = x[c] - max;
      int32_t value = INT8_MIN;
      if (difference > diff_min) {
        const int32_t scaled = mote_requantize_i32(difference, p->input, MOTE_ROUND_DOUBLE);
        value = mote_rounding_divide_by_pot(scaled - log_sum, 31 - kInputBits - kLogOutputBits) +
                INT8_MAX;
      }
      y[c] = (int8_t)mote_clamp_i32(value, INT8_MIN, INT8_MAX);
    }
  }
}

MOTE_RUN_UNARY(run_softmax_f32, mote_softmax_f32_reference)
MOTE_RUN_UNARY(run_softmax_i8, mote_softmax_i8_reference)
MOTE_RUN_UNARY(run_softmax_i8_i16, mote_softmax_i8_i16_reference)
MOTE_RUN_UNARY(run_softmax_u8, mote_softmax_u8_reference)
MOTE_RUN_UNARY(run_log_softmax_f32, mote_log_softmax_f32_reference)
MOTE_RUN_UNARY(run_log_softmax_i8, mote_log_softmax_i8_reference)

static void run_softmax_i16(const mote_kernel_args* args) {
  const mote_softmax_i16_params* p = args->params;
  mote_softmax_i16_reference(&p->softmax, p->exp_table, p->reciprocal_table, args->inputs[0],
                             args->outputs[0]);
}

const mote_kernel mote_kernels_softmax_reference[] = {
    {.name = "softmax_f32_reference",
     .family = "softmax_f32",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("softmax/reference.c", run_softmax_f32),
     .params_layout = &mote_softmax_layout},
    {.name = "softmax_i8_reference",
     .family = "softmax_i8",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("softmax/reference.c", run_softmax_i8),
     .params_layout = &mote_softmax_layout},
    {.name = "softmax_i8_i16_reference",
     .family = "softmax_i8_i16",
     MOTE_PRINTED("softmax/reference.c", run_softmax_i8_i16),
     .params_layout = &mote_softmax_layout},
    {.name = "softmax_u8_reference",
     .family = "softmax_u8",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("softmax/reference.c", run_softmax_u8),
     .params_layout = &mote_softmax_layout},
    {.name = "log_softmax_f32_reference",
     .family = "log_softmax_f32",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("softmax/reference.c", run_log_softmax_f32),
     .params_layout = &mote_softmax_layout},
    {.name = "log_softmax_i8_reference",
     .family = "log_softmax_i8",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("softmax/reference.c", run_log_softmax_i8),
     .params_layout = &mote_softmax_layout},
    {.name = "softmax_i16_reference",
     .family = "softmax_i16",
     .overlap = mote_overlap_in_order,
     MOTE_PRINTED("softmax/reference.c", run_softmax_i16),
     .params_layout = &mote_softmax_i16_layout},
    MOTE_KERNELS_END};
