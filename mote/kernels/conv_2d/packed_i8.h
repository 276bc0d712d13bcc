// How an i8 convolution becomes a product of pixels and weights (gemm_i8.h). Without copying where
// a pixel's input is contiguous ("flat"); else a few rows of the input, with their padding, are
// converted to scratch, and every pixel reads one stretch of them per row of the kernel (per tap
// where the kernel is dilated or grouped).
#pragma once

#include "mote/kernels/conv_2d/conv_2d.h"
#include "mote/kernels/gemm_i8/gemm_i8.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The head of the packed bytes of a convolution.
typedef struct mote_conv_2d_i8_plan {
  mote_gemm_i8 gemm;
  int32_t flat;        // a product of matrices of all pixels
  int32_t chunk_rows;  // output rows whose input is converted at once
  int32_t kernel_h;    // rows of input that one row of output reads
  int32_t row_pixels;  // pixels of a converted row
  int32_t before;      // of them, padding on the left
  int32_t inside;      // and then pixels of the image
} mote_conv_2d_i8_plan;

/// The plan, not laid out yet.
mote_conv_2d_i8_plan mote_conv_2d_i8_plan_of(const mote_gemm_i8_shape* shape,
                                             const mote_conv_2d_params* p);
/// The same by rows, whatever the window.
mote_conv_2d_i8_plan mote_conv_2d_i8_row_plan_of(const mote_gemm_i8_shape* shape,
                                                 const mote_conv_2d_params* p);
int64_t mote_conv_2d_i8_row_scratch_bytes(const mote_gemm_i8_shape* shape,
                                          const mote_conv_2d_params* p);
int32_t mote_conv_2d_i8_units(const mote_gemm_i8_shape* shape, const mote_conv_2d_params* p);
int64_t mote_conv_2d_i8_scratch_bytes(const mote_gemm_i8_shape* shape,
                                      const mote_conv_2d_params* p);
/// Of output and input 0: chunks of pixels or rows are converted to scratch before they are stored.
int64_t mote_conv_2d_i8_overlap(const mote_gemm_i8_shape* shape, const mote_conv_2d_params* p);
/// Writes the offsets of pixels and runs of a convolution that is not flat.
void mote_conv_2d_i8_offsets(const mote_conv_2d_params* p, mote_conv_2d_i8_plan* packed);

#ifdef __cplusplus
}
#endif
