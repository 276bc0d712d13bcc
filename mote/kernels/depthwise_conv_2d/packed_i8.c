#include "mote/kernels/depthwise_conv_2d/packed_i8.h"

#include <string.h>

#include "mote/kernels/kernel.h"

enum {
  kBeginCost = 4,         // of a block, in vectors: weights and scales become registers
  kLineBytes = 24 << 10,  // more than that, and channels are cut into slices
  kVectorBytes = 64,      // the widest vector
  kMaxTurnedHeight = 48,  // rows of a window that may become taps of one row
};

static int64_t aligned(int64_t bytes) {
  return (bytes + MOTE_KERNEL_ALIGNMENT - 1) / MOTE_KERNEL_ALIGNMENT * MOTE_KERNEL_ALIGNMENT;
}
static int32_t ceil_div(int32_t a, int32_t b) { return (a + b - 1) / b; }

static int32_t common_divisor(int32_t a, int32_t b) {
  while (b != 0) {
    const int32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

mote_depthwise_conv_2d_params mote_depthwise_i8_turned(const mote_depthwise_conv_2d_params* p) {
  mote_depthwise_conv_2d_params turned = *p;
  if (p->w != 1 || p->ow != 1 || p->kw != 1 || p->pad_left != 0 || p->kh > kMaxTurnedHeight) {
    return turned;
  }
  turned.h = turned.oh = turned.kh = turned.stride_h = turned.dilation_h = 1;
  turned.pad_top = 0;
  turned.w = p->h;
  turned.ow = p->oh;
  turned.kw = p->kh;
  turned.stride_w = p->stride_h;
  turned.dilation_w = p->dilation_h;
  turned.pad_left = p->pad_top;
  return turned;
}

static void choose_mixing(const mote_depthwise_i8_shape* shape,
                          const mote_depthwise_conv_2d_params* p, mote_depthwise_i8_plan* plan) {
  const int32_t column_groups = ceil_div(p->kw, shape->depth);
  const int32_t together = shape->depth > 1 && p->stride_h == 1 && p->dilation_h == 1 ? 2 : 1;
  const int32_t lines = ceil_div(p->kh + together - 1, shape->depth);
  plan->by_rows = p->multiplier == 1 && lines * p->kw <= p->kh * column_groups;
  plan->lines = plan->by_rows ? lines : p->kh;
  plan->groups = plan->by_rows ? p->kw : column_groups;
  plan->together = plan->by_rows ? together : 1;
}

static void choose_blocks(const mote_depthwise_i8_shape* shape,
                          const mote_depthwise_conv_2d_params* p, int32_t slice,
                          mote_depthwise_i8_plan* plan) {
  const int32_t common = common_divisor(slice, shape->block);
  const int32_t period = shape->block / common;
  const int32_t vectors = ceil_div(slice, shape->lanes);
  // Vectors of a row, with what it costs to begin a block; without a period, vectors are stored in
  // part.
  const int64_t with = (int64_t)(slice / common) * (shape->block / shape->lanes) *
                       (ceil_div(p->ow, period) + kBeginCost);
  const int64_t without = (int64_t)vectors * (p->ow + kBeginCost);
  plan->slice = slice;
  plan->slices = plan->channels / slice;
  plan->period = with > without + without / 4 ? 1 : period;
  plan->blocks = plan->period == 1 ? ceil_div(slice, shape->block) : slice / common;
  const int32_t reach = (p->kw - 1) * p->dilation_w;
  const int within = plan->period == 1 || slice % shape->lanes == 0;  // vectors within pixels
  plan->column_step = plan->by_rows && within ? 1 : p->stride_w;
  plan->planes = plan->column_step < reach + 1 ? plan->column_step : reach + 1;
  plan->plane_pixels =
      (p->ow - 1) * (p->stride_w / plan->column_step) + reach / plan->column_step + 1;
  const int64_t row = (int64_t)plan->planes * plan->plane_pixels * slice;
  const int64_t outputs = (int64_t)p->ow * slice;
  // Vectors of a last block reach past the end, and so do those of a fill.
  const int64_t slack = plan->period * p->stride_w * slice + shape->block + kVectorBytes;
  plan->row_bytes = plan->by_rows ? (int64_t)p->w * p->ic : row + slack;
  plan->line_elements = (plan->by_rows ? row : outputs * plan->groups) + slack;
}

// Whether the lines of a slice stay in the cache.
static int fits(const mote_depthwise_i8_shape* shape, const mote_depthwise_i8_plan* plan) {
  return plan->lines * plan->line_elements * shape->depth * shape->element_bytes <= kLineBytes;
}

mote_depthwise_i8_plan mote_depthwise_i8_plan_of(const mote_depthwise_i8_shape* shape,
                                                 const mote_depthwise_conv_2d_params* p) {
  mote_depthwise_i8_plan plan;
  memset(&plan, 0, sizeof plan);
  plan.channels = p->ic * p->multiplier;
  choose_mixing(shape, p, &plan);
  choose_blocks(shape, p, plan.channels, &plan);
  // Slices of whole blocks: outputs of one pixel are not followed by those of the next.
  const int32_t most = plan.channels % shape->block == 0 ? plan.channels / shape->block : 1;
  for (int32_t parts = 2; p->multiplier == 1 && !fits(shape, &plan) && parts <= most; ++parts) {
    if (most % parts == 0) choose_blocks(shape, p, plan.channels / parts, &plan);
  }
  const int32_t slots = plan.slices * plan.blocks * shape->block;
  mote_packed_stage head = {.lanes = shape->lanes};
  plan.stage = aligned((int64_t)sizeof plan);
  plan.weights =
      plan.stage + aligned(mote_packed_stage_layout(&p->output, plan.channels, slots, &head));
  plan.max = plan.weights + (int64_t)slots * plan.together * plan.lines * plan.groups *
                                shape->depth * shape->element_bytes;
  plan.bytes = plan.max + aligned(slots) + kVectorBytes;
  return plan;
}

int64_t mote_depthwise_i8_scratch_bytes(const mote_depthwise_i8_shape* shape,
                                        const mote_depthwise_i8_plan* plan) {
  // By columns one line more holds the padding above and below.
  const int32_t lines = plan->by_rows ? plan->lines : plan->lines + 1;
  return aligned(plan->row_bytes) +
         lines * aligned(plan->line_elements * shape->depth * shape->element_bytes);
}

// Sums over the weights of one channel.
typedef struct channel_sums {
  uint32_t start;  // of the accumulator: bias - (offset + zero point) * sum of weights
  mote_accumulators range;
} channel_sums;

static channel_sums sum_channel(const mote_depthwise_conv_2d_params* p,
                                const void* const* constants, int32_t offset, int32_t channel) {
  const int8_t* w = constants[1];
  const int32_t* biases = constants[2];
  const int32_t channels = p->ic * p->multiplier;
  int64_t sum = 0;
  int64_t magnitude = 0;
  for (int32_t tap = 0; tap < p->kh * p->kw; ++tap) {
    const int32_t value = w[(int64_t)tap * channels + channel];
    sum += value;
    magnitude += value < 0 ? -value : value;
  }
  const int64_t bias = biases != NULL ? biases[channel] : 0;
  const int64_t below = p->x_zero_point - INT8_MIN;
  const int64_t above = INT8_MAX - p->x_zero_point;
  const int64_t spread = magnitude * (below > above ? below : above);
  return (channel_sums){(uint32_t)(bias - (offset + p->x_zero_point) * sum),
                        {bias - spread, bias + spread}};
}

static mote_accumulators together(mote_accumulators a, mote_accumulators b) {
  return (mote_accumulators){a.low < b.low ? a.low : b.low, a.high > b.high ? a.high : b.high};
}

static mote_accumulators widest_range(const mote_depthwise_conv_2d_params* p,
                                      const void* const* constants) {
  mote_accumulators widest = {0, 0};
  for (int32_t c = 0; c < p->ic * p->multiplier; ++c) {
    widest = together(widest, sum_channel(p, constants, 0, c).range);
  }
  return widest;
}

const char* mote_depthwise_i8_refuses(const mote_depthwise_conv_2d_params* p,
                                      const void* const* constants) {
  const int32_t channels = p->ic * p->multiplier;
  if (constants[1] == NULL) return "the weights are not constant";
  if (p->w_zero_point != 0) return "the weights have a zero point";
  if (p->x_zero_point < INT8_MIN || p->x_zero_point > INT8_MAX) {
    return "the input's zero point is outside of i8";
  }
  const char* refused = mote_stage_limits_refused_i8(&p->output, channels);
  mote_channel_scale scale;
  if (!p->output.per_channel && refused == NULL) {
    return mote_channel_scale_of(&p->output, 0, widest_range(p, constants), &scale);
  }
  for (int32_t c = 0; c < channels && refused == NULL; ++c) {
    refused = mote_channel_scale_of(&p->output, c, sum_channel(p, constants, 0, c).range, &scale);
  }
  return refused;
}

// The channel of output `output` of block `block`; -1 where there is none.
static int32_t channel_at(const mote_depthwise_i8_plan* plan, const mote_depthwise_i8_shape* shape,
                          int32_t slice, int32_t block, int32_t output) {
  const int32_t at = block * shape->block + output;
  const int32_t in_slice = plan->period > 1 ? at % plan->slice : at;
  return in_slice < plan->slice ? slice * plan->slice + in_slice : -1;
}

// The row of the window that product `d` of line `line` multiplies, for row `row` of those
// computed together, and its column for group `group`; either may lie outside.
static int32_t tap_row(const mote_depthwise_i8_shape* shape, const mote_depthwise_i8_plan* plan,
                       int32_t line, int32_t d, int32_t row) {
  return plan->by_rows ? line * shape->depth + d - row : line;
}
static int32_t tap_column(const mote_depthwise_i8_shape* shape, const mote_depthwise_i8_plan* plan,
                          int32_t group, int32_t d) {
  return plan->by_rows ? group : group * shape->depth + d;
}

// The weights that one accumulator of a block multiplies; `to` is its place in the first product.
static void pack_weights(const mote_depthwise_i8_shape* shape, const mote_depthwise_i8_plan* plan,
                         const mote_depthwise_conv_2d_params* p, const int8_t* w, int32_t channel,
                         char* to) {
  const int32_t products = plan->lines * plan->groups;
  for (int32_t i = 0; i < plan->together * products * shape->depth; ++i) {
    const int32_t d = i % shape->depth;
    const int32_t product = i / shape->depth;
    const int32_t line = product % products / plan->groups;
    const int32_t a = tap_row(shape, plan, line, d, product / products);
    const int32_t b = tap_column(shape, plan, product % plan->groups, d);
    if (a < 0 || a >= p->kh || b >= p->kw) continue;
    const int8_t value = w[((int64_t)a * p->kw + b) * plan->channels + channel];
    const int64_t at = (int64_t)product * shape->block * shape->depth + d;
    if (shape->element_bytes == 1) {
      to[at] = (char)value;
    } else {
      const int16_t wide = value;
      memcpy(to + at * 2, &wide, sizeof wide);
    }
  }
}

void mote_depthwise_i8_pack(const mote_depthwise_i8_shape* shape,
                            const mote_depthwise_conv_2d_params* p, const void* const* constants,
                            void* packed) {
  const mote_depthwise_i8_plan plan = mote_depthwise_i8_plan_of(shape, p);
  char* bytes = packed;
  memset(packed, 0, (size_t)plan.bytes);
  memcpy(packed, &plan, sizeof plan);
  mote_packed_stage* stage = (mote_packed_stage*)(void*)(bytes + plan.stage);
  stage->lanes = shape->lanes;
  mote_packed_stage_layout(&p->output, plan.channels, plan.slices * plan.blocks * shape->block,
                           stage);
  mote_accumulators shared_range = {0, 0};
  if (!p->output.per_channel) shared_range = widest_range(p, constants);
  const int64_t group_bytes = shape->depth * shape->element_bytes;
  const int64_t block_bytes =
      (int64_t)plan.together * plan.lines * plan.groups * shape->block * group_bytes;
  for (int32_t block = 0; block < plan.slices * plan.blocks; ++block) {
    for (int32_t lane = 0; lane < shape->block; ++lane) {
      const int32_t channel =
          channel_at(&plan, shape, block / plan.blocks, block % plan.blocks, lane);
      if (channel < 0) continue;
      const channel_sums sums = sum_channel(p, constants, shape->offset, channel);
      const mote_packed_channel entry = {block * shape->block + lane, channel, sums.start,
                                         p->output.per_channel ? sums.range : shared_range};
      mote_packed_stage_set(stage, &p->output, &entry);
      pack_weights(shape, &plan, p, constants[1], channel,
                   bytes + plan.weights + block * block_bytes + lane * group_bytes);
      const int32_t max =
          p->output.channel_max != NULL ? p->output.channel_max[channel] : p->output.max;
      bytes[plan.max + block * shape->block + lane] = (char)max;
    }
  }
}
