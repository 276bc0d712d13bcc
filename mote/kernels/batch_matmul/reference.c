#include "mote/kernels/batch_matmul/batch_matmul.h"
#include "mote/kernels/reference_rows.h"

static int64_t offset_of(const mote_batch_matmul_params* p, const int64_t* strides, int64_t index) {
  int64_t offset = 0;
  for (int32_t d = p->batch_rank - 1; d >= 0; --d) {
    offset += index % p->batch_shape[d] * strides[d];
    index /= p->batch_shape[d];
  }
  return offset;
}

#define DEFINE_BATCH_MATMUL(NAME, T, ACC, FINISH)                              \
  void NAME(const mote_batch_matmul_params* p, const T* a, const T* b, T* y) { \
    const ACC a_zero = (ACC)p->a_zero_point;                                   \
    const ACC b_zero = (ACC)p->b_zero_point;                                   \
    int64_t batches = 1;                                                       \
    for (int32_t d = 0; d < p->batch_rank; ++d) batches *= p->batch_shape[d];  \
    for (int64_t t = 0; t < batches; ++t) {                                    \
      const T* left = a + offset_of(p, p->a_batch_strides, t);                 \
      const T* right = b + offset_of(p, p->b_batch_strides, t);                \
      for (int32_t i = 0; i < p->m; ++i) {                                     \
        for (int32_t j = 0; j < p->n; ++j) {                                   \
          ACC sum = 0;                                                         \
          for (int32_t c = 0; c < p->k; ++c) {                                 \
            sum += ((ACC)left[i * p->a_row + c * p->a_column] - a_zero) *      \
                   ((ACC)right[c * p->b_row + j * p->b_column] - b_zero);      \
          }                                                                    \
          *y++ = (T)(FINISH);                                                  \
        }                                                                      \
      }                                                                        \
    }                                                                          \
  }
DEFINE_BATCH_MATMUL(mote_batch_matmul_f32_reference, float, float, sum)
DEFINE_BATCH_MATMUL(mote_batch_matmul_i8_reference, int8_t, int32_t,
                    mote_output_i32(&p->output, sum, 0))
DEFINE_BATCH_MATMUL(mote_batch_matmul_i16_reference, int16_t, int64_t,
                    mote_output_i64(&p->output, sum, 0))

MOTE_RUN_BINARY(run_batch_matmul_f32, mote_batch_matmul_f32_reference)
MOTE_RUN_BINARY(run_batch_matmul_i8, mote_batch_matmul_i8_reference)
MOTE_RUN_BINARY(run_batch_matmul_i16, mote_batch_matmul_i16_reference)

const mote_kernel mote_kernels_batch_matmul_reference[] = {
    {.name = "batch_matmul_f32_reference",
     .family = "batch_matmul_f32",
     MOTE_PRINTED("batch_matmul/reference.c", run_batch_matmul_f32),
     .params_layout = &mote_batch_matmul_layout},
    {.name = "batch_matmul_i8_reference",
     .family = "batch_matmul_i8",
     MOTE_PRINTED("batch_matmul/reference.c", run_batch_matmul_i8),
     .params_layout = &mote_batch_matmul_layout},
    {.name = "batch_matmul_i16_reference",
     .family = "batch_matmul_i16",
     MOTE_PRINTED("batch_matmul/reference.c", run_batch_matmul_i16),
     .params_layout = &mote_batch_matmul_layout},
    MOTE_KERNELS_END};
