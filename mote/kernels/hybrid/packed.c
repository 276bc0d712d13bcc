#include "mote/kernels/hybrid/packed.h"

#include <string.h>

#include "mote/kernels/kernel.h"

// The gemm's own output stage is not used: it starts sums at what the offset of its elements asks
// for, and no more.
static const mote_multiplier kNoMultiplier = {0, 0};
static const mote_output_stage kNoStage = {
    .multipliers = &kNoMultiplier, .min = INT8_MIN, .max = INT8_MAX};

static int64_t aligned(int64_t bytes) {
  return (bytes + MOTE_KERNEL_ALIGNMENT - 1) / MOTE_KERNEL_ALIGNMENT * MOTE_KERNEL_ALIGNMENT;
}

int64_t mote_hybrid_layout(const mote_gemm_i8_shape* shape, mote_hybrid_plan* plan) {
  plan->conv.gemm.head_bytes = sizeof *plan;
  plan->sums = aligned(mote_gemm_i8_layout(shape, &kNoStage, &plan->conv.gemm));
  const int64_t array =
      aligned((int64_t)plan->conv.gemm.groups * plan->conv.gemm.panels * shape->lanes * 4);
  plan->scales = plan->sums + array;
  plan->bias = plan->scales + array;
  plan->bytes = plan->bias + array;
  return plan->bytes;
}

static int32_t sum_of(const int8_t* w, int64_t count) {
  int32_t sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += w[i];
  return sum;
}

void mote_hybrid_pack(const mote_gemm_i8_shape* shape, const mote_hybrid_constants* constants,
                      mote_hybrid_plan* packed) {
  const mote_gemm_i8* g = &packed->conv.gemm;
  const mote_gemm_i8_constants gemm = {constants->w, NULL, &kNoStage};
  mote_gemm_i8_pack(shape, &gemm, &packed->conv.gemm);
  char* bytes = (char*)packed;
  memset(bytes + packed->sums, 0, (size_t)(packed->bytes - packed->sums));
  int32_t* sums = (int32_t*)(void*)(bytes + packed->sums);
  float* scales = (float*)(void*)(bytes + packed->scales);
  float* bias = (float*)(void*)(bytes + packed->bias);
  const int per_channel = constants->weights->count > 1;
  packed->asymmetric = constants->weights->asymmetric;
  packed->scale = per_channel ? 1.0F : constants->weights->scales[0];
  const int32_t channels = mote_gemm_i8_own_channels(g);
  const int64_t terms = (int64_t)g->runs * mote_gemm_i8_own_length(g);
  for (int32_t i = 0; i < g->groups * g->group_channels; ++i) {
    const int32_t group = i / g->group_channels;
    const int32_t in_group = i % g->group_channels;
    const int64_t channel = (int64_t)group * channels + in_group % channels;
    const int32_t slot = group * g->panels * shape->lanes + in_group;
    sums[slot] = sum_of(constants->w + channel * terms, terms);
    scales[slot] = per_channel ? constants->weights->scales[channel] : 1.0F;
    bias[slot] = constants->bias != NULL ? constants->bias[channel] : 0.0F;
  }
}
