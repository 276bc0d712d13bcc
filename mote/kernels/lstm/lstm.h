// One step of a long short-term memory layer (no peepholes, projection or layer normalisation).
//
//   i, f, o = sigmoid(W x + R h + b), g = tanh(W x + R h + b); c = f * c + i * g; h = o * tanh(c)
//
// x [n,inputs], h and c [n,units]; gates in the order input, forget, cell, output; W
// [units,inputs], R [units,units], bias [units] or NULL. `scratch` holds
// mote_lstm_scratch_elements(p) elements. Integers: gates are int16 in Q3.12 before and Q0.15 after
// their activation, c is int16 with a power of two as scale, each product is rounded on its own.
// Source: Hochreiter and Schmidhuber 1997; the TFLite specification of
// UNIDIRECTIONAL_SEQUENCE_LSTM. Integers equal TensorFlow Lite Micro's.
#pragma once

#include "mote/kernels/requantize/requantize.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MOTE_LSTM_INPUT, MOTE_LSTM_FORGET, MOTE_LSTM_CELL, MOTE_LSTM_OUTPUT, MOTE_LSTM_GATES };

typedef struct mote_lstm_params {
  int32_t n, inputs, units;
  float cell_clip;  // f32: |c| <= cell_clip; 0 for none
  // Integers only, from here on.
  int32_t x_zero_point, h_zero_point;
  mote_multiplier from_x[4], from_h[4];
  mote_multiplier forget_cell, input_cell;  // f * c and i * g, to c
  mote_multiplier hidden;                   // o * tanh(c), to h
  int32_t cell_scale_log2;                  // c is in steps of 2^cell_scale_log2
  int32_t quantized_cell_clip;              // 0 for none
} mote_lstm_params;

static inline int64_t mote_lstm_scratch_elements(const mote_lstm_params* p) {
  return (int64_t)4 * p->units;
}

typedef struct mote_lstm_weights_f32 {
  const float *w[4], *r[4], *bias[4];
} mote_lstm_weights_f32;
/// The gates' sums [4,units] become c and h; one row.
void mote_lstm_update_f32_reference(const mote_lstm_params* p, float* gates, float* h, float* c);
void mote_lstm_step_f32_reference(const mote_lstm_params* p, const mote_lstm_weights_f32* weights,
                                  const float* x, float* h, float* c, float* scratch);

typedef struct mote_lstm_weights_i8 {
  const int8_t *w[4], *r[4];
  const int32_t* bias[4];
} mote_lstm_weights_i8;
void mote_lstm_step_i8_reference(const mote_lstm_params* p, const mote_lstm_weights_i8* weights,
                                 const int8_t* x, int8_t* h, int16_t* c, int16_t* scratch);

typedef struct mote_lstm_weights_i16 {
  const int8_t *w[4], *r[4];
  const int64_t* bias[4];
} mote_lstm_weights_i16;
void mote_lstm_step_i16_reference(const mote_lstm_params* p, const mote_lstm_weights_i16* weights,
                                  const int16_t* x, int16_t* h, int16_t* c, int16_t* scratch);

/// Parameters of the rows `lstm_*`: a sequence of steps for every row of a batch. Inputs: x
/// [batch,steps,inputs], or [steps,batch,inputs] where `time_major` is not 0; four W, four R, four
/// biases; h and c, which are written in place. Output: h after every step, laid out as x is.
typedef struct mote_lstm_sequence_params {
  mote_lstm_params step;  // n = 1
  int32_t batch, steps, time_major;
} mote_lstm_sequence_params;

/// For code generation (params_layout.h).
extern const struct mote_struct mote_lstm_layout;

#ifdef __cplusplus
}
#endif
