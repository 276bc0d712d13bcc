// Sums and differences of i8 for any microcontroller: the products of add_plan.h, one element at a
// time.
#include "mote/kernels/binary/add_plan.h"
#include "mote/kernels/kernel.h"

// What the products need of a plan.
typedef struct mote_add_products {
  int32_t a_high, b_high, a_low, b_low, high, low, bias, shift, ties_away;
  int32_t count;  // of elements
} mote_add_products;

static const char* refuses_plan(const void* params, const void* const* constants,
                                void (*pack_plan)(const void*, const void* const*, void*)) {
  const char* reason = mote_add_refuses(params, constants);
  if (reason != NULL) return reason;
  if (mote_binary_elements(params) > INT32_MAX) return "it has too many elements";
  mote_add_plan plan;
  pack_plan(params, constants, &plan);
  return plan.by_products ? NULL : "products do not give its sums";
}
static const char* refuses_add(const void* params, const void* const* constants) {
  return refuses_plan(params, constants, mote_add_plan_pack);
}
static const char* refuses_sub(const void* params, const void* const* constants) {
  return refuses_plan(params, constants, mote_sub_plan_pack);
}

static int64_t packed_bytes(const void* params) {
  (void)params;
  return (int64_t)sizeof(mote_add_products);
}

static void pack_products(const void* params, const mote_add_plan* plan, void* packed) {
  mote_add_products* products = packed;
  *products = (mote_add_products){.a_high = plan->a_high,
                                  .b_high = plan->b_high,
                                  .a_low = plan->a_low,
                                  .b_low = plan->b_low,
                                  .high = plan->high,
                                  .low = plan->low,
                                  .bias = plan->bias,
                                  .shift = plan->shift,
                                  .ties_away = plan->ties_away,
                                  .count = (int32_t)mote_binary_elements(params)};
}
static void pack_add(const void* params, const void* const* constants, void* packed) {
  mote_add_plan plan;
  mote_add_plan_pack(params, constants, &plan);
  pack_products(params, &plan, packed);
}
static void pack_sub(const void* params, const void* const* constants, void* packed) {
  mote_add_plan plan;
  mote_sub_plan_pack(params, constants, &plan);
  pack_products(params, &plan, packed);
}

static void run(const mote_kernel_args* args) {
  const mote_binary_params* params = args->params;
  const mote_add_products p = *(const mote_add_products*)args->packed;
  const int32_t min = params->y_min;
  const int32_t max = params->y_max;
  const int8_t* a = args->inputs[0];
  const int8_t* b = args->inputs[1];
  int8_t* y = args->outputs[0];
  const int32_t ties = -p.ties_away;
  for (int32_t i = 0; i < p.count; ++i) {
    const int32_t low = a[i] * p.a_low + b[i] * p.b_low + p.low;
    const int32_t sum = a[i] * p.a_high + b[i] * p.b_high + p.high + (low >> MOTE_ADD_LOW_BITS);
    const int32_t value = (sum + p.bias + ((sum >> 31) & ties)) >> p.shift;
    y[i] = (int8_t)mote_clamp_i32(value, min, max);
  }
}

#define ROW(STEM)                                                                               \
  {                                                                                             \
    .name = #STEM "_i8_mcu", .family = #STEM "_i8", .isa = MOTE_ISA_MCU,                        \
    .refuses = refuses_##STEM, .packs_params = 1, .packed_bytes = packed_bytes,                 \
    .pack = pack_##STEM, .overlap = mote_overlap_elementwise, MOTE_PRINTED("binary/mcu.c", run) \
  }

const mote_kernel mote_kernels_binary_mcu[] = {ROW(add), ROW(sub), MOTE_KERNELS_END};
