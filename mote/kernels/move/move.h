// Elements from one place to another: copies, slices and transposes, concatenation, splitting,
// padding.
//
//   mote_strided_copy_params p = {.rank = 2, .extents = {8, 16}, .x_strides = {1, 8},
//                                 .y_strides = {16, 1}, .element_bytes = 4};
//   mote_strided_copy_reference(&p, x, y);  // the transpose of x[16,8]
//
// Elements of 1, 2, 4 or 8 bytes; values are not looked at.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MOTE_MOVE_MAX_RANK 8

/// y = x, for operators that change no element (reshape). x and y may be the same place.
typedef struct mote_copy_params {
  int64_t bytes;
} mote_copy_params;
void mote_copy_reference(const mote_copy_params* p, const void* x, void* y);

/// y[y_offset + i . y_strides] = x[x_offset + i . x_strides] for every index i within `extents`;
/// strides and offsets in elements, of any sign.
typedef struct mote_strided_copy_params {
  int32_t rank, element_bytes;
  int64_t extents[MOTE_MOVE_MAX_RANK];
  int64_t x_strides[MOTE_MOVE_MAX_RANK], y_strides[MOTE_MOVE_MAX_RANK];
  int64_t x_offset, y_offset;
} mote_strided_copy_params;
void mote_strided_copy_reference(const mote_strided_copy_params* p, const void* x, void* y);

/// y is filled with `value` (its first element_bytes bytes), then x is copied into it.
typedef struct mote_pad_params {
  mote_strided_copy_params copy;
  int64_t y_elements;
  uint8_t value[8];
} mote_pad_params;
void mote_pad_reference(const mote_pad_params* p, const void* x, void* y);

/// `parts` tensors of [outer, part_bytes[k]] beside each other are one of [outer, sum of
/// part_bytes].
typedef struct mote_join_params {
  int32_t parts;
  int64_t outer;
  const int64_t* part_bytes;
} mote_join_params;
void mote_concat_reference(const mote_join_params* p, const void* const* x, void* y);
void mote_split_reference(const mote_join_params* p, const void* x, void* const* y);

/// For code generation (params_layout.h).
extern const struct mote_struct mote_copy_layout;
extern const struct mote_struct mote_strided_copy_layout;
extern const struct mote_struct mote_pad_layout;
extern const struct mote_struct mote_join_layout;

#ifdef __cplusplus
}
#endif
