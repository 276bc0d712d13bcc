#include "mote/kernels/binary/binary.h"
#include "mote/kernels/requantize/output_stage_layout.h"

static const mote_field fields[] = {
    MOTE_FIELD_I32(mote_binary_params, rank),
    MOTE_FIELD_ARRAY(MOTE_FIELD_TYPE_I32, mote_binary_params, shape, MOTE_MAX_RANK),
    MOTE_FIELD_ARRAY(MOTE_FIELD_TYPE_I64, mote_binary_params, a_strides, MOTE_MAX_RANK),
    MOTE_FIELD_ARRAY(MOTE_FIELD_TYPE_I64, mote_binary_params, b_strides, MOTE_MAX_RANK),
    MOTE_FIELD_I32(mote_binary_params, a_zero_point),
    MOTE_FIELD_I32(mote_binary_params, b_zero_point),
    MOTE_FIELD_I32(mote_binary_params, y_zero_point),
    MOTE_FIELD_I32(mote_binary_params, left_shift),
    MOTE_FIELD_STRUCT(mote_multiplier_layout, mote_binary_params, a),
    MOTE_FIELD_STRUCT(mote_multiplier_layout, mote_binary_params, b),
    MOTE_FIELD_STRUCT(mote_multiplier_layout, mote_binary_params, y),
    MOTE_FIELD_I32(mote_binary_params, y_min),
    MOTE_FIELD_I32(mote_binary_params, y_max),
    MOTE_FIELD_F32(mote_binary_params, y_min_f32),
    MOTE_FIELD_F32(mote_binary_params, y_max_f32),
    MOTE_FIELD_I32(mote_binary_params, rounding),
    MOTE_FIELDS_END};
const mote_struct mote_binary_layout = {"mote_binary_params", sizeof(mote_binary_params), fields};
