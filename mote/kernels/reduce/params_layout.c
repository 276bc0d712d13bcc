#include "mote/kernels/reduce/reduce.h"
#include "mote/kernels/requantize/output_stage_layout.h"

static const mote_field fields[] = {
    MOTE_FIELD_I32(mote_reduce_params, rank),
    MOTE_FIELD_ARRAY(MOTE_FIELD_TYPE_I32, mote_reduce_params, shape, MOTE_REDUCE_MAX_RANK),
    MOTE_FIELD_ARRAY(MOTE_FIELD_TYPE_I32, mote_reduce_params, reduced, MOTE_REDUCE_MAX_RANK),
    MOTE_FIELD_I32(mote_reduce_params, x_zero_point),
    MOTE_FIELD_I32(mote_reduce_params, y_zero_point),
    MOTE_FIELD_I32(mote_reduce_params, y_min),
    MOTE_FIELD_I32(mote_reduce_params, y_max),
    MOTE_FIELD_STRUCT(mote_multiplier_layout, mote_reduce_params, multiplier),
    MOTE_FIELD_I32(mote_reduce_params, rounding),
    MOTE_FIELDS_END};
const mote_struct mote_reduce_layout = {"mote_reduce_params", sizeof(mote_reduce_params), fields};
