// Convolutions on ARMv8.1-M with vectors. The windows of two neighbouring pixels are copied side by
// side into scratch, padding included, and multiplied with all channels: the copy costs a few
// percent, and no pixel is a special one. 1x1 convolutions of few channels read x where it lies.
#include <stddef.h>

#include "mote/kernels/conv_2d/conv_2d.h"
#include "mote/kernels/conv_2d/window.h"
#include "mote/kernels/gemm_i8/mve_layer.h"
#include "mote/kernels/gemm_i8/mve_pack.h"
#include "mote/kernels/requantize/mve_scales.h"

static int32_t depth_of(const mote_conv_2d_params* p) { return p->kh * p->kw * p->ic; }

static mve_pack_shape shape_of(const mote_conv_2d_params* p) {
  return (mve_pack_shape){.depth = depth_of(p), .channels = p->oc, .x_zero_point = p->x_zero_point};
}

static const char* refuses(const void* params, const void* const* constants) {
  const mote_conv_2d_params* p = params;
  if (p->groups != 1) return "it has one group of channels only";
  if (p->w_zero_point != 0) return "weights have a zero point";
  return mve_stage_refused(&p->output, p->oc, depth_of(p), constants[2]);
}

static int64_t packed_bytes(const void* params) {
  const mve_pack_shape shape = shape_of(params);
  return mve_packed_bytes(&shape);
}

static void pack(const void* params, const void* const* constants, void* packed) {
  const mote_conv_2d_params* p = params;
  const mve_pack_shape shape = shape_of(p);
  mve_pack(&shape, &p->output, constants[1], constants[2], packed);
}

// Whether pixels of x are windows, one after the other.
static int32_t is_flat(const mote_conv_2d_params* p) {
  return p->kh == 1 && p->kw == 1 && p->stride_h == 1 && p->stride_w == 1 && p->pad_top == 0 &&
         p->pad_left == 0 && p->oh == p->h && p->ow == p->w;
}

// A window in scratch: whole blocks of 16 bytes.
static int32_t window_bytes(const mote_conv_2d_params* p) { return (depth_of(p) + 15) / 16 * 16; }

// Two windows, then their sums.
static int64_t scratch_bytes(const void* params) {
  const mote_conv_2d_params* p = params;
  return 2 * window_bytes(p) + mve_sums_of(2, p->oc) * (int64_t)sizeof(int32_t);
}

// Every pair of pixels is stored after its windows were copied, or, where all channels are summed
// before the first is stored, read.
static int64_t overlap(const void* params, int32_t input) {
  const mote_conv_2d_params* p = params;
  if (input != 0) return MOTE_NO_OVERLAP;
  mote_window window = mote_conv_2d_window(p, sizeof(int8_t));
  if (is_flat(p)) {
    window.w = window.ow = p->n * p->h * p->w;
    window.n = window.h = window.oh = 1;
  }
  return mote_window_overlap(&window, (mote_store_order){.pixels = 2});
}

// A row of a window, from `column` on; `row` is NULL outside of the image.
static int8_t* copy_row(const mote_conv_2d_params* p, const int8_t* row, int32_t column,
                        int8_t* to) {
  if (row == NULL) return mve_fill(to, p->x_zero_point, p->kw * p->ic);
  if (p->dilation_w == 1) {
    const int32_t begin = mote_clamp_i32(-column, 0, p->kw);
    const int32_t end = mote_clamp_i32(p->w - column, begin, p->kw);
    to = mve_fill(to, p->x_zero_point, begin * p->ic);
    to = mve_copy(to, row + (column + begin) * p->ic, (end - begin) * p->ic);
    return mve_fill(to, p->x_zero_point, (p->kw - end) * p->ic);
  }
  for (int32_t b = 0; b < p->kw; ++b, column += p->dilation_w) {
    to = column >= 0 && column < p->w ? mve_copy(to, row + column * p->ic, p->ic)
                                      : mve_fill(to, p->x_zero_point, p->ic);
  }
  return to;
}

static void copy_window(const mote_conv_2d_params* p, const int8_t* image, int32_t i, int32_t j,
                        int8_t* to) {
  int32_t row = i * p->stride_h - p->pad_top;
  const int32_t column = j * p->stride_w - p->pad_left;
  const int32_t row_bytes = p->w * p->ic;
  if (p->dilation_w == 1 && row >= 0 && row + (p->kh - 1) * p->dilation_h < p->h && column >= 0 &&
      column + p->kw <= p->w) {
    mve_copy_rows(to, image + row * row_bytes + column * p->ic, p->kw * p->ic, p->kh,
                  p->dilation_h * row_bytes);
    return;
  }
  for (int32_t a = 0; a < p->kh; ++a, row += p->dilation_h) {
    to = copy_row(p, row >= 0 && row < p->h ? image + row * row_bytes : NULL, column, to);
  }
}

typedef struct conv_scratch {
  int8_t *first, *second;  // windows
  int32_t* sums;
} conv_scratch;

static conv_scratch scratch_of(const mote_kernel_args* args) {
  int8_t* first = args->scratch;
  const int32_t bytes = window_bytes(args->params);
  const conv_scratch scratch = {first, first + bytes, (int32_t*)(void*)(first + 2 * bytes)};
  return scratch;
}

static void run_windows(const mote_kernel_args* args, const mve_layer* layer) {
  const mote_conv_2d_params* p = args->params;
  const conv_scratch scratch = scratch_of(args);
  const int8_t* x = args->inputs[0];
  int8_t* y = args->outputs[0];
  for (int32_t n = 0; n < p->n; ++n, x += p->h * p->w * p->ic) {
    for (int32_t i = 0; i < p->oh; ++i) {
      for (int32_t j = 0; j < p->ow; j += 2) {
        copy_window(p, x, i, j, scratch.first);
        if (j + 1 < p->ow) {
          copy_window(p, x, i, j + 1, scratch.second);
          mve_pixels_2(layer, scratch.first, scratch.second, scratch.sums, y);
          y += 2 * p->oc;
        } else {
          mve_pixels_1(layer, scratch.first, scratch.sums, y);
          y += p->oc;
        }
      }
    }
  }
}

// The last pixels are copied where reading whole blocks would go beyond x.
static void run_flat(const mote_kernel_args* args, const mve_layer* layer) {
  const mote_conv_2d_params* p = args->params;
  const conv_scratch scratch = scratch_of(args);
  const int8_t* x = args->inputs[0];
  int8_t* y = args->outputs[0];
  int32_t left = p->n * p->h * p->w;
  for (; left >= 2; left -= 2, x += 2 * p->ic, y += 2 * p->oc) {
    const int8_t* first = x;
    const int8_t* second = x + p->ic;
    if (p->oc > MVE_SUMS || (left - 1) * p->ic < window_bytes(p)) {
      mve_copy(scratch.first, first, p->ic);
      mve_copy(scratch.second, second, p->ic);
      first = scratch.first;
      second = scratch.second;
    }
    mve_pixels_2(layer, first, second, scratch.sums, y);
  }
  if (left > 0) {
    mve_copy(scratch.first, x, p->ic);
    mve_pixels_1(layer, scratch.first, scratch.sums, y);
  }
}

static void run(const mote_kernel_args* args) {
  const mote_conv_2d_params* p = args->params;
  const mve_layer layer = mve_layer_of(&p->output, args->packed, depth_of(p), p->oc);
  if (is_flat(p)) {
    run_flat(args, &layer);
  } else {
    run_windows(args, &layer);
  }
}

const mote_kernel mote_kernels_conv_2d_mcu_mve[] = {{.name = "conv_2d_i8_mcu_mve",
                                                     .family = "conv_2d_i8",
                                                     .isa = MOTE_ISA_MCU_MVE,
                                                     .refuses = refuses,
                                                     .packed_bytes = packed_bytes,
                                                     .pack = pack,
                                                     .scratch_bytes = scratch_bytes,
                                                     .overlap = overlap,
                                                     MOTE_PRINTED("conv_2d/mcu_mve.c", run)},
                                                    MOTE_KERNELS_END};
