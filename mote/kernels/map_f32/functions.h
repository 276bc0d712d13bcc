// The functions of map_f32.h, each once for the reference and for what is compiled for vectors.
// For .c files only.
#pragma once

#include <math.h>

#include "mote/kernels/map_f32/map_f32.h"

static inline float map_clamp(const mote_map_f32_params* p, float x) {
  return x < p->low ? p->low : (x > p->high ? p->high : x);
}
static inline float map_leaky_relu(const mote_map_f32_params* p, float x) {
  return x >= 0.0F ? x : x * p->alpha;
}
static inline float map_elu(const mote_map_f32_params* p, float x) {
  return x < 0.0F ? p->alpha * expm1f(x) : x;
}
static inline float map_logistic(const mote_map_f32_params* p, float x) {
  (void)p;
  return 1.0F / (1.0F + expf(-x));
}
static inline float map_tanh(const mote_map_f32_params* p, float x) {
  (void)p;
  return tanhf(x);
}
static inline float map_hard_swish(const mote_map_f32_params* p, float x) {
  const float shifted = x + 3.0F;
  const float above = shifted < 0.0F ? 0.0F : shifted;
  (void)p;
  return x * (above > 6.0F ? 6.0F : above) / 6.0F;
}
static inline float map_abs(const mote_map_f32_params* p, float x) {
  (void)p;
  return fabsf(x);
}
static inline float map_neg(const mote_map_f32_params* p, float x) {
  (void)p;
  return -x;
}
static inline float map_square(const mote_map_f32_params* p, float x) {
  (void)p;
  return x * x;
}
static inline float map_sqrt(const mote_map_f32_params* p, float x) {
  (void)p;
  return sqrtf(x);
}
static inline float map_rsqrt(const mote_map_f32_params* p, float x) {
  (void)p;
  return 1.0F / sqrtf(x);
}
static inline float map_exp(const mote_map_f32_params* p, float x) {
  (void)p;
  return expf(x);
}
static inline float map_log(const mote_map_f32_params* p, float x) {
  (void)p;
  return logf(x);
}
