// How far an output must start below its input, from the order in which a window kernel stores:
// what `overlap` of convolutions, pooling and fully connected layers returns.
//
//   static int64_t overlap(const void* params, int32_t input) {
//     if (input != 0) return MOTE_NO_OVERLAP;
//     const mote_window window = mote_conv_2d_window(params, sizeof(int8_t));
//     return mote_window_overlap(&window, (mote_store_order){.pixels = 8, .channels = 16});
//   }
//
// Every store must lie below all that is read after it. The distance is exact: the largest, over
// all stores, of the end of what is stored minus the first byte that is read later. A kernel whose
// order is not one of these, or that reads x outside of its windows, must not use it.
#pragma once

#include "mote/kernels/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/// x [n,h,w,ic] -> y [n,oh,ow,oc], both dense. Output channel o reads the input channels of group
/// o / (oc / groups): one group for convolutions, ic for depthwise ones and pooling.
typedef struct mote_window {
  int32_t n, h, w, ic;
  int32_t kh, kw;
  int32_t oh, ow, oc;
  int32_t groups;
  int32_t stride_h, stride_w, dilation_h, dilation_w;
  int32_t pad_top, pad_left;
  int32_t x_bytes, y_bytes;  // of an element
} mote_window;

/// Rows of `k` elements that become rows of `n`, as an image of one row: fully connected layers and
/// 1x1 convolutions.
mote_window mote_matrix_window(int32_t m, int32_t k, int32_t n, int32_t element_bytes);

/// A kernel goes over the output of each image in tiles: `pixels` pixels of a row, from its start,
/// or, where `rows` is above 1, that many whole rows. In a tile of one row it goes over blocks of
/// `channels` output channels: the results of a block are stored after all of its reads and before
/// the reads of the next. 0: the whole row, all channels. Inside of a `mixed` tile reads and stores
/// come in any order instead.
typedef struct mote_store_order {
  int32_t pixels, channels, rows, mixed;
} mote_store_order;

/// Element by element, each as soon as it is computed: the reference kernels.
static const mote_store_order mote_store_each = {.pixels = 1, .channels = 1};

/// In bytes; negative where the reads stay ahead.
int64_t mote_window_overlap(const mote_window* window, mote_store_order order);

/// The same for a kernel that copies rows of x before it stores over them: an output row is stored
/// after all rows of its window were copied, but for the last `direct` (0 or 1) of them, and no row
/// is read in place again.
int64_t mote_copied_rows_overlap(const mote_window* window, int32_t direct);

/// 0 for input 0: each element is read before the one in its place is stored, if one thread goes
/// through them in order. MOTE_NO_OVERLAP for the others.
int64_t mote_overlap_in_order(const void* params, int32_t input);

#ifdef __cplusplus
}
#endif
