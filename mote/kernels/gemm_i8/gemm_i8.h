// Sums of products of i8 for all output channels of many pixels: what convolutions and fully
// connected layers of i8 have in common. Weights and constants are packed once; the loops are in
// gemm_i8.inc, compiled for each instruction set.
//
//   static const mote_gemm_i8_shape kShape = {.lanes = 16, .depth = 4, .element_bytes = 1, ...};
//   mote_gemm_i8 g = {.groups = 1, .group_channels = oc, .runs = 1, .run_length = k, ...};
//   bytes = mote_gemm_i8_layout(&kShape, &stage, &g);                    // how much to allocate
//   mote_gemm_i8_pack(&kShape, &weights, &g, packed);                    // once
//
// Output channels stand in panels of `lanes`, panels in blocks of `max_panels` and then halves of
// it; a block's weights are [run][group of depth][panel][lane][depth]. Activations are elements of
// x + offset in scratch: every pixel reads `runs` stretches of `run_length` elements, each at its
// offset from the pixel's own. What lies past a stretch is multiplied with 0.
#pragma once

#include "mote/kernels/kernel.h"
#include "mote/kernels/requantize/packed_stage.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What an instruction set multiplies at a time.
typedef struct mote_gemm_i8_shape {
  int32_t lanes;          // accumulators of a vector
  int32_t depth;          // products that one accumulator takes at once
  int32_t element_bytes;  // of activations: 1, or 2: widened to i16
  int32_t weight_bytes;   // the same of packed weights
  int32_t max_panels;     // of a block; a power of 2
  int32_t offset;         // added to activations: 128 where they are unsigned
  int32_t chunk_bytes;    // of scratch for the activations that are converted at once
} mote_gemm_i8_shape;

/// The head of the packed bytes. The caller of mote_gemm_i8_layout fills in the first part.
typedef struct mote_gemm_i8 {
  int32_t groups;          // of channels, each with its own weights and part of x
  int32_t group_channels;  // outputs of one
  int32_t group_step;      // elements of x from one to the next
  int32_t runs, run_length;
  int32_t copies;        // 0 or 1; more: group_channels are those of so many pixels side by side,
  int32_t copy_step;     // that lie this many elements of x apart and share the runs
  int32_t pixels;        // entries of pixel_offsets
  int32_t x_zero_point;  // of the values as they are stored
  int32_t head_bytes;    // of a struct that this is the start of; 0: of this one
  // By mote_gemm_i8_layout.
  int32_t run_groups;            // groups of `depth` in a run
  int32_t panels;                // of one group
  int32_t min;                   // of the output
  int64_t run_offsets;           // bytes from this head to [runs] i32: elements of x
  int64_t pixel_offsets;         // [pixels] i32, the same
  int64_t stage;                 // mote_packed_stage
  int64_t weights, group_bytes;  // and the bytes of one group of channels
  int64_t bytes;                 // of all
} mote_gemm_i8;

/// Output channels of one pixel and one group.
static inline int32_t mote_gemm_i8_own_channels(const mote_gemm_i8* g) {
  return g->copies > 1 ? g->group_channels / g->copies : g->group_channels;
}
/// Elements of one pixel in a run.
static inline int32_t mote_gemm_i8_own_length(const mote_gemm_i8* g) {
  return g->copies > 1 ? g->run_length - (g->copies - 1) * g->copy_step : g->run_length;
}

/// Constants of a layer.
typedef struct mote_gemm_i8_constants {
  const int8_t* weights;  // [channels, runs, run_length], of one pixel
  const int32_t* bias;    // [channels], or NULL
  const mote_output_stage* stage;
} mote_gemm_i8_constants;

/// Why the layer cannot be computed so, in words; NULL when it can.
const char* mote_gemm_i8_refuses(const mote_gemm_i8* g, const mote_gemm_i8_constants* constants);

/// Fills in the rest of `g`; returns the bytes to allocate.
int64_t mote_gemm_i8_layout(const mote_gemm_i8_shape* shape, const mote_output_stage* stage,
                            mote_gemm_i8* g);

/// Packs. `packed` starts with a copy of a laid out head; the caller writes the offsets.
void mote_gemm_i8_pack(const mote_gemm_i8_shape* shape, const mote_gemm_i8_constants* constants,
                       mote_gemm_i8* packed);

/// Panels of the block that starts at panel `panel`.
static inline int32_t mote_gemm_i8_block(int32_t max_panels, int32_t panels, int32_t panel) {
  int32_t block = max_panels;
  while (block > panels - panel) block /= 2;
  return block;
}

enum {
  // Chunks that stay in the first-level cache beside a block of weights, and ones that leave a plan
  // for RAM its room: the rows of two of the largest tiles.
  MOTE_GEMM_I8_CHUNK_BYTES = 16 * 1024,
  MOTE_GEMM_I8_LEAN_BYTES = 768,
  MOTE_GEMM_I8_UNIT_ROWS = 24,  // a multiple of every tile's rows
  MOTE_GEMM_I8_FEW_ROWS = 12,   // with so few, threads divide the channels
  MOTE_GEMM_I8_SLACK = 128,     // bytes past the end of scratch that vectors may touch
};

/// A product of matrices, y [m,n] = x [m,k] * weights [n,k]^T. Its units are
/// MOTE_GEMM_I8_UNIT_ROWS rows; of few rows, a block of panels each.
typedef struct mote_gemm_i8_flat {
  int32_t m, n, k;
  int32_t chunk;  // rows of x that are converted at once; depends on k alone
} mote_gemm_i8_flat;

/// Whether threads divide the channels of `m` rows.
static inline int mote_gemm_i8_few_rows(int32_t m, int32_t chunk) {
  return m <= MOTE_GEMM_I8_FEW_ROWS && m <= chunk;
}

mote_gemm_i8_flat mote_gemm_i8_flat_plan(const mote_gemm_i8_shape* shape, int32_t m, int32_t n,
                                         int32_t k);
int32_t mote_gemm_i8_flat_units(const mote_gemm_i8_shape* shape, const mote_gemm_i8_flat* flat);
int64_t mote_gemm_i8_flat_scratch_bytes(const mote_gemm_i8_shape* shape,
                                        const mote_gemm_i8_flat* flat);
/// What `overlap` of input 0 is: a chunk of rows is converted to scratch before it is stored.
int64_t mote_gemm_i8_flat_overlap(const mote_gemm_i8_flat* flat);
/// What units [begin, end) of a flat product are: rows times panels.
typedef struct mote_gemm_i8_flat_part {
  int32_t first_row, end_row;
  int32_t first_panel, end_panel;
} mote_gemm_i8_flat_part;
mote_gemm_i8_flat_part mote_gemm_i8_flat_part_of(const mote_gemm_i8_shape* shape,
                                                 const mote_gemm_i8* g, int32_t m,
                                                 const mote_kernel_args* args);
/// Writes the offsets of pixels and runs of a flat product.
void mote_gemm_i8_flat_offsets(mote_gemm_i8* packed);
/// The head of a flat product, not laid out yet.
mote_gemm_i8 mote_gemm_i8_flat_head(const mote_gemm_i8_flat* flat, int32_t x_zero_point);

#ifdef __cplusplus
}
#endif
