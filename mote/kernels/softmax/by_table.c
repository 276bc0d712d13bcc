// Softmax of i8 and u8 with the exponential of each of the 256 differences computed once.
#include "mote/kernels/fixed_point/fixed_point.h"
#include "mote/kernels/kernel.h"
#include "mote/kernels/softmax/softmax.h"

enum { kDifferences = 256 };

// By how far x is below the largest of its row; 0 beyond diff_min.
typedef struct table {
  int32_t exp[kDifferences];   // Q0.31
  int32_t term[kDifferences];  // of the sum
  int32_t lowest;              // the largest difference that counts
} table;

static int64_t packed_bytes(const void* params) {
  (void)params;
  return (int64_t)sizeof(table);
}

static void pack(const void* params, const void* const* constants, void* packed) {
  const mote_softmax_params* p = params;
  table* t = packed;
  (void)constants;
  *t = (table){.lowest = -1};
  for (int32_t d = 0; d < kDifferences && -d >= p->diff_min; ++d) {
    t->lowest = d;
    t->exp[d] = mote_softmax_exp(p, -d);
    t->term[d] = mote_rounding_divide_by_pot(t->exp[d], MOTE_SOFTMAX_SUM_BITS);
  }
}

static int32_t units(const void* params) { return ((const mote_softmax_params*)params)->rows; }

#define DEFINE_RUN(NAME, X, Y, BITS, LOW, HIGH)                                                  \
  static void NAME(const mote_kernel_args* args) {                                               \
    const mote_softmax_params* p = args->params;                                                 \
    const table* t = args->packed;                                                               \
    const X* x = (const X*)args->inputs[0] + (int64_t)args->begin * p->depth;                    \
    Y* y = (Y*)args->outputs[0] + (int64_t)args->begin * p->depth;                               \
    for (int32_t row = args->begin; row < args->end; ++row, x += p->depth, y += p->depth) {      \
      int32_t max = x[0];                                                                        \
      for (int32_t c = 1; c < p->depth; ++c) max = x[c] > max ? x[c] : max;                      \
      int32_t sum = 0;                                                                           \
      for (int32_t c = 0; c < p->depth; ++c) sum += t->term[max - x[c]];                         \
      int32_t over_unit;                                                                         \
      const int32_t reciprocal = mote_fixed_reciprocal(sum, MOTE_SOFTMAX_SUM_BITS, &over_unit);  \
      for (int32_t c = 0; c < p->depth; ++c) {                                                   \
        const int32_t difference = max - x[c];                                                   \
        const int32_t value =                                                                    \
            mote_softmax_share(reciprocal, t->exp[difference], over_unit + 31 - (BITS)) + (LOW); \
        y[c] = (Y)(difference > t->lowest ? (LOW) : mote_clamp_i32(value, LOW, HIGH));           \
      }                                                                                          \
    }                                                                                            \
  }
DEFINE_RUN(run_i8, int8_t, int8_t, 8, INT8_MIN, INT8_MAX)
DEFINE_RUN(run_i8_i16, int8_t, int16_t, 16, INT16_MIN, INT16_MAX)
DEFINE_RUN(run_u8, uint8_t, uint8_t, 8, 0, UINT8_MAX)

#define ROW(NAME, RUN)                                                     \
  {                                                                        \
    .name = #NAME "_table", .family = #NAME, .isa = MOTE_ISA_PORTABLE,     \
    .packed_bytes = packed_bytes, .pack = pack, .units = units, .run = RUN \
  }

const mote_kernel mote_kernels_softmax_by_table[] = {ROW(softmax_i8, run_i8),
                                                     ROW(softmax_i8_i16, run_i8_i16),
                                                     ROW(softmax_u8, run_u8), MOTE_KERNELS_END};
