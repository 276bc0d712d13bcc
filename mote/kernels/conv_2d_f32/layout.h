// How the float convolutions divide their work and lay out their weights, for any vector width.
//
//   const mote_conv_f32_shape shape = {.lanes = 16, .pairs = 1};
//   const mote_conv_f32_layout layout = mote_conv_f32_layout_of(&params, shape);
//   mote_conv_f32_pack(&params, &layout, weights, bias, packed);
//
// Output channels of a group become panels: `wide` ones of two vectors, then at most one of one
// vector, then at most one of half a vector whose lanes hold pairs of terms, so that eight channels
// fill sixteen lanes. A panel is its weights, term by term in the order of the window, and then its
// bias. Fully connected layers are convolutions of one tap over a row of pixels.
#pragma once

#include "mote/kernels/conv_2d/conv_2d.h"
#include "mote/kernels/fully_connected/fully_connected.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_conv_f32_shape {
  int32_t lanes;  // floats of a vector
  int32_t pairs;  // whether panels of half a vector are made
} mote_conv_f32_shape;

typedef struct mote_conv_f32_layout {
  mote_conv_f32_shape shape;
  // The window of one output pixel: rows * cols segments of `length` consecutive floats.
  int32_t rows, cols, length;
  int64_t terms;
  // Panels of one group, and floats of each and of the group.
  int32_t wide, single, pair;
  int64_t wide_floats, single_floats, pair_floats, group_floats;
  // Units of work: blocks of output pixels, each times blocks of panels.
  int32_t flat;    // pixel windows lie one after the other in x, without padding
  int32_t padded;  // windows reach outside of x, so that blocks are copied with their padding
  int32_t block;   // flat: pixels, else output rows of a block
  int32_t blocks;  // of an image (flat: of all)
  int32_t column_blocks;
  int32_t padded_rows, padded_cols;  // of a copied block
} mote_conv_f32_layout;

/// Wide panels of one unit of work.
enum { kMoteConvF32PanelsPerUnit = 4 };

mote_conv_f32_layout mote_conv_f32_layout_of(const mote_conv_2d_params* p,
                                             mote_conv_f32_shape shape);
mote_conv_2d_params mote_conv_f32_of_fully_connected(const mote_fully_connected_params* p);

int64_t mote_conv_f32_packed_bytes(const mote_conv_2d_params* p,
                                   const mote_conv_f32_layout* layout);
/// `bias` may be NULL.
void mote_conv_f32_pack(const mote_conv_2d_params* p, const mote_conv_f32_layout* layout,
                        const float* w, const float* bias, float* packed);
int64_t mote_conv_f32_scratch_bytes(const mote_conv_2d_params* p,
                                    const mote_conv_f32_layout* layout);
int32_t mote_conv_f32_units(const mote_conv_2d_params* p, const mote_conv_f32_layout* layout);

/// Copies the input rows of output rows [first, first + count) of image `n` with their padding.
void mote_conv_f32_copy_block(const mote_conv_2d_params* p, const mote_conv_f32_layout* layout,
                              const float* image, int32_t first, int32_t count, float* to);

#ifdef __cplusplus
}
#endif
