// How an i8 depthwise convolution is laid out for vectors: its plan, its packed constants, its
// scratch.
//
// A vector's product takes `depth` taps of each output, whose elements must stand side by side:
// they are *mixed* into lines once, where many outputs read them.
// - By rows: a line mixes `depth` rows of the input, one below the other; every column of the
//   window is a product with it. Where rows lie one apart, two rows of output are computed from the
//   same lines, with weights that stand one row lower for the second.
// - By columns: a line mixes `depth` columns of one row, for each group of so many taps. It is
//   taken where it needs fewer products: windows of one row. An image of one column is turned to be
//   one of one row.
// Where vectors reach from one pixel into the next, columns stand in one plane for each residue
// modulo the stride, so that neighbouring outputs read neighbouring elements whatever the stride.
//
// Outputs are computed in blocks, which ignore where pixels end: after `period` pixels, which are
// `blocks` blocks, channels stand as at the start, and so do the weights. So 8 channels fill
// vectors as well as 64. Where rows have few such periods, blocks start anew at each pixel (period
// 1). Many channels are cut into slices, so that the lines stay in the first-level cache.
#pragma once

#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/requantize/packed_stage.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What an instruction set computes at a time.
typedef struct mote_depthwise_i8_shape {
  int32_t lanes;          // accumulators of a vector
  int32_t block;          // outputs that are stored together
  int32_t depth;          // products that one accumulator takes at once
  int32_t element_bytes;  // 1, or 2: activations and weights widened to i16
  int32_t offset;         // added to activations: 128 where they are unsigned
} mote_depthwise_i8_shape;

/// The head of the packed bytes.
typedef struct mote_depthwise_i8_plan {
  int32_t channels;              // of the output
  int32_t slice, slices;         // channels computed at a time
  int32_t blocks, period;        // blocks of `period` pixels of one slice
  int32_t by_rows;               // how taps are mixed
  int32_t lines;                 // that an output reads
  int32_t groups;                // of taps along the row; by rows: the taps
  int32_t together;              // rows of output: 1 or 2
  int32_t plane_pixels, planes;  // columns of one plane, and planes, of a row
  int32_t column_step;           // from column to column of a plane: 1, or the stride
  int64_t row_bytes;             // of a row before it is mixed; by rows: of a row of padding
  int64_t line_elements;         // of a line, each taps of one output; with slack for vectors
  int64_t stage, weights, max;   // bytes from this head; weights: [slice][block][row of output]
  int64_t bytes;                 // [line][group]
} mote_depthwise_i8_plan;

/// The convolution itself, or its turned form.
mote_depthwise_conv_2d_params mote_depthwise_i8_turned(const mote_depthwise_conv_2d_params* p);

/// The functions below take turned convolutions.
mote_depthwise_i8_plan mote_depthwise_i8_plan_of(const mote_depthwise_i8_shape* shape,
                                                 const mote_depthwise_conv_2d_params* p);
/// Why the layer cannot be computed so, in words; NULL when it can.
const char* mote_depthwise_i8_refuses(const mote_depthwise_conv_2d_params* p,
                                      const void* const* constants);
void mote_depthwise_i8_pack(const mote_depthwise_i8_shape* shape,
                            const mote_depthwise_conv_2d_params* p, const void* const* constants,
                            void* packed);
int64_t mote_depthwise_i8_scratch_bytes(const mote_depthwise_i8_shape* shape,
                                        const mote_depthwise_i8_plan* plan);

#ifdef __cplusplus
}
#endif
