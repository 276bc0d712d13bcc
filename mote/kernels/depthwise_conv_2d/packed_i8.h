// How an i8 depthwise convolution is laid out for vectors: its plan, its packed constants, its
// scratch.
//
// A row of input is converted to a *line*: its columns with their padding, one plane for each
// residue of the column modulo the stride, so that neighbouring outputs read neighbouring elements
// whatever the stride. The line is then *zipped*: for every `block` consecutive outputs (pixels
// times channels, flattened) the elements that `depth` horizontal taps multiply stand side by side,
// as one product of the vector unit takes them. Zipped rows live in a ring, from which all output
// rows whose windows have them are computed.
//
// Blocks ignore where pixels end: after `period` pixels, which are `blocks` blocks, channels stand
// as at the start, and so do the weights. So 8 channels fill vectors as well as 64. Where that
// period would be long, blocks start anew at each pixel (period 1). Many channels are cut into
// slices, so that the ring stays in the first-level cache.
#pragma once

#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/requantize/packed_stage.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What an instruction set computes at a time.
typedef struct mote_depthwise_i8_shape {
  int32_t lanes;          // accumulators of a vector
  int32_t block;          // outputs that are zipped together
  int32_t depth;          // products that one accumulator takes at once
  int32_t element_bytes;  // 1, or 2: activations and weights widened to i16
  int32_t offset;         // added to activations: 128 where they are unsigned
  const int32_t* order;   // [block]: which of the outputs of a block each accumulator holds
} mote_depthwise_i8_shape;

/// The head of the packed bytes.
typedef struct mote_depthwise_i8_plan {
  int32_t channels;             // of the output
  int32_t slice, slices;        // channels computed at a time
  int32_t blocks, period;       // blocks of `period` pixels of one slice
  int32_t groups;               // of horizontal taps
  int32_t plane_pixels;         // columns of one plane of a line
  int32_t planes;               // of a line
  int32_t window_rows;          // input rows from the first to the last that a window reads
  int64_t line_elements;        // with slack for vectors that reach past its end
  int64_t row_groups;           // of a zipped row; each depth * element_bytes bytes
  int64_t stage, weights, max;  // bytes from this head; weights: [slice][block][kh][group]
  int64_t bytes;
} mote_depthwise_i8_plan;

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
