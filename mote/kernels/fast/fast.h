// Quick portable paths of the layers: matrix products on packed weights, and convolutions on top of
// them.
//
//   const mote_fast_kernels* kernels = mote_fast_kernels_for(MOTE_ISA_AUTO);
//   mote_fast_pack_i8(oc, kh * kw * ic, weights, packed);                     // once
//   mote_fast_conv_2d_i8(kernels, &p, &stage, x, packed, bias, y, scratch);    // every run
//
// One source (body.inc) is compiled for each instruction set. Each output element sums its k
// products in order, so that results depend neither on blocking nor on threads. i8 equals the
// reference kernels byte for byte on every ISA; f32 is within rounding, and MOTE_ISA_PORTABLE gives
// the same bytes on every machine (no fused multiply-add).
#pragma once

#include "mote/kernels/conv_2d/conv_2d.h"
#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Output channels are packed in panels of this many.
#define MOTE_FAST_PANEL 16

/// How accumulators of each channel are stored, channel by channel, padded to whole panels.
typedef struct mote_fast_stage {
  const int32_t* multiplier;
  const int32_t* left_shift;
  const int32_t* right_shift;
  const int32_t* max;
  const int32_t* bias;
  int32_t zero_point, min;
  mote_rounding rounding;
} mote_fast_stage;

/// y[m,n] = clamp(a[m,k] * b[n,k]^T + bias), rows of a `a_stride` and of y `y_stride` elements
/// apart.
typedef struct mote_fast_gemm_f32 {
  int64_t m, n, k;
  const float* a;
  int64_t a_stride;
  const float* packed_b;
  const float* bias;  // padded to whole panels
  float y_min, y_max;
  float* y;
  int64_t y_stride;
} mote_fast_gemm_f32;

/// The same for integers: a holds x - x_zero_point and b the weights, as floats; sums are exact.
typedef struct mote_fast_gemm_i8 {
  int64_t m, n, k;
  const float* a;
  int64_t a_stride;
  const float* packed_b;
  const mote_fast_stage* stage;
  int8_t* y;
  int64_t y_stride;
} mote_fast_gemm_i8;

/// The instruction-set dependent loops.
typedef struct mote_fast_kernels {
  void (*gemm_f32)(const mote_fast_gemm_f32* g);
  void (*gemm_i8)(const mote_fast_gemm_i8* g);
  /// y[i] = x[i] - zero_point.
  void (*widen_i8)(int64_t count, int32_t zero_point, const int8_t* x, float* y);
  /// Depth multiplier 1 only; `sums` holds ic elements.
  void (*depthwise_f32)(const mote_depthwise_conv_2d_params* p, const float* x, const float* w,
                        const float* bias, float* y);
  void (*depthwise_i8)(const mote_depthwise_conv_2d_params* p, const mote_fast_stage* stage,
                       const int8_t* x, const int8_t* w, int32_t* sums, int8_t* y);
} mote_fast_kernels;

/// The kernels for `isa`; for MOTE_ISA_AUTO, or where the machine lacks it, the best the machine
/// has.
const mote_fast_kernels* mote_fast_kernels_for(mote_isa isa);

/// Elements of packed weights [oc,k].
int64_t mote_fast_packed_elements(int64_t oc, int64_t k);
void mote_fast_pack_f32(int64_t oc, int64_t k, const float* w, float* packed);
void mote_fast_pack_i8(int64_t oc, int64_t k, const int8_t* w, float* packed);

/// Convolutions without groups. Scratch bytes hold a block of rows of the unfolded input.
int64_t mote_fast_conv_2d_scratch_bytes(const mote_conv_2d_params* p);
void mote_fast_conv_2d_f32(const mote_fast_kernels* kernels, const mote_conv_2d_params* p,
                           const float* x, const float* packed, const float* bias, float* y,
                           float* scratch);
void mote_fast_conv_2d_i8(const mote_fast_kernels* kernels, const mote_conv_2d_params* p,
                          const mote_fast_stage* stage, const int8_t* x, const float* packed,
                          int8_t* y, float* scratch);

#ifdef __cplusplus
}
#endif
