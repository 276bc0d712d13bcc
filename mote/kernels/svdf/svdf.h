// Singular value decomposition filter: a fully connected layer, a memory of its last outputs, and a
// weighted sum over that memory.
//
// x [n,inputs], feature weights [filters,inputs], time weights [filters,memory], bias [units] -> y
// [n,units], with filters = units * rank; state [n,filters,memory], oldest first, is moved on by
// one step. Source: Nakkiran et al. 2015 (Interspeech), TFLite SVDF. Integers equal TensorFlow Lite
// Micro's.
#pragma once

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_svdf_params {
  int32_t n, inputs, filters, rank, memory;
  int32_t x_zero_point, state_zero_point, y_zero_point;  // integers only
  mote_multiplier to_state, to_output;                   // integers only
  mote_rounding rounding;
  float y_min, y_max;  // f32 only
} mote_svdf_params;

/// What follows the layer: `features` [n,filters] enter the memory, y is its weighted sum.
void mote_svdf_remember_f32_reference(const mote_svdf_params* p, const float* features,
                                      const float* w_time, const float* bias, float* state,
                                      float* y);

/// `features` [n,filters] is scratch.
void mote_svdf_f32_reference(const mote_svdf_params* p, const float* x, const float* w_feature,
                             const float* w_time, const float* bias, float* state, float* features,
                             float* y);
void mote_svdf_i8_state_i16_reference(const mote_svdf_params* p, const int8_t* x,
                                      const int8_t* w_feature, const int16_t* w_time,
                                      const int32_t* bias, int16_t* state, int8_t* y);
void mote_svdf_i8_state_i8_reference(const mote_svdf_params* p, const int8_t* x,
                                     const int8_t* w_feature, const int8_t* w_time,
                                     const int32_t* bias, int8_t* state, int8_t* y);

/// For code generation (params_layout.h).
extern const struct mote_struct mote_svdf_layout;

#ifdef __cplusplus
}
#endif
