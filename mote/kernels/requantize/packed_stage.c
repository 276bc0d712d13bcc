#include "mote/kernels/requantize/packed_stage.h"

#include <string.h>

#include "mote/kernels/kernel.h"

enum {
  kAccumulatorBits = 29,  // |a| * 2^left < 2^29
  // The zero point times 2^right, with the product beside it, must fit 32 bits.
  kMaxRightShift = 22,
  kFloatProductBits = 30,  // with a zero point beside it, far from the end of 32 bits
};

// Accumulators that all give the same output.
static const char* constant_scale(int32_t output, mote_channel_scale* scale) {
  *scale = (mote_channel_scale){.addend = output, .threshold = INT32_MIN};
  return NULL;
}

// Scaling keeps order: what both ends give, all between them do.
static int is_constant(const mote_output_stage* stage, int32_t channel, mote_accumulators range) {
  if (range.low < INT32_MIN || range.high > INT32_MAX) return 0;
  // Left shifts of integers may wrap, and then order is lost.
  const int32_t shift = stage->multipliers[stage->per_channel ? channel : 0].shift;
  if (shift > 0 && stage->rounding != MOTE_ROUND_FLOAT) return 0;
  return mote_output_i32(stage, (int32_t)range.low, channel) ==
         mote_output_i32(stage, (int32_t)range.high, channel);
}

static int32_t trailing_zeros(uint32_t x) {
  int32_t count = 0;
  for (; (x & 1) == 0; x >>= 1) ++count;
  return count;
}

static const char* float_scale(const mote_output_stage* stage, int32_t channel,
                               mote_accumulators range, mote_channel_scale* scale) {
  const float factor = mote_multiplier_f32(stage->multipliers[stage->per_channel ? channel : 0]);
  const int64_t bound = -range.low > range.high ? -range.low : range.high;
  if (bound > INT32_MAX) return "accumulators may reach 2^31";
  if ((float)bound * factor >= (float)(1 << kFloatProductBits)) {
    if (!is_constant(stage, channel, range)) return "a scale is too large for its accumulators";
    return constant_scale(mote_output_i32(stage, (int32_t)range.low, channel), scale);
  }
  *scale = (mote_channel_scale){.addend = stage->zero_point, .threshold = INT32_MIN};
  memcpy(&scale->factor, &factor, sizeof factor);
  return NULL;
}

const char* mote_channel_scale_of(const mote_output_stage* stage, int32_t channel,
                                  mote_accumulators range, mote_channel_scale* scale) {
  const mote_multiplier m = stage->multipliers[stage->per_channel ? channel : 0];
  if (stage->zero_point < INT8_MIN || stage->zero_point > INT8_MAX) {
    return "the output's zero point is outside of i8";
  }
  if (m.multiplier == 0) return constant_scale(stage->zero_point, scale);
  if (m.multiplier < 1 << 30 || m.shift < -31 || m.shift > 30) {
    return "a multiplier is not of the form quantized models have";
  }
  if (stage->rounding == MOTE_ROUND_FLOAT) return float_scale(stage, channel, range, scale);
  const int64_t bound = -range.low > range.high ? -range.low : range.high;
  const int32_t left = m.shift > 0 ? m.shift : 0;
  const int32_t right = m.shift > 0 ? 0 : -m.shift;
  if (bound >= ((int64_t)1 << kAccumulatorBits) >> left) {
    if (!is_constant(stage, channel, range)) return "accumulators may reach 2^29";
    return constant_scale(mote_output_i32(stage, (int32_t)range.low, channel), scale);
  }
  const int64_t half = right > 0 ? (int64_t)1 << (right - 1) : 0;
  if ((bound * m.multiplier >> 31) + 1 < half) return constant_scale(stage->zero_point, scale);
  if (right > kMaxRightShift) {
    if (!is_constant(stage, channel, range)) return "a scale is too small for its accumulators";
    return constant_scale(mote_output_i32(stage, (int32_t)range.low, channel), scale);
  }

  const int rounds_once = stage->rounding == MOTE_ROUND_SINGLE && right > 0;
  const uint32_t odd_base = (uint32_t)1 << (30 - trailing_zeros((uint32_t)m.multiplier));
  const uint32_t nudged_base = (uint32_t)1 << 30 | odd_base;
  const uint32_t base = rounds_once ? (uint32_t)1 << 31 : nudged_base;
  const uint32_t factor = (uint32_t)m.multiplier << 1;
  const uint32_t high_base = (uint32_t)((uint64_t)factor * base >> 32);
  scale->left = left;
  scale->base = (int32_t)base;
  scale->factor = (int32_t)factor;
  scale->addend =
      (int32_t)((uint32_t)(stage->zero_point * (1 << right)) + (uint32_t)half - high_base);
  scale->threshold = rounds_once || right == 0 ? INT32_MIN : (int32_t)base;
  scale->right = right;
  return NULL;
}

const char* mote_stage_limits_refused_i8(const mote_output_stage* stage, int32_t channels) {
  const char* refused = "the output's limits are outside of i8 or crossed";
  if (stage->min < INT8_MIN || stage->max > INT8_MAX || stage->min > stage->max) return refused;
  if (stage->channel_max == NULL) return NULL;
  for (int32_t i = 0; i < channels; ++i) {
    if (stage->channel_max[i] < stage->min || stage->channel_max[i] > INT8_MAX) return refused;
  }
  return NULL;
}

static int64_t aligned(int64_t bytes) {
  return (bytes + MOTE_KERNEL_ALIGNMENT - 1) / MOTE_KERNEL_ALIGNMENT * MOTE_KERNEL_ALIGNMENT;
}

static int32_t scaling_of(const mote_output_stage* stage) {
  if (stage->rounding == MOTE_ROUND_FLOAT) return MOTE_SCALING_FLOAT;
  // Where h < 0 both forms of the second rounding give at most 0, before the zero point is added.
  const int decrements = stage->rounding == MOTE_ROUND_DOUBLE && stage->min < stage->zero_point;
  return decrements ? MOTE_SCALING_DECREMENTS : MOTE_SCALING_PLAIN;
}

static int32_t shifts_left(const mote_output_stage* stage, int32_t channels) {
  if (stage->rounding == MOTE_ROUND_FLOAT) return 0;
  for (int32_t i = 0; i < (stage->per_channel ? channels : 1); ++i) {
    if (stage->multipliers[i].shift > 0) return 1;
  }
  return 0;
}

int64_t mote_packed_stage_layout(const mote_output_stage* stage, int32_t channels, int32_t slots,
                                 mote_packed_stage* head) {
  const int64_t panel = (int64_t)head->lanes * MOTE_SCALE_ARRAYS;
  const int64_t scales = stage->per_channel ? slots / head->lanes * panel : panel;
  head->scale_stride = stage->per_channel ? (int32_t)panel : 0;
  head->max_stride = stage->channel_max != NULL ? 1 : 0;
  head->min = stage->min;
  head->scaling = scaling_of(stage);
  head->shifts_left = shifts_left(stage, channels);
  head->start = (int32_t)aligned(sizeof *head);
  head->scales = head->start + (int32_t)aligned((int64_t)slots * 4);
  head->max = head->scales + (int32_t)aligned(scales * 4);
  // A vector of limits may be read from any slot on.
  head->bytes = head->max + (int32_t)aligned(head->max_stride * slots) + MOTE_KERNEL_ALIGNMENT;
  return head->bytes;
}

void mote_packed_stage_set(mote_packed_stage* head, const mote_output_stage* stage,
                           const mote_packed_channel* channel) {
  char* bytes = (char*)head;
  mote_channel_scale scale;
  mote_channel_scale_of(stage, channel->channel, channel->range, &scale);
  const int32_t panel = channel->slot / head->lanes;
  const int32_t lane = channel->slot % head->lanes;
  int32_t* scales = (int32_t*)(void*)(bytes + head->scales) + (int64_t)panel * head->scale_stride;
  const int32_t fields[MOTE_SCALE_ARRAYS] = {scale.left,   scale.base,      scale.factor,
                                             scale.addend, scale.threshold, scale.right};
  // A shared scale fills the lanes of its one panel.
  const int32_t first = head->scale_stride > 0 ? lane : 0;
  const int32_t end = head->scale_stride > 0 ? lane + 1 : head->lanes;
  for (int32_t f = 0; f < MOTE_SCALE_ARRAYS; ++f) {
    for (int32_t i = first; i < end; ++i) scales[f * head->lanes + i] = fields[f];
  }
  int32_t* start = (int32_t*)(void*)(bytes + head->start) + channel->slot;
  *start = (int32_t)(channel->start + (head->shifts_left ? 0 : (uint32_t)scale.base));
  int8_t* max = (int8_t*)bytes + head->max;
  if (head->max_stride == 0) {
    memset(max, stage->max, MOTE_KERNEL_ALIGNMENT);
  } else {
    max[channel->slot] = (int8_t)stage->channel_max[channel->channel];
  }
}
