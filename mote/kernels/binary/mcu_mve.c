// Addition of i8 on ARMv8.1-M with vectors, step by step as binary.h defines it, eight elements at
// a time.
#include "mote/kernels/simd/mcu_mve.h"

#include "mote/kernels/binary/add_plan.h"
#include "mote/kernels/binary/binary.h"
#include "mote/kernels/kernel.h"

static int is_scale(mote_multiplier m) { return m.shift <= 0 && m.shift >= -31; }

static const char* refuses(const void* params, const void* const* constants) {
  const mote_binary_params* p = params;
  if (p->left_shift != MOTE_ADD_SHIFT_I8) return "operands are not shifted by 20 bits";
  if (p->rounding == MOTE_ROUND_FLOAT) return "the output is rounded in float";
  if (!is_scale(p->a) || !is_scale(p->b) || !is_scale(p->y)) return "a scale is above 1";
  const int32_t zeros[] = {p->a_zero_point, p->b_zero_point, p->y_zero_point};
  for (int i = 0; i < 3; ++i) {
    if (zeros[i] < INT8_MIN || zeros[i] > INT8_MAX) return "a zero point is outside of i8";
  }
  return mote_add_refuses(params, constants);
}

// One multiplier; `away`: 1 where it shifts, so that ties of negative numbers go away from zero.
typedef struct add_scale {
  int32_t multiplier, shift, away;
} add_scale;

typedef struct add_plan {
  add_scale a, b, y;
  int32_t minus_a_zero, minus_b_zero, y_zero;
  int32_t rounds_once;
  mve_i16 min, max;
} add_plan;

static add_scale add_scale_of(mote_multiplier m) {
  const add_scale scale = {m.multiplier, m.shift, m.shift < 0};
  return scale;
}

static inline mve_i32 add_scaled(const add_plan* plan, const add_scale* s, mve_i32 v) {
  const mve_i32 multiplier = mve_all_i32(s->multiplier);
  const mve_i32 shift = mve_all_i32(s->shift);
  if (plan->rounds_once && s->away) return mve_shift_rounded(mve_high(v, multiplier), shift);
  return mve_shift_rounded(mve_ties_away(mve_rounded_high(v, multiplier), shift), shift);
}

static inline mve_i32 add_sum(const add_plan* plan, mve_i32 u, mve_i32 v) {
  const mve_i32 sum = mve_add_i32(add_scaled(plan, &plan->a, u), add_scaled(plan, &plan->b, v));
  return add_scaled(plan, &plan->y, sum);
}

// Eight elements, or `count` where that is fewer.
static void add_some(const add_plan* plan, const int8_t* u, const int8_t* v, int32_t count,
                     int8_t* y) {
  const mve_i16 us = mve_times_16(mve_add_scalar_i16(mve_load_some(u, count), plan->minus_a_zero));
  const mve_i16 vs = mve_times_16(mve_add_scalar_i16(mve_load_some(v, count), plan->minus_b_zero));
  const mve_i16 sum = mve_narrow(add_sum(plan, mve_even_high(us), mve_even_high(vs)),
                                 add_sum(plan, mve_odd_high(us), mve_odd_high(vs)));
  const mve_i16 moved = mve_add_scalar_i16(sum, plan->y_zero);
  mve_store_some(y, mve_clamp_i16(moved, plan->min, plan->max), count);
}

// Scales q0 and q1; VMLA subtracts 1 below zero, where `away` is 1.
#define ADD_SCALE(AT, EVEN, ODD)     \
  "ldrd %[s], %[t], [%[plan], #" #AT \
  "]\n"                              \
  "vqrdmulh.s32 " #EVEN ", " #EVEN   \
  ", %[s]\n"                         \
  "vqrdmulh.s32 " #ODD ", " #ODD     \
  ", %[s]\n"                         \
  "ldr %[s], [%[plan], #" #AT        \
  " + 8]\n"                          \
  "vshr.s32 q4, " #EVEN              \
  ", #31\n"                          \
  "vshr.s32 q5, " #ODD               \
  ", #31\n"                          \
  "vmla.s32 " #EVEN                  \
  ", q4, %[s]\n"                     \
  "vmla.s32 " #ODD                   \
  ", q5, %[s]\n"                     \
  "vrshl.s32 " #EVEN                 \
  ", %[t]\n"                         \
  "vrshl.s32 " #ODD ", %[t]\n"

static void run(const mote_kernel_args* args) {
  const mote_binary_params* p = args->params;
  const add_plan plan = {add_scale_of(p->a),
                         add_scale_of(p->b),
                         add_scale_of(p->y),
                         -p->a_zero_point,
                         -p->b_zero_point,
                         p->y_zero_point,
                         p->rounding == MOTE_ROUND_SINGLE,
                         mve_all_i16(p->y_min),
                         mve_all_i16(p->y_max)};
  const int8_t* u = args->inputs[0];
  const int8_t* v = args->inputs[1];
  int8_t* y = args->outputs[0];
  int32_t left = 1;
  for (int32_t d = 0; d < p->rank; ++d) left *= p->shape[d];
#if defined(__ARM_FEATURE_MVE)
  if (!plan.rounds_once && left >= 8) {
    int32_t s, t;
    // The fields of the plan are words in this order; loads that widen take low registers alone.
    __asm__ volatile(
        "dls lr, %[blocks]\n"
        "1:\n"
        "ldrd %[s], %[t], [%[plan], #36]\n"
        "vldrb.s16 q1, [%[u]], #8\n"
        "vldrb.s16 q3, [%[v]], #8\n"
        "vadd.i16 q1, q1, %[s]\n"
        "vadd.i16 q3, q3, %[t]\n"
        "vshl.i16 q1, q1, #4\n"
        "vshl.i16 q3, q3, #4\n"
        "vshllb.s16 q0, q1, #16\n"
        "vshllt.s16 q1, q1, #16\n"
        "vshllb.s16 q2, q3, #16\n"
        "vshllt.s16 q3, q3, #16\n"
        ADD_SCALE(0, q0, q1)
        ADD_SCALE(12, q2, q3)
        "vadd.i32 q0, q0, q2\n"
        "vadd.i32 q1, q1, q3\n"
        ADD_SCALE(24, q0, q1)
        "ldr %[s], [%[plan], #44]\n"
        "vqmovnb.s32 q0, q0\n"
        "vqmovnt.s32 q0, q1\n"
        "vqadd.s16 q0, q0, %[s]\n"
        "vmax.s16 q0, q0, %q[min]\n"
        "vmin.s16 q0, q0, %q[max]\n"
        "vstrb.16 q0, [%[y]], #8\n"
        "le lr, 1b\n"
        : [u] "+&l"(u), [v] "+&l"(v), [y] "+&l"(y), [s] "=&r"(s), [t] "=&r"(t)
        : [plan] "r"(&plan), [blocks] "r"(left / 8), [min] "w"(plan.min), [max] "w"(plan.max)
        : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "cc", "memory");
    left %= 8;
  }
#endif
  for (; left > 0; left -= 8, u += 8, v += 8, y += 8) add_some(&plan, u, v, left, y);
}

const mote_kernel mote_kernels_binary_mcu_mve[] = {{.name = "add_i8_mcu_mve",
                                                    .family = "add_i8",
                                                    .isa = MOTE_ISA_MCU_MVE,
                                                    .refuses = refuses,
                                                    .overlap = mote_overlap_elementwise,
                                                    MOTE_PRINTED("binary/mcu_mve.c", run)},
                                                   MOTE_KERNELS_END};
