#include "mote/kernels/gemm_i8/gemm_i8.h"

#include <string.h>

#include "mote/kernels/window_overlap.h"

enum { kMaxChunkRows = 240 };  // a multiple of MOTE_GEMM_I8_UNIT_ROWS

static int64_t aligned(int64_t bytes) {
  return (bytes + MOTE_KERNEL_ALIGNMENT - 1) / MOTE_KERNEL_ALIGNMENT * MOTE_KERNEL_ALIGNMENT;
}

// Sums over the weights of one channel.
typedef struct channel_sums {
  uint32_t start;  // of the accumulator: bias - (offset + zero point) * sum of weights
  mote_accumulators range;
} channel_sums;

static channel_sums sum_channel(const mote_gemm_i8* g, const mote_gemm_i8_constants* c,
                                int32_t offset, int64_t channel) {
  const int64_t k = (int64_t)g->runs * mote_gemm_i8_own_length(g);
  const int8_t* w = c->weights + channel * k;
  int64_t sum = 0;
  int64_t magnitude = 0;
  for (int64_t i = 0; i < k; ++i) {
    sum += w[i];
    magnitude += w[i] < 0 ? -w[i] : w[i];
  }
  const int64_t bias = c->bias != NULL ? c->bias[channel] : 0;
  const int64_t below = g->x_zero_point - INT8_MIN;
  const int64_t above = INT8_MAX - g->x_zero_point;
  const int64_t spread = magnitude * (below > above ? below : above);
  return (channel_sums){(uint32_t)(bias - (offset + g->x_zero_point) * sum),
                        {bias - spread, bias + spread}};
}

static mote_accumulators together(mote_accumulators a, mote_accumulators b) {
  return (mote_accumulators){a.low < b.low ? a.low : b.low, a.high > b.high ? a.high : b.high};
}

static mote_accumulators widest_range(const mote_gemm_i8* g, const mote_gemm_i8_constants* c) {
  mote_accumulators widest = {0, 0};
  for (int64_t o = 0; o < (int64_t)g->groups * mote_gemm_i8_own_channels(g); ++o) {
    widest = together(widest, sum_channel(g, c, 0, o).range);
  }
  return widest;
}

const char* mote_gemm_i8_refuses(const mote_gemm_i8* g, const mote_gemm_i8_constants* constants) {
  const int32_t channels = g->groups * mote_gemm_i8_own_channels(g);
  if (constants->weights == NULL) return "the weights are not constant";
  if (g->x_zero_point < INT8_MIN || g->x_zero_point > INT8_MAX) {
    return "the input's zero point is outside of i8";
  }
  const char* refused = mote_stage_limits_refused_i8(constants->stage, channels);
  mote_channel_scale scale;
  if (!constants->stage->per_channel && refused == NULL) {
    return mote_channel_scale_of(constants->stage, 0, widest_range(g, constants), &scale);
  }
  for (int32_t o = 0; o < channels && refused == NULL; ++o) {
    refused =
        mote_channel_scale_of(constants->stage, o, sum_channel(g, constants, 0, o).range, &scale);
  }
  return refused;
}

int64_t mote_gemm_i8_layout(const mote_gemm_i8_shape* shape, const mote_output_stage* stage,
                            mote_gemm_i8* g) {
  g->run_groups = (g->run_length + shape->depth - 1) / shape->depth;
  g->panels = (g->group_channels + shape->lanes - 1) / shape->lanes;
  g->min = stage->min;
  g->run_offsets = aligned(g->head_bytes > 0 ? g->head_bytes : (int32_t)sizeof *g);
  g->pixel_offsets = g->run_offsets + aligned((int64_t)g->runs * 4);
  g->stage = g->pixel_offsets + aligned((int64_t)g->pixels * 4);
  mote_packed_stage head = {.lanes = shape->lanes};
  g->weights = g->stage + mote_packed_stage_layout(stage, g->groups * mote_gemm_i8_own_channels(g),
                                                   g->groups * g->panels * shape->lanes, &head);
  g->group_bytes = (int64_t)g->runs * g->run_groups * g->panels * shape->lanes * shape->depth *
                   shape->weight_bytes;
  g->bytes = g->weights + g->groups * g->group_bytes;
  return g->bytes;
}

// Writes one channel's weights; `to` is the first of its lane, `step` elements lie between groups;
// `skip` elements of every run belong to pixels before the channel's.
static void pack_channel(const mote_gemm_i8_shape* shape, const mote_gemm_i8* g, const int8_t* from,
                         int32_t skip, char* to, int64_t step) {
  const int32_t length = mote_gemm_i8_own_length(g);
  for (int32_t i = 0; i < g->runs * length; ++i) {
    const int32_t e = skip + i % length;
    const int64_t group = (int64_t)(i / length) * g->run_groups + e / shape->depth;
    const int64_t at = group * step + e % shape->depth;
    if (shape->weight_bytes == 1) {
      to[at] = (char)from[i];
    } else {
      const int16_t wide = from[i];
      memcpy(to + at * 2, &wide, sizeof wide);
    }
  }
}

static void pack_weights(const mote_gemm_i8_shape* shape, const mote_gemm_i8* g, int32_t group,
                         const int8_t* weights, char* to) {
  const int64_t k = (int64_t)g->runs * mote_gemm_i8_own_length(g);
  const int64_t groups = (int64_t)g->runs * g->run_groups;
  for (int32_t panel = 0; panel < g->panels;) {
    const int32_t block = mote_gemm_i8_block(shape->max_panels, g->panels, panel);
    const int32_t first = panel * shape->lanes;
    const int64_t step = (int64_t)block * shape->lanes * shape->depth;
    for (int32_t i = 0; i < block * shape->lanes && first + i < g->group_channels; ++i) {
      const int64_t channel = (int64_t)group * mote_gemm_i8_own_channels(g) +
                              (first + i) % mote_gemm_i8_own_channels(g);
      pack_channel(shape, g, weights + channel * k,
                   (first + i) / mote_gemm_i8_own_channels(g) * g->copy_step,
                   to + (int64_t)i * shape->depth * shape->weight_bytes, step);
    }
    to += step * groups * shape->weight_bytes;
    panel += block;
  }
}

void mote_gemm_i8_pack(const mote_gemm_i8_shape* shape, const mote_gemm_i8_constants* constants,
                       mote_gemm_i8* packed) {
  char* bytes = (char*)packed;
  mote_packed_stage* stage = (mote_packed_stage*)(void*)(bytes + packed->stage);
  memset(stage, 0, (size_t)(packed->bytes - packed->stage));
  stage->lanes = shape->lanes;
  const int32_t slots = packed->panels * shape->lanes;
  mote_packed_stage_layout(constants->stage, packed->groups * mote_gemm_i8_own_channels(packed),
                           packed->groups * slots, stage);
  mote_accumulators shared_range = {0, 0};
  if (!constants->stage->per_channel) shared_range = widest_range(packed, constants);
  for (int32_t group = 0; group < packed->groups; ++group) {
    pack_weights(shape, packed, group, constants->weights,
                 bytes + packed->weights + group * packed->group_bytes);
    for (int32_t i = 0; i < packed->group_channels; ++i) {
      const int32_t channel =
          group * mote_gemm_i8_own_channels(packed) + i % mote_gemm_i8_own_channels(packed);
      const channel_sums sums = sum_channel(packed, constants, shape->offset, channel);
      const mote_packed_channel entry = {group * slots + i, channel, sums.start,
                                         constants->stage->per_channel ? sums.range : shared_range};
      mote_packed_stage_set(stage, constants->stage, &entry);
    }
  }
}

static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

mote_gemm_i8_flat mote_gemm_i8_flat_plan(const mote_gemm_i8_shape* shape, int32_t m, int32_t n,
                                         int32_t k) {
  mote_gemm_i8_flat flat = {.m = m, .n = n, .k = k};
  const int32_t fitting = shape->chunk_bytes / (k * shape->element_bytes);
  const int32_t least = shape->chunk_bytes < MOTE_GEMM_I8_CHUNK_BYTES ? 1 : MOTE_GEMM_I8_UNIT_ROWS;
  const int32_t chunk = smaller(fitting < least ? least : fitting, kMaxChunkRows);
  flat.chunk = chunk / least * least;
  return flat;
}

int32_t mote_gemm_i8_flat_units(const mote_gemm_i8_shape* shape, const mote_gemm_i8_flat* flat) {
  if (!mote_gemm_i8_few_rows(flat->m, flat->chunk)) {
    return (flat->m + MOTE_GEMM_I8_UNIT_ROWS - 1) / MOTE_GEMM_I8_UNIT_ROWS;
  }
  const int32_t panels = (flat->n + shape->lanes - 1) / shape->lanes;
  int32_t blocks = 0;
  for (int32_t panel = 0; panel < panels; ++blocks) {
    panel += mote_gemm_i8_block(shape->max_panels, panels, panel);
  }
  return blocks;
}

mote_gemm_i8_flat_part mote_gemm_i8_flat_part_of(const mote_gemm_i8_shape* shape,
                                                 const mote_gemm_i8* g, int32_t m,
                                                 const mote_kernel_args* args) {
  if (!mote_gemm_i8_few_rows(m, g->pixels)) {
    return (mote_gemm_i8_flat_part){.first_row = args->begin * MOTE_GEMM_I8_UNIT_ROWS,
                                    .end_row = smaller(m, args->end * MOTE_GEMM_I8_UNIT_ROWS),
                                    .end_panel = g->panels};
  }
  mote_gemm_i8_flat_part part = {.end_row = m};
  for (int32_t u = 0; u < args->end; ++u) {
    if (u == args->begin) part.first_panel = part.end_panel;
    part.end_panel += mote_gemm_i8_block(shape->max_panels, g->panels, part.end_panel);
  }
  return part;
}

void mote_gemm_i8_flat_offsets(mote_gemm_i8* packed) {
  char* bytes = (char*)packed;
  int32_t* pixels = (int32_t*)(void*)(bytes + packed->pixel_offsets);
  for (int32_t i = 0; i < packed->pixels; ++i) pixels[i] = i * packed->run_length;
  *(int32_t*)(void*)(bytes + packed->run_offsets) = 0;
}

int64_t mote_gemm_i8_flat_scratch_bytes(const mote_gemm_i8_shape* shape,
                                        const mote_gemm_i8_flat* flat) {
  const int64_t rows = smaller(flat->m, flat->chunk);
  return aligned(rows * flat->k * shape->element_bytes) + MOTE_GEMM_I8_SLACK;
}

int64_t mote_gemm_i8_flat_overlap(const mote_gemm_i8_flat* flat) {
  const mote_window window = mote_matrix_window(flat->m, flat->k, flat->n, sizeof(int8_t));
  return mote_window_overlap(&window, (mote_store_order){.pixels = flat->chunk});
}

mote_gemm_i8 mote_gemm_i8_flat_head(const mote_gemm_i8_flat* flat, int32_t x_zero_point) {
  return (mote_gemm_i8){.groups = 1,
                        .group_channels = flat->n,
                        .runs = 1,
                        .run_length = flat->k,
                        .pixels = flat->chunk,
                        .x_zero_point = x_zero_point};
}
