#include <string.h>

#include "mote/kernels/reference_rows.h"
#include "mote/kernels/svdf/svdf.h"

// Forgets the oldest step of every filter; the newest cells are filled by the caller.
static void move_on(const mote_svdf_params* p, void* state, size_t element_bytes) {
  const size_t bytes = (size_t)p->n * (size_t)p->filters * (size_t)p->memory * element_bytes;
  memmove(state, (char*)state + element_bytes, bytes - element_bytes);
}

void mote_svdf_remember_f32_reference(const mote_svdf_params* p, const float* features,
                                      const float* w_time, const float* bias, float* state,
                                      float* y) {
  const int32_t units = p->filters / p->rank;
  move_on(p, state, sizeof *state);
  for (int32_t n = 0; n < p->n; ++n) {
    float* memory = state + (int64_t)n * p->filters * p->memory;
    for (int32_t f = 0; f < p->filters; ++f) {
      memory[(int64_t)(f + 1) * p->memory - 1] = features[(int64_t)n * p->filters + f];
    }
    for (int32_t u = 0; u < units; ++u) {
      float total = bias != NULL ? bias[u] : 0.0F;
      for (int32_t f = u * p->rank; f < (u + 1) * p->rank; ++f) {
        float sum = 0.0F;
        for (int32_t t = 0; t < p->memory; ++t) {
          sum += w_time[(int64_t)f * p->memory + t] * memory[(int64_t)f * p->memory + t];
        }
        total += sum;
      }
      y[(int64_t)n * units + u] = mote_clamp_f32(total, p->y_min, p->y_max);
    }
  }
}

void mote_svdf_f32_reference(const mote_svdf_params* p, const float* x, const float* w_feature,
                             const float* w_time, const float* bias, float* state, float* features,
                             float* y) {
  for (int64_t i = 0; i < (int64_t)p->n * p->filters; ++i) {
    const float* row = x + i / p->filters * p->inputs;
    const float* w = w_feature + i % p->filters * p->inputs;
    float sum = 0.0F;
    for (int32_t c = 0; c < p->inputs; ++c) sum += w[c] * row[c];
    features[i] = sum;
  }
  mote_svdf_remember_f32_reference(p, features, w_time, bias, state, y);
}

#define DEFINE_SVDF(NAME, STATE, LOW, HIGH)                                           \
  void NAME(const mote_svdf_params* p, const int8_t* x, const int8_t* w_feature,      \
            const STATE* w_time, const int32_t* bias, STATE* state, int8_t* y) {      \
    const int32_t units = p->filters / p->rank;                                       \
    move_on(p, state, sizeof *state);                                                 \
    for (int32_t n = 0; n < p->n; ++n) {                                              \
      STATE* memory = state + (int64_t)n * p->filters * p->memory;                    \
      for (int32_t f = 0; f < p->filters; ++f) {                                      \
        int32_t sum = 0;                                                              \
        for (int32_t c = 0; c < p->inputs; ++c) {                                     \
          sum += w_feature[(int64_t)f * p->inputs + c] *                              \
                 (x[(int64_t)n * p->inputs + c] - p->x_zero_point);                   \
        }                                                                             \
        const int32_t scaled = mote_requantize_i32(sum, p->to_state, p->rounding);    \
        memory[(int64_t)(f + 1) * p->memory - 1] =                                    \
            (STATE)mote_clamp_i32(scaled + p->state_zero_point, LOW, HIGH);           \
      }                                                                               \
      for (int32_t u = 0; u < units; ++u) {                                           \
        int32_t total = bias != NULL ? bias[u] : 0;                                   \
        for (int64_t i = (int64_t)u * p->rank * p->memory;                            \
             i < (int64_t)(u + 1) * p->rank * p->memory; ++i) {                       \
          total += w_time[i] * (memory[i] - p->state_zero_point);                     \
        }                                                                             \
        const int32_t scaled = mote_requantize_i32(total, p->to_output, p->rounding); \
        y[(int64_t)n * units + u] = (int8_t)mote_clamp_i32(                           \
            mote_wrapping_add(scaled, p->y_zero_point), INT8_MIN, INT8_MAX);          \
      }                                                                               \
    }                                                                                 \
  }
DEFINE_SVDF(mote_svdf_i8_state_i16_reference, int16_t, INT16_MIN, INT16_MAX)
DEFINE_SVDF(mote_svdf_i8_state_i8_reference, int8_t, INT8_MIN, INT8_MAX)

// inputs: x, feature weights, time weights, bias, and the state, which is written in place.
static void run_f32(const mote_kernel_args* args) {
  const void* const* in = args->inputs;
  mote_svdf_f32_reference(args->params, in[0], in[1], in[2], in[3], (void*)in[4], args->scratch,
                          args->outputs[0]);
}

static int64_t features_bytes(const void* params) {
  const mote_svdf_params* p = params;
  return (int64_t)p->n * p->filters * (int64_t)sizeof(float);
}

#define MOTE_RUN_SVDF(NAME, FUNCTION)                                                   \
  static void NAME(const mote_kernel_args* args) {                                      \
    const void* const* in = args->inputs;                                               \
    FUNCTION(args->params, in[0], in[1], in[2], in[3], (void*)in[4], args->outputs[0]); \
  }
MOTE_RUN_SVDF(run_i8_state_i16, mote_svdf_i8_state_i16_reference)
MOTE_RUN_SVDF(run_i8_state_i8, mote_svdf_i8_state_i8_reference)

const mote_kernel mote_kernels_svdf_reference[] = {
    {.name = "svdf_f32_f32_reference",
     .family = "svdf_f32_f32",
     .scratch_bytes = features_bytes,
     MOTE_PRINTED("svdf/reference.c", run_f32),
     .params_layout = &mote_svdf_layout},
    {.name = "svdf_i8_i16_reference",
     .family = "svdf_i8_i16",
     MOTE_PRINTED("svdf/reference.c", run_i8_state_i16),
     .params_layout = &mote_svdf_layout},
    {.name = "svdf_i8_i8_reference",
     .family = "svdf_i8_i8",
     MOTE_PRINTED("svdf/reference.c", run_i8_state_i8),
     .params_layout = &mote_svdf_layout},
    MOTE_KERNELS_END};
