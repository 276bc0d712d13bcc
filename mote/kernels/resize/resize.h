// Resizing of images: x [n,h,w,c] -> y [n,oh,ow,c].
//
// The source coordinate of output i is i * scale, (i + 1/2) * scale - 1/2 with half-pixel centres,
// with scale h / oh, or (h - 1) / (oh - 1) where corners are aligned. Integer bilinear weights have
// 10 bits. Integers equal TensorFlow Lite Micro's reference kernels.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_resize_params {
  int32_t n, h, w, c;
  int32_t oh, ow;
  int32_t align_corners, half_pixel_centers;
} mote_resize_params;

void mote_resize_bilinear_f32_reference(const mote_resize_params* p, const float* x, float* y);
void mote_resize_bilinear_i8_reference(const mote_resize_params* p, const int8_t* x, int8_t* y);
void mote_resize_bilinear_i16_reference(const mote_resize_params* p, const int16_t* x, int16_t* y);
void mote_resize_bilinear_u8_reference(const mote_resize_params* p, const uint8_t* x, uint8_t* y);
/// Parameters of the row `resize_nearest`.
typedef struct mote_resize_nearest_params {
  mote_resize_params resize;
  int32_t element_bytes;
} mote_resize_nearest_params;
/// Of any type: elements are copied.
void mote_resize_nearest_reference(const mote_resize_params* p, int32_t element_bytes,
                                   const void* x, void* y);

/// For code generation (params_layout.h).
extern const struct mote_struct mote_resize_layout;
extern const struct mote_struct mote_resize_nearest_layout;

#ifdef __cplusplus
}
#endif
