#include "mote/kernels/binary/add_plan.h"

#define MOTE_ISA MOTE_ISA_PORTABLE
#define MOTE_ISA_WORD portable
enum { ADD_BLOCK = 16 };

static inline void add_block(const mote_add_plan* p, const int8_t* restrict a,
                             const int8_t* restrict b, int8_t* y) {
  int32_t values[ADD_BLOCK];
  for (int i = 0; i < ADD_BLOCK; ++i) {
    const int32_t high = a[i] * p->a_high + b[i] * p->b_high + p->high;
    const int32_t low = a[i] * p->a_low + b[i] * p->b_low + p->low;
    const int32_t t = high + (low >> MOTE_ADD_LOW_BITS);
    const int32_t value = (t + p->bias + ((t >> 31) & -p->ties_away)) >> p->shift;
    values[i] = mote_clamp_i32(value, p->min, p->max);
  }
  for (int i = 0; i < ADD_BLOCK; ++i) y[i] = (int8_t)values[i];
}

#include "mote/kernels/binary/rows.inc"
