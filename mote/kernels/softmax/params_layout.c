#include "mote/kernels/requantize/output_stage_layout.h"
#include "mote/kernels/softmax/softmax.h"
#include "mote/kernels/table/table.h"

static const mote_field fields[] = {
    MOTE_FIELD_I32(mote_softmax_params, rows),
    MOTE_FIELD_I32(mote_softmax_params, depth),
    MOTE_FIELD_F32(mote_softmax_params, beta),
    MOTE_FIELD_STRUCT(mote_multiplier_layout, mote_softmax_params, input),
    MOTE_FIELD_I32(mote_softmax_params, diff_min),
    MOTE_FIELD_STRUCT(mote_multiplier_layout, mote_softmax_params, reverse),
    MOTE_FIELDS_END};
const mote_struct mote_softmax_layout = {"mote_softmax_params", sizeof(mote_softmax_params),
                                         fields};

static int64_t entries(const void* params) {
  (void)params;
  return MOTE_TABLE_I16_SIZE;
}

static const mote_field fields_i16[] = {
    MOTE_FIELD_STRUCT(mote_softmax_layout, mote_softmax_i16_params, softmax),
    MOTE_FIELD_POINTER(MOTE_FIELD_TYPE_I16, mote_softmax_i16_params, exp_table, entries),
    MOTE_FIELD_POINTER(MOTE_FIELD_TYPE_I16, mote_softmax_i16_params, reciprocal_table, entries),
    MOTE_FIELDS_END};
const mote_struct mote_softmax_i16_layout = {"mote_softmax_i16_params",
                                             sizeof(mote_softmax_i16_params), fields_i16};
