#include "mote/kernels/gemm_i8/channel_pairs.h"

static int8_t weight_of(const mote_channel_pairs* layer, int32_t channel, int32_t term) {
  const int outside = channel >= layer->channels || term >= layer->terms;
  return outside ? 0 : layer->weights[(int64_t)channel * layer->terms + term];
}

const char* mote_channel_pairs_refuse(const mote_channel_pairs* layer) {
  if (layer->weights == NULL) return "its weights are not constant";
  for (int32_t o = 0; o + 1 < layer->channels; o += 2) {
    for (int32_t k = 0; k < layer->terms; ++k) {
      if (weight_of(layer, o + 1, k) == INT8_MIN && weight_of(layer, o, k) < 0) {
        return "a weight is -128 beside a negative one of the channel before";
      }
    }
  }
  return mote_channel_stage_refuses(layer->stage, layer->bias, layer->channels, layer->terms);
}

int64_t mote_channel_pairs_bytes(int32_t channels, int32_t terms) {
  return ((int64_t)channels + 1) / 2 * mote_pair_words(terms) * (int64_t)sizeof(uint32_t);
}

// The weights of both channels for an element, as a half of a word.
static uint32_t half_of(const mote_channel_pairs* layer, int32_t channel, int32_t term) {
  const int32_t half = weight_of(layer, channel, term) + 256 * weight_of(layer, channel + 1, term);
  return (uint32_t)half & 0xFFFFU;
}

static uint32_t* pack_stage(const mote_channel_pairs* layer, int32_t channel, uint32_t* to) {
  mote_channel_stage s = {0, 0};
  if (channel < layer->channels) {
    s = mote_channel_stage_of(layer->stage, layer->bias != NULL ? layer->bias[channel] : 0, channel,
                              layer->terms);
  }
  *to++ = (uint32_t)s.bias_and_shift;
  *to++ = (uint32_t)s.multiplier;
  return to;
}

void mote_channel_pairs_pack(const mote_channel_pairs* layer, uint32_t* packed) {
  uint32_t* to = packed;
  for (int32_t o = 0; o < layer->channels; o += 2) {
    for (int32_t k = 0; k < layer->terms; k += 4) {
      *to++ = half_of(layer, o, k) | half_of(layer, o, k + 2) << 16;
      *to++ = half_of(layer, o, k + 1) | half_of(layer, o, k + 3) << 16;
    }
    to = pack_stage(layer, o, to);
    to = pack_stage(layer, o + 1, to);
  }
}
