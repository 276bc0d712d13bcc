#include "mote/kernels/fast/fast.h"

#include <string.h>

#include "mote/kernels/kernel_table.h"

extern const mote_fast_kernels mote_fast_portable_kernels;
#ifdef MOTE_FAST_X86
extern const mote_fast_kernels mote_fast_avx2_kernels;
extern const mote_fast_kernels mote_fast_avx512_kernels;
#endif

const mote_fast_kernels* mote_fast_kernels_for(mote_isa isa) {
#ifdef MOTE_FAST_X86
  const mote_isa best = mote_resolve_isa(isa);
  if (mote_isa_includes(best, MOTE_ISA_AVX512) && mote_machine_has(MOTE_ISA_AVX512)) {
    return &mote_fast_avx512_kernels;
  }
  if (mote_isa_includes(best, MOTE_ISA_AVX2) && mote_machine_has(MOTE_ISA_AVX2)) {
    return &mote_fast_avx2_kernels;
  }
#else
  (void)isa;
#endif
  return &mote_fast_portable_kernels;
}

static int64_t panels(int64_t oc) { return (oc + MOTE_FAST_PANEL - 1) / MOTE_FAST_PANEL; }

int64_t mote_fast_packed_elements(int64_t oc, int64_t k) {
  return panels(oc) * MOTE_FAST_PANEL * k;
}

#define DEFINE_PACK(NAME, T)                                    \
  void NAME(int64_t oc, int64_t k, const T* w, float* packed) { \
    for (int64_t panel = 0; panel < panels(oc); ++panel) {      \
      for (int64_t i = 0; i < k; ++i) {                         \
        for (int64_t c = 0; c < MOTE_FAST_PANEL; ++c) {         \
          const int64_t o = panel * MOTE_FAST_PANEL + c;        \
          *packed++ = o < oc ? (float)w[o * k + i] : 0.0F;      \
        }                                                       \
      }                                                         \
    }                                                           \
  }
DEFINE_PACK(mote_fast_pack_f32, float)
DEFINE_PACK(mote_fast_pack_i8, int8_t)

// Rows of the unfolded input made at a time; a multiple of every tile height.
enum { kBlockRows = 48 };

static int64_t terms(const mote_conv_2d_params* p) { return (int64_t)p->kh * p->kw * p->ic; }

int64_t mote_fast_conv_2d_scratch_bytes(const mote_conv_2d_params* p) {
  return kBlockRows * terms(p) * (int64_t)sizeof(float);
}

static int is_pointwise(const mote_conv_2d_params* p) {
  return p->kh == 1 && p->kw == 1 && p->stride_h == 1 && p->stride_w == 1 && p->pad_top == 0 &&
         p->pad_left == 0 && p->oh == p->h && p->ow == p->w;
}

// The element of x where a tap of output pixel `pixel` starts; -1 outside of the image.
static int64_t tap_start(const mote_conv_2d_params* p, int64_t pixel, int32_t a, int32_t b) {
  const int64_t i = pixel / p->ow % p->oh * p->stride_h + a * p->dilation_h - p->pad_top;
  const int64_t j = pixel % p->ow * p->stride_w + b * p->dilation_w - p->pad_left;
  if (i < 0 || i >= p->h || j < 0 || j >= p->w) return -1;
  return ((pixel / p->ow / p->oh * p->h + i) * p->w + j) * p->ic;
}

// Unfolds `rows` windows from output pixel `first` on; COPY takes one tap's channels from x.
#define DEFINE_UNFOLD(NAME, T, COPY)                                                              \
  static void NAME(const mote_fast_kernels* kernels, const mote_conv_2d_params* p, int64_t first, \
                   int64_t rows, const T* x, float* to) {                                         \
    (void)kernels;                                                                                \
    for (int64_t pixel = first; pixel < first + rows; ++pixel) {                                  \
      for (int32_t a = 0; a < p->kh; ++a) {                                                       \
        for (int32_t b = 0; b < p->kw; ++b, to += p->ic) {                                        \
          const int64_t start = tap_start(p, pixel, a, b);                                        \
          if (start < 0) {                                                                        \
            memset(to, 0, (size_t)p->ic * sizeof *to);                                            \
          } else {                                                                                \
            COPY;                                                                                 \
          }                                                                                       \
        }                                                                                         \
      }                                                                                           \
    }                                                                                             \
  }
DEFINE_UNFOLD(unfold_f32, float, memcpy(to, x + start, (size_t)p->ic * sizeof *to))
DEFINE_UNFOLD(unfold_i8, int8_t, kernels->widen_i8(p->ic, p->x_zero_point, x + start, to))

void mote_fast_conv_2d_f32(const mote_fast_kernels* kernels, const mote_conv_2d_params* p,
                           const float* x, const float* packed, const float* bias, float* y,
                           float* scratch) {
  const int64_t pixels = (int64_t)p->n * p->oh * p->ow;
  const int64_t k = terms(p);
  mote_fast_gemm_f32 g = {pixels, p->oc, k, x, k, packed, bias, p->y_min, p->y_max, y, p->oc};
  if (is_pointwise(p)) {
    kernels->gemm_f32(&g);
    return;
  }
  g.a = scratch;
  for (int64_t first = 0; first < pixels; first += kBlockRows) {
    g.m = pixels - first < kBlockRows ? pixels - first : kBlockRows;
    g.y = y + first * p->oc;
    unfold_f32(kernels, p, first, g.m, x, scratch);
    kernels->gemm_f32(&g);
  }
}

void mote_fast_conv_2d_i8(const mote_fast_kernels* kernels, const mote_conv_2d_params* p,
                          const mote_fast_stage* stage, const int8_t* x, const float* packed,
                          int8_t* y, float* scratch) {
  const int64_t pixels = (int64_t)p->n * p->oh * p->ow;
  const int64_t k = terms(p);
  mote_fast_gemm_i8 g = {0, p->oc, k, scratch, k, packed, stage, y, p->oc};
  for (int64_t first = 0; first < pixels; first += kBlockRows) {
    g.m = pixels - first < kBlockRows ? pixels - first : kBlockRows;
    g.y = y + first * p->oc;
    if (is_pointwise(p)) {
      kernels->widen_i8(g.m * k, p->x_zero_point, x + first * k, scratch);
    } else {
      unfold_i8(kernels, p, first, g.m, x, scratch);
    }
    kernels->gemm_i8(&g);
  }
}
