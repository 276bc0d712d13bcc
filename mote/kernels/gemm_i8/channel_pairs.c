#include "mote/kernels/gemm_i8/channel_pairs.h"

static int64_t products_of(const mote_channel_pairs* layer) {
  return (int64_t)layer->runs * layer->run;
}

// The weight of element `k` of a run; 0 where there is none.
static int8_t weight_of(const mote_channel_pairs* layer, int32_t channel, int32_t run, int32_t k) {
  if (channel >= layer->channels || k >= layer->run) return 0;
  return layer->weights[((int64_t)channel * layer->runs + run) * layer->run + k];
}

// Whether the weights of a channel and the next fit one half for every element.
static int fit_halves(const mote_channel_pairs* layer, int32_t channel) {
  for (int32_t r = 0; r < layer->runs; ++r) {
    for (int32_t k = 0; k < layer->run; ++k) {
      const int lowest = weight_of(layer, channel + 1, r, k) == INT8_MIN;
      if (lowest && weight_of(layer, channel, r, k) < 0) return 0;
    }
  }
  return 1;
}

const char* mote_channel_pairs_refuse(const mote_channel_pairs* layer) {
  if (layer->weights == NULL) return "its weights are not constant";
  for (int32_t o = 0; o < layer->channels; o += 2) {
    if (!fit_halves(layer, o)) {
      return "a weight is -128 beside a negative one of the channel before";
    }
  }
  return mote_channel_stage_refuses(layer->stage, layer->bias, layer->channels, products_of(layer));
}

int64_t mote_channel_pairs_bytes(int32_t channels, int32_t quads) {
  return ((int64_t)channels + 1) / 2 * mote_pair_words(quads) * (int64_t)sizeof(uint32_t);
}

// The weights of both channels for an element, as a half of a word.
static uint32_t half_of(const mote_channel_pairs* layer, int32_t channel, int32_t run, int32_t k) {
  const int32_t half =
      weight_of(layer, channel, run, k) + 256 * weight_of(layer, channel + 1, run, k);
  return (uint32_t)half & 0xFFFFU;
}

static uint32_t* pack_run(const mote_channel_pairs* layer, int32_t channel, int32_t run,
                          uint32_t* to) {
  for (int32_t k = 0; k < layer->run; k += 4) {
    *to++ = half_of(layer, channel, run, k) | half_of(layer, channel, run, k + 2) << 16;
    *to++ = half_of(layer, channel, run, k + 1) | half_of(layer, channel, run, k + 3) << 16;
  }
  return to;
}

static uint32_t* pack_stage(const mote_channel_pairs* layer, int32_t channel, uint32_t* to) {
  mote_channel_stage s = {0, 0};
  if (channel < layer->channels) {
    s = mote_channel_stage_of(layer->stage, layer->bias != NULL ? layer->bias[channel] : 0, channel,
                              products_of(layer));
  }
  *to++ = (uint32_t)s.bias_and_shift;
  *to++ = (uint32_t)s.multiplier;
  return to;
}

void mote_channel_pairs_pack(const mote_channel_pairs* layer, uint32_t* packed) {
  uint32_t* to = packed;
  for (int32_t o = 0; o < layer->channels; o += 2) {
    for (int32_t r = 0; r < layer->runs; ++r) to = pack_run(layer, o, r, to);
    to = pack_stage(layer, o, to);
    to = pack_stage(layer, o + 1, to);
  }
}
