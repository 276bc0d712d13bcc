#include "mote/kernels/requantize/channel_stage.h"

enum {
  kBiasLimit = (1 << 23) - 1,  // 24 bits with sign
  kMaxProduct = 255 * 128,
  kMaxTerms = (1 << 29) / kMaxProduct,  // so that twice a sum and its bias stay in 31 bits
};

static mote_multiplier multiplier_of(const mote_output_stage* stage, int32_t channel) {
  return stage->multipliers[stage->per_channel ? channel : 0];
}

static const char* refuses_multiplier(mote_multiplier m) {
  if (m.multiplier < 0) return "a multiplier is negative";
  if (m.multiplier > 0 && m.shift > -1) return "a scale is 0.5 or more";
  return m.multiplier > 0 && m.shift < -31 ? "a scale is below 2^-32" : NULL;
}

// The bias, or one of 24 bits that does the same: where it alone decides what is stored, as that of
// a channel that a ReLU keeps at zero.
static int32_t narrowed(const mote_output_stage* stage, int32_t bias, int32_t channel,
                        int64_t terms) {
  const int32_t nearest = mote_clamp_i32(bias, -kBiasLimit, kBiasLimit);
  const int64_t most = terms * kMaxProduct;
  if (nearest == bias || bias - most < INT32_MIN || bias + most > INT32_MAX) return bias;
  const int32_t reach = (int32_t)most;
  const int32_t stored = mote_output_i32(stage, bias, channel);
  const int same = mote_output_i32(stage, bias - reach, channel) == stored &&
                   mote_output_i32(stage, bias + reach, channel) == stored &&
                   mote_output_i32(stage, nearest - reach, channel) == stored &&
                   mote_output_i32(stage, nearest + reach, channel) == stored;
  return same ? nearest : bias;
}

const char* mote_channel_stage_refuses(const mote_output_stage* stage, const int32_t* bias,
                                       int32_t channels, int64_t terms) {
  if (stage->channel_max != NULL) return "its upper limits differ by channel";
  if (stage->zero_point < INT8_MIN || stage->zero_point > INT8_MAX) {
    return "the output's zero point is outside of i8";
  }
  if (terms > kMaxTerms) return "its sums are too long";
  for (int32_t o = 0; o < (stage->per_channel ? channels : 1); ++o) {
    const char* reason = refuses_multiplier(stage->multipliers[o]);
    if (reason != NULL) return reason;
  }
  for (int32_t o = 0; bias != NULL && o < channels; ++o) {
    const int32_t b = narrowed(stage, bias[o], o, terms);
    if (b < -kBiasLimit || b > kBiasLimit) return "a bias has more than 24 bits";
  }
  return NULL;
}

mote_channel_stage mote_channel_stage_of(const mote_output_stage* stage, int32_t bias,
                                         int32_t channel, int64_t terms) {
  const mote_multiplier m = multiplier_of(stage, channel);
  const int32_t shift = m.multiplier == 0 ? 0 : -m.shift - 1;
  return (mote_channel_stage){narrowed(stage, bias, channel, terms) * 256 + shift, m.multiplier};
}
