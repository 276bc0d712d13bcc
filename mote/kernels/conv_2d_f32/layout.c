#include "mote/kernels/conv_2d_f32/layout.h"

#include <string.h>

static int32_t ceil_div(int32_t a, int32_t b) { return (a + b - 1) / b; }
static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

// Enough pixels or rows for the tiles of a block to hide its overhead, few enough for its input to
// stay in a first level cache of 32 KiB.
enum { kBlockPixels = 96, kBlockRows = 8, kBlockBytes = 24 << 10 };

static void lay_out_panels(const mote_conv_2d_params* p, mote_conv_f32_layout* l) {
  const int32_t lanes = l->shape.lanes;
  const int32_t columns = p->oc / p->groups;
  const int32_t rest = columns % (2 * lanes);
  const int32_t half = l->shape.pairs ? lanes / 2 : 0;
  l->wide = columns / (2 * lanes);
  if (rest > lanes + half) {
    ++l->wide;
  } else if (rest > lanes) {
    l->single = l->pair = 1;
  } else if (rest > half) {
    l->single = 1;
  } else if (rest > 0) {
    l->pair = 1;
  }
  const int64_t pair_steps = (int64_t)l->rows * l->cols * ceil_div(l->length, 2);
  l->wide_floats = (l->terms + 1) * 2 * lanes;
  l->single_floats = (l->terms + 1) * lanes;
  l->pair_floats = (pair_steps + 1) * lanes;
  l->group_floats =
      l->wide * l->wide_floats + l->single * l->single_floats + l->pair * l->pair_floats;
}

static int reaches_outside(int32_t pad, int32_t out, int32_t stride, int32_t span, int32_t in) {
  return pad > 0 || (out - 1) * stride + span - pad > in;
}

static void lay_out_work(const mote_conv_2d_params* p, mote_conv_f32_layout* l) {
  const int32_t span_h = (p->kh - 1) * p->dilation_h + 1;
  const int32_t span_w = (p->kw - 1) * p->dilation_w + 1;
  l->padded = reaches_outside(p->pad_top, p->oh, p->stride_h, span_h, p->h) ||
              reaches_outside(p->pad_left, p->ow, p->stride_w, span_w, p->w);
  l->flat = p->kh == 1 && p->kw == 1 && p->stride_h == 1 && p->stride_w == 1 && !l->padded &&
            p->oh == p->h && p->ow == p->w;
  const int32_t columns = p->groups * (l->wide + l->single + l->pair);
  l->column_blocks = ceil_div(columns, kMoteConvF32PanelsPerUnit);
  if (l->flat) {
    l->block = kBlockPixels;
    l->blocks = ceil_div(p->n * p->oh * p->ow, l->block);
    return;
  }
  l->padded_cols = (p->ow - 1) * p->stride_w + span_w;
  const int64_t row_bytes = (int64_t)l->padded_cols * p->ic * (int64_t)sizeof(float);
  l->block = smaller(p->oh, kBlockRows);
  while (l->block > 1 && ((l->block - 1) * p->stride_h + span_h) * row_bytes > kBlockBytes) {
    --l->block;
  }
  l->blocks = ceil_div(p->oh, l->block);
  l->padded_rows = (l->block - 1) * p->stride_h + span_h;
}

mote_conv_f32_layout mote_conv_f32_layout_of(const mote_conv_2d_params* p,
                                             mote_conv_f32_shape shape) {
  mote_conv_f32_layout l;
  memset(&l, 0, sizeof l);
  l.shape = shape;
  const int32_t group_ic = p->ic / p->groups;
  const int one_segment_per_row = p->groups == 1 && (p->dilation_w == 1 || p->kw == 1);
  l.rows = p->kh;
  l.cols = one_segment_per_row ? 1 : p->kw;
  l.length = one_segment_per_row ? p->kw * group_ic : group_ic;
  l.terms = (int64_t)l.rows * l.cols * l.length;
  lay_out_panels(p, &l);
  lay_out_work(p, &l);
  return l;
}

mote_conv_2d_params mote_conv_f32_of_fully_connected(const mote_fully_connected_params* p) {
  mote_conv_2d_params c;
  memset(&c, 0, sizeof c);
  c.n = c.h = c.oh = c.kh = c.kw = c.groups = 1;
  c.stride_h = c.stride_w = c.dilation_h = c.dilation_w = 1;
  c.w = c.ow = p->m;
  c.ic = p->k;
  c.oc = p->n;
  c.y_min = p->y_min;
  c.y_max = p->y_max;
  return c;
}

int64_t mote_conv_f32_packed_bytes(const mote_conv_2d_params* p,
                                   const mote_conv_f32_layout* layout) {
  return p->groups * layout->group_floats * (int64_t)sizeof(float);
}

int64_t mote_conv_f32_scratch_bytes(const mote_conv_2d_params* p,
                                    const mote_conv_f32_layout* layout) {
  if (!layout->padded) return 0;
  return (int64_t)layout->padded_rows * layout->padded_cols * p->ic * (int64_t)sizeof(float);
}

int32_t mote_conv_f32_units(const mote_conv_2d_params* p, const mote_conv_f32_layout* layout) {
  return (layout->flat ? 1 : p->n) * layout->blocks * layout->column_blocks;
}

typedef struct panel {
  const float* w;  // [columns of the group][terms]
  const float* bias;
  int32_t first, columns, width;
} panel;

static float* pack_panel(const mote_conv_f32_layout* l, const panel* of, float* to) {
  for (int64_t t = 0; t < l->terms; ++t) {
    for (int32_t c = 0; c < of->width; ++c) {
      const int32_t column = of->first + c;
      *to++ = column < of->columns ? of->w[column * l->terms + t] : 0.0F;
    }
  }
  for (int32_t c = 0; c < of->width; ++c) {
    const int32_t column = of->first + c;
    *to++ = of->bias != NULL && column < of->columns ? of->bias[column] : 0.0F;
  }
  return to;
}

// Lanes 2c and 2c + 1 hold an even and the following odd term of a segment for column c; where the
// segment has an odd length, its last odd term is zero.
static float* pack_pairs(const mote_conv_f32_layout* l, const panel* of, float* to) {
  const int32_t steps = ceil_div(l->length, 2);
  for (int64_t s = 0; s < (int64_t)l->rows * l->cols * steps; ++s) {
    const int64_t segment = s / steps;
    const int64_t in_segment = s % steps * 2;
    for (int32_t lane = 0; lane < l->shape.lanes; ++lane) {
      const int32_t column = of->first + lane / 2;
      const int64_t term = in_segment + lane % 2;
      const int exists = column < of->columns && term < l->length;
      *to++ = exists ? of->w[column * l->terms + segment * l->length + term] : 0.0F;
    }
  }
  // Twice: two pixels are stored at once.
  for (int32_t c = 0; c < l->shape.lanes; ++c) {
    const int32_t column = of->first + c % (l->shape.lanes / 2);
    *to++ = of->bias != NULL && column < of->columns ? of->bias[column] : 0.0F;
  }
  return to;
}

void mote_conv_f32_pack(const mote_conv_2d_params* p, const mote_conv_f32_layout* layout,
                        const float* w, const float* bias, float* packed) {
  const int32_t columns = p->oc / p->groups;
  const int32_t lanes = layout->shape.lanes;
  for (int32_t g = 0; g < p->groups; ++g) {
    panel at = {.w = w + g * columns * layout->terms,
                .bias = bias != NULL ? bias + g * columns : NULL,
                .columns = columns,
                .width = 2 * lanes};
    for (int32_t i = 0; i < layout->wide; ++i, at.first += at.width) {
      packed = pack_panel(layout, &at, packed);
    }
    at.width = lanes;
    if (layout->single) {
      packed = pack_panel(layout, &at, packed);
      at.first += lanes;
    }
    if (layout->pair) packed = pack_pairs(layout, &at, packed);
  }
}

void mote_conv_f32_copy_block(const mote_conv_2d_params* p, const mote_conv_f32_layout* layout,
                              const float* image, int32_t first, int32_t count, float* to) {
  const int64_t ic = p->ic;
  const int32_t rows = (count - 1) * p->stride_h + (p->kh - 1) * p->dilation_h + 1;
  const int32_t cols = layout->padded_cols;
  const int32_t left = smaller(p->pad_left, cols);
  const int32_t inside = smaller(p->w, cols - left);
  for (int32_t r = 0; r < rows; ++r, to += cols * ic) {
    const int32_t row = first * p->stride_h + r - p->pad_top;
    if (row < 0 || row >= p->h) {
      memset(to, 0, (size_t)(cols * ic) * sizeof *to);
      continue;
    }
    memset(to, 0, (size_t)(left * ic) * sizeof *to);
    memcpy(to + left * ic, image + row * p->w * ic, (size_t)(inside * ic) * sizeof *to);
    memset(to + (left + inside) * ic, 0, (size_t)((cols - left - inside) * ic) * sizeof *to);
  }
}
