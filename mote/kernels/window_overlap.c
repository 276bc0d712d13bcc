#include "mote/kernels/window_overlap.h"

// Nothing is read.
#define NEVER INT64_MAX

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t plus(int64_t a, int64_t b) { return a == NEVER || b == NEVER ? NEVER : a + b; }

// The first of `taps` coordinates from `start`, `step` apart, that lies within the extent.
static int64_t first_inside(int64_t start, int64_t step, int64_t taps, int64_t extent) {
  const int64_t skipped = start < 0 ? (-start + step - 1) / step : 0;
  const int64_t at = start + skipped * step;
  return skipped < taps && at < extent ? at : NEVER;
}

// The first byte that output row `i` reads, counted from the start of the image, as if the window
// began at column 0; and the same of a column.
static int64_t row_read(const mote_window* p, int64_t i) {
  const int64_t row = first_inside(i * p->stride_h - p->pad_top, p->dilation_h, p->kh, p->h);
  return row == NEVER ? NEVER : row * p->w * p->ic * p->x_bytes;
}
static int64_t column_read(const mote_window* p, int64_t j) {
  const int64_t column = first_inside(j * p->stride_w - p->pad_left, p->dilation_w, p->kw, p->w);
  return column == NEVER ? NEVER : column * p->ic * p->x_bytes;
}
static int64_t first_column_read(const mote_window* p, int64_t from, int64_t to) {
  int64_t first = NEVER;
  for (int64_t j = from; j < to; ++j) first = least(first, column_read(p, j));
  return first;
}

// Of the blocks of a pixel but the last: the most by which the end of a block is ahead of the first
// channel that the next one reads.
static int64_t block_lead(const mote_window* p, int64_t block) {
  int64_t lead = -NEVER;
  for (int64_t o = block; o < p->oc; o += block) {
    const int64_t group = o / (p->oc / p->groups);
    lead = most(lead, o * p->y_bytes - group * (p->ic / p->groups) * p->x_bytes);
  }
  return lead;
}

typedef struct walk {
  const mote_window* p;
  int64_t pixels, rows;  // of a tile
  int64_t lead;          // of the blocks of a pixel; of a mixed tile, of the whole pixel
  int64_t columns;       // the first byte that a row reads
  int64_t following;     // the first byte read after this image, counted from the image's start
} walk;

static int64_t output_row_bytes(const mote_window* p) {
  return (int64_t)p->ow * p->oc * p->y_bytes;
}

// The distance that output row `i` needs; `below` is the first byte that later rows read.
static int64_t row_distance(const walk* k, int64_t i, int64_t below) {
  const mote_window* p = k->p;
  const int64_t row = row_read(p, i);
  const int64_t pixel_bytes = (int64_t)p->oc * p->y_bytes;
  const int64_t tiles = (p->ow + k->pixels - 1) / k->pixels;
  int64_t right = NEVER;  // the first byte that later tiles of the row read
  int64_t distance = -NEVER;
  for (int64_t t = tiles - 1; t >= 0; --t) {
    const int64_t end = least((t + 1) * k->pixels, p->ow);
    const int64_t own = first_column_read(p, t * k->pixels, end);
    const int64_t later = least(least(plus(row, right), below), k->following);
    const int64_t stored = (i * p->ow + end) * pixel_bytes;
    if (later != NEVER) distance = most(distance, stored - later);
    if (plus(row, own) != NEVER && k->lead != -NEVER) {
      distance = most(distance, stored - pixel_bytes + k->lead - plus(row, own));
    }
    right = least(right, own);
  }
  return distance;
}

// The distance that the tile of whole rows [begin, end) needs.
static int64_t rows_distance(const walk* k, int64_t begin, int64_t end, int64_t below) {
  const int64_t row_bytes = output_row_bytes(k->p);
  const int64_t later = least(below, k->following);
  int64_t distance = later == NEVER ? -NEVER : end * row_bytes - later;
  if (k->lead == -NEVER) return distance;
  for (int64_t i = begin; i < end; ++i) {
    const int64_t own = plus(row_read(k->p, i), k->columns);
    if (own != NEVER) distance = most(distance, end * row_bytes - own);
  }
  return distance;
}

static int64_t image_distance(const walk* k) {
  int64_t distance = -NEVER;
  int64_t below = NEVER;
  for (int64_t end = k->p->oh; end > 0;) {
    const int64_t begin = (end - 1) / k->rows * k->rows;
    distance = most(distance, k->rows == 1 ? row_distance(k, begin, below)
                                           : rows_distance(k, begin, end, below));
    for (; end > begin; --end) below = least(below, plus(row_read(k->p, end - 1), k->columns));
  }
  return distance;
}

static int64_t first_read(const walk* k) {
  int64_t row = NEVER;
  for (int64_t i = 0; i < k->p->oh; ++i) row = least(row, row_read(k->p, i));
  return plus(row, k->columns);
}

// Of image `index`, counted from the starts of x and y; -NEVER when nothing constrains it.
static int64_t distance_of_image(const walk* k, int64_t index) {
  const mote_window* p = k->p;
  const int64_t x_image = (int64_t)p->h * p->w * p->ic * p->x_bytes;
  const int64_t y_image = (int64_t)p->oh * p->ow * p->oc * p->y_bytes;
  walk here = *k;
  here.following = index + 1 < p->n ? plus(first_read(k), x_image) : NEVER;
  const int64_t distance = image_distance(&here);
  return distance == -NEVER ? -NEVER : distance + index * (y_image - x_image);
}

int64_t mote_window_overlap(const mote_window* p, mote_store_order order) {
  const int64_t x_bytes = (int64_t)p->n * p->h * p->w * p->ic * p->x_bytes;
  const int64_t y_bytes = (int64_t)p->n * p->oh * p->ow * p->oc * p->y_bytes;
  if (x_bytes == 0 || y_bytes == 0) return MOTE_NO_OVERLAP;
  const int64_t block = order.channels > 0 && order.rows <= 1 ? order.channels : p->oc;
  const walk k = {.p = p,
                  .pixels = order.pixels > 0 ? order.pixels : p->ow,
                  .rows = order.rows > 1 ? order.rows : 1,
                  .lead = order.mixed ? (int64_t)p->oc * p->y_bytes : block_lead(p, block),
                  .columns = first_column_read(p, 0, p->ow),
                  .following = NEVER};
  // Among the images before the last the distance is linear in the index: two of them decide.
  int64_t distance = most(-x_bytes, distance_of_image(&k, p->n - 1));
  if (p->n > 1) distance = most(distance, distance_of_image(&k, 0));
  if (p->n > 2) distance = most(distance, distance_of_image(&k, p->n - 2));
  return distance;
}

mote_window mote_matrix_window(int32_t m, int32_t k, int32_t n, int32_t element_bytes) {
  return (mote_window){.n = 1,
                       .h = 1,
                       .w = m,
                       .ic = k,
                       .kh = 1,
                       .kw = 1,
                       .oh = 1,
                       .ow = m,
                       .oc = n,
                       .groups = 1,
                       .stride_h = 1,
                       .stride_w = 1,
                       .dilation_h = 1,
                       .dilation_w = 1,
                       .x_bytes = element_bytes,
                       .y_bytes = element_bytes};
}

int64_t mote_copied_rows_overlap(const mote_window* p, int32_t direct) {
  const int64_t x_row = (int64_t)p->w * p->ic * p->x_bytes;
  const int64_t y_row = output_row_bytes(p);
  const int64_t below = (int64_t)(p->kh - 1) * p->dilation_h + 1 - direct;
  int64_t distance = -p->n * p->h * x_row;
  for (int64_t n = 0; n < p->n; ++n) {
    for (int64_t i = 0; i < p->oh; ++i) {
      const int64_t next = most(0, i * p->stride_h - p->pad_top + below);
      if (next >= p->h && n + 1 == p->n) break;
      const int64_t stored = (n * p->oh + i + 1) * y_row;
      distance = most(distance, stored - (n * p->h + least(next, p->h)) * x_row);
    }
  }
  return distance;
}

int64_t mote_overlap_in_order(const void* params, int32_t input) {
  (void)params;
  return input == 0 ? 0 : MOTE_NO_OVERLAP;
}
