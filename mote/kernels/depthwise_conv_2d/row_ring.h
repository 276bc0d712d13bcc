// The rows that a window reads when the output may be stored over the input: all but the last of
// them from copies, which a ring in scratch holds. For kernels that go from row to row.
//
//   mote_row_ring rows = {.x = image, .h = p->h, .row_bytes = p->w * p->ic, .copied = 2, .ring =
//   s}; mote_row_ring_move(&rows, top);          // copies what is not there yet, before the stores
//   const int8_t* row = mote_row_ring_find(&rows, top + a);  // NULL: outside of the image
//
// With `copied` 0 all rows are read where they lie.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_row_ring {
  const int8_t* x;
  int32_t h, row_bytes;
  int32_t copied;   // rows of the ring
  int8_t* ring;     // row r at r % copied
  int32_t end;      // rows from here on are read where they lie
  int32_t unsaved;  // the first row that is not in the ring yet
} mote_row_ring;

static inline const int8_t* mote_row_ring_find(const mote_row_ring* s, int32_t row) {
  if (row < 0 || row >= s->h) return NULL;
  return s->copied == 0 || row >= s->end ? s->x + (ptrdiff_t)row * s->row_bytes
                                         : s->ring + (ptrdiff_t)(row % s->copied) * s->row_bytes;
}

/// The window's first row becomes `top`, which may lie above the image and never goes back.
static inline void mote_row_ring_move(mote_row_ring* s, int32_t top) {
  s->end = top + s->copied;
  if (s->unsaved < top) s->unsaved = top;
  for (; s->unsaved < s->end && s->unsaved < s->h; ++s->unsaved) {
    memcpy(s->ring + (ptrdiff_t)(s->unsaved % s->copied) * s->row_bytes,
           s->x + (ptrdiff_t)s->unsaved * s->row_bytes, (size_t)s->row_bytes);
  }
}

#ifdef __cplusplus
}
#endif
