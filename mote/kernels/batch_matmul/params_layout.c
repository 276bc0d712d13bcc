#include "mote/kernels/batch_matmul/batch_matmul.h"
#include "mote/kernels/requantize/output_stage_layout.h"

static int64_t channels(const void* params) {
  const mote_batch_matmul_params* p = params;
  return p->n;
}
MOTE_OUTPUT_STAGE_LAYOUT(stage, mote_batch_matmul_params, output, channels)

static const mote_field fields[] = {MOTE_FIELD_I32(mote_batch_matmul_params, m),
                                    MOTE_FIELD_I32(mote_batch_matmul_params, n),
                                    MOTE_FIELD_I32(mote_batch_matmul_params, k),
                                    MOTE_FIELD_I32(mote_batch_matmul_params, batch_rank),
                                    MOTE_FIELD_ARRAY(MOTE_FIELD_TYPE_I32, mote_batch_matmul_params,
                                                     batch_shape, MOTE_BATCH_MATMUL_MAX_RANK),
                                    MOTE_FIELD_ARRAY(MOTE_FIELD_TYPE_I64, mote_batch_matmul_params,
                                                     a_batch_strides, MOTE_BATCH_MATMUL_MAX_RANK),
                                    MOTE_FIELD_ARRAY(MOTE_FIELD_TYPE_I64, mote_batch_matmul_params,
                                                     b_batch_strides, MOTE_BATCH_MATMUL_MAX_RANK),
                                    MOTE_FIELD_I64(mote_batch_matmul_params, a_row),
                                    MOTE_FIELD_I64(mote_batch_matmul_params, a_column),
                                    MOTE_FIELD_I64(mote_batch_matmul_params, b_row),
                                    MOTE_FIELD_I64(mote_batch_matmul_params, b_column),
                                    MOTE_FIELD_I32(mote_batch_matmul_params, a_zero_point),
                                    MOTE_FIELD_I32(mote_batch_matmul_params, b_zero_point),
                                    MOTE_FIELD_STRUCT(stage, mote_batch_matmul_params, output),
                                    MOTE_FIELDS_END};
const mote_struct mote_batch_matmul_layout = {"mote_batch_matmul_params",
                                              sizeof(mote_batch_matmul_params), fields};
