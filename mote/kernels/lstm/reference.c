#include <math.h>
#include <string.h>

#include "mote/kernels/activation/activation.h"
#include "mote/kernels/lstm/lstm.h"
#include "mote/kernels/reference_rows.h"

static float dot_f32(const float* a, const float* b, int32_t count) {
  float sum = 0.0F;
  for (int32_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

void mote_lstm_update_f32_reference(const mote_lstm_params* p, float* gates, float* h, float* c) {
  for (int32_t gate = 0; gate < MOTE_LSTM_GATES; ++gate) {
    for (int64_t i = gate * p->units; i < (gate + 1) * p->units; ++i) {
      gates[i] = gate == MOTE_LSTM_CELL ? tanhf(gates[i]) : 1.0F / (1.0F + expf(-gates[i]));
    }
  }
  for (int64_t u = 0; u < p->units; ++u) {
    float cell = gates[MOTE_LSTM_FORGET * p->units + u] * c[u];
    cell += gates[MOTE_LSTM_INPUT * p->units + u] * gates[MOTE_LSTM_CELL * p->units + u];
    if (p->cell_clip > 0.0F) cell = fminf(fmaxf(cell, -p->cell_clip), p->cell_clip);
    c[u] = cell;
    h[u] = gates[MOTE_LSTM_OUTPUT * p->units + u] * tanhf(cell);
  }
}

void mote_lstm_step_f32_reference(const mote_lstm_params* p, const mote_lstm_weights_f32* weights,
                                  const float* x, float* h, float* c, float* scratch) {
  for (int32_t n = 0; n < p->n; ++n, x += p->inputs, h += p->units, c += p->units) {
    for (int32_t gate = 0; gate < MOTE_LSTM_GATES; ++gate) {
      for (int64_t u = 0; u < p->units; ++u) {
        float sum = dot_f32(weights->w[gate] + u * p->inputs, x, p->inputs);
        if (weights->bias[gate] != NULL) sum += weights->bias[gate][u];
        sum += dot_f32(weights->r[gate] + u * p->units, h, p->units);
        scratch[gate * p->units + u] = sum;
      }
    }
    mote_lstm_update_f32_reference(p, scratch, h, c);
  }
}

static int32_t saturate_16(int32_t x) { return mote_clamp_i32(x, INT16_MIN, INT16_MAX); }

// x * a * b by the multiplier, rounded twice.
static int32_t product(int32_t a, int32_t b, mote_multiplier m) {
  return mote_requantize_i32(a * b, m, MOTE_ROUND_DOUBLE);
}

static int16_t logistic(int16_t x) {
  mote_unary_params p;
  memset(&p, 0, sizeof p);
  p.identity.multiplier = 3;
  int16_t y;
  mote_logistic_i16_reference(&p, 1, &x, &y);
  return y;
}

// tanh of x in steps of 2^scale_log2.
static int16_t hyperbolic_tangent(int16_t x, int32_t scale_log2) {
  mote_unary_params p;
  memset(&p, 0, sizeof p);
  const int32_t left_shift = 12 + scale_log2;
  p.identity.multiplier = left_shift < 0 ? 3 : 3 << left_shift;
  p.identity.shift = left_shift < 0 ? -left_shift : 0;
  int16_t y;
  mote_tanh_i16_reference(&p, 1, &x, &y);
  return y;
}

static int16_t cell_of(const mote_lstm_params* p, const int16_t* gates, int16_t cell) {
  const int32_t kept =
      saturate_16(product(gates[MOTE_LSTM_FORGET * p->units], cell, p->forget_cell));
  const int32_t added = saturate_16(
      product(gates[MOTE_LSTM_INPUT * p->units], gates[MOTE_LSTM_CELL * p->units], p->input_cell));
  const int32_t sum = saturate_16(kept + added);
  const int32_t clip = p->quantized_cell_clip;
  return (int16_t)(clip > 0 ? mote_clamp_i32(sum, -clip, clip) : sum);
}

#define DEFINE_STEP(NAME, X, ACC, WEIGHTS, REQUANTIZE, LOW, HIGH)                                 \
  static int32_t NAME##_dot(const int8_t* w, const X* x, ACC zero, int32_t count, ACC sum,        \
                            mote_multiplier m) {                                                  \
    for (int32_t i = 0; i < count; ++i) sum += (ACC)w[i] * ((ACC)x[i] - zero);                    \
    return saturate_16(REQUANTIZE);                                                               \
  }                                                                                               \
  void NAME(const mote_lstm_params* p, const WEIGHTS* weights, const X* x, X* h, int16_t* c,      \
            int16_t* scratch) {                                                                   \
    for (int32_t n = 0; n < p->n; ++n, x += p->inputs, h += p->units, c += p->units) {            \
      for (int32_t gate = 0; gate < MOTE_LSTM_GATES; ++gate) {                                    \
        for (int64_t u = 0; u < p->units; ++u) {                                                  \
          const ACC bias = weights->bias[gate] != NULL ? weights->bias[gate][u] : 0;              \
          const int32_t from_x = NAME##_dot(weights->w[gate] + u * p->inputs, x, p->x_zero_point, \
                                            p->inputs, bias, p->from_x[gate]);                    \
          const int32_t from_h = NAME##_dot(weights->r[gate] + u * p->units, h, p->h_zero_point,  \
                                            p->units, 0, p->from_h[gate]);                        \
          const int16_t sum = (int16_t)saturate_16(from_x + from_h);                              \
          scratch[gate * p->units + u] =                                                          \
              gate == MOTE_LSTM_CELL ? hyperbolic_tangent(sum, -12) : logistic(sum);              \
        }                                                                                         \
      }                                                                                           \
      for (int64_t u = 0; u < p->units; ++u) {                                                    \
        c[u] = cell_of(p, scratch + u, c[u]);                                                     \
        const int32_t out = product(scratch[MOTE_LSTM_OUTPUT * p->units + u],                     \
                                    hyperbolic_tangent(c[u], p->cell_scale_log2), p->hidden);     \
        h[u] = (X)mote_clamp_i32(out + p->h_zero_point, LOW, HIGH);                               \
      }                                                                                           \
    }                                                                                             \
  }
DEFINE_STEP(mote_lstm_step_i8_reference, int8_t, int32_t, mote_lstm_weights_i8,
            mote_requantize_i32(sum, m, MOTE_ROUND_DOUBLE), INT8_MIN, INT8_MAX)
DEFINE_STEP(mote_lstm_step_i16_reference, int16_t, int64_t, mote_lstm_weights_i16,
            mote_requantize_i64(sum, m), INT16_MIN, INT16_MAX)

enum { kX = 0, kW = 1, kR = 5, kBias = 9, kH = 13, kC = 14 };

#define MOTE_RUN_SEQUENCE(NAME, X, C, W, B, WEIGHTS, STEP)                       \
  static void NAME(const mote_kernel_args* args) {                               \
    const mote_lstm_sequence_params* p = args->params;                           \
    WEIGHTS weights;                                                             \
    for (int32_t gate = 0; gate < MOTE_LSTM_GATES; ++gate) {                     \
      weights.w[gate] = (const W*)args->inputs[kW + gate];                       \
      weights.r[gate] = (const W*)args->inputs[kR + gate];                       \
      weights.bias[gate] = (const B*)args->inputs[kBias + gate];                 \
    }                                                                            \
    const X* x = args->inputs[kX];                                               \
    X* y = args->outputs[0];                                                     \
    for (int64_t n = 0; n < p->batch; ++n) {                                     \
      X* h = (X*)args->inputs[kH] + n * p->step.units;                           \
      C* c = (C*)args->inputs[kC] + n * p->step.units;                           \
      for (int64_t t = 0; t < p->steps; ++t) {                                   \
        const int64_t row = p->time_major ? t * p->batch + n : n * p->steps + t; \
        STEP(&p->step, &weights, x + row * p->step.inputs, h, c, args->scratch); \
        memcpy(y + row * p->step.units, h, (size_t)p->step.units * sizeof(X));   \
      }                                                                          \
    }                                                                            \
  }
MOTE_RUN_SEQUENCE(run_f32, float, float, float, float, mote_lstm_weights_f32,
                  mote_lstm_step_f32_reference)
MOTE_RUN_SEQUENCE(run_i8, int8_t, int16_t, int8_t, int32_t, mote_lstm_weights_i8,
                  mote_lstm_step_i8_reference)
MOTE_RUN_SEQUENCE(run_i16, int16_t, int16_t, int8_t, int64_t, mote_lstm_weights_i16,
                  mote_lstm_step_i16_reference)

static int64_t scratch_f32(const void* params) {
  const mote_lstm_sequence_params* p = params;
  return mote_lstm_scratch_elements(&p->step) * (int64_t)sizeof(float);
}

static int64_t scratch_i16(const void* params) {
  const mote_lstm_sequence_params* p = params;
  return mote_lstm_scratch_elements(&p->step) * (int64_t)sizeof(int16_t);
}

const mote_kernel mote_kernels_lstm_reference[] = {{.name = "lstm_f32_reference",
                                                    .family = "lstm_f32",
                                                    .scratch_bytes = scratch_f32,
                                                    MOTE_PRINTED("lstm/reference.c", run_f32),
                                                    .params_layout = &mote_lstm_layout},
                                                   {.name = "lstm_i8_reference",
                                                    .family = "lstm_i8",
                                                    .scratch_bytes = scratch_i16,
                                                    MOTE_PRINTED("lstm/reference.c", run_i8),
                                                    .params_layout = &mote_lstm_layout},
                                                   {.name = "lstm_i16_reference",
                                                    .family = "lstm_i16",
                                                    .scratch_bytes = scratch_i16,
                                                    MOTE_PRINTED("lstm/reference.c", run_i16),
                                                    .params_layout = &mote_lstm_layout},
                                                   MOTE_KERNELS_END};
