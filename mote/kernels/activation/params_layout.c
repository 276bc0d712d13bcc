#include "mote/kernels/activation/activation.h"
#include "mote/kernels/requantize/output_stage_layout.h"

static const mote_field unary_fields[] = {
    MOTE_FIELD_I32(mote_unary_params, x_zero_point),
    MOTE_FIELD_I32(mote_unary_params, y_zero_point),
    MOTE_FIELD_STRUCT(mote_multiplier_layout, mote_unary_params, identity),
    MOTE_FIELD_STRUCT(mote_multiplier_layout, mote_unary_params, other),
    MOTE_FIELD_I32(mote_unary_params, other_sign),
    MOTE_FIELD_I32(mote_unary_params, y_min),
    MOTE_FIELD_I32(mote_unary_params, y_max),
    MOTE_FIELD_I32(mote_unary_params, input_radius),
    MOTE_FIELD_I32(mote_unary_params, rounding),
    MOTE_FIELDS_END};
static const mote_struct unary_layout = {"mote_unary_params", sizeof(mote_unary_params),
                                         unary_fields};

static const mote_field unary_call_fields[] = {
    MOTE_FIELD_STRUCT(unary_layout, mote_unary_call_params, function),
    MOTE_FIELD_I64(mote_unary_call_params, count), MOTE_FIELDS_END};
const mote_struct mote_unary_layout = {"mote_unary_call_params", sizeof(mote_unary_call_params),
                                       unary_call_fields};

static const mote_field hard_swish_fields[] = {
    MOTE_FIELD_I32(mote_hard_swish_params, x_zero_point),
    MOTE_FIELD_I32(mote_hard_swish_params, y_zero_point),
    MOTE_FIELD_I32(mote_hard_swish_params, y_multiplier),
    MOTE_FIELD_I32(mote_hard_swish_params, y_shift),
    MOTE_FIELD_I32(mote_hard_swish_params, reluish_multiplier),
    MOTE_FIELD_I32(mote_hard_swish_params, reluish_shift),
    MOTE_FIELDS_END};
static const mote_struct hard_swish_layout = {"mote_hard_swish_params",
                                              sizeof(mote_hard_swish_params), hard_swish_fields};

static const mote_field hard_swish_call_fields[] = {
    MOTE_FIELD_STRUCT(hard_swish_layout, mote_hard_swish_call_params, function),
    MOTE_FIELD_I64(mote_hard_swish_call_params, count), MOTE_FIELDS_END};
const mote_struct mote_hard_swish_layout = {
    "mote_hard_swish_call_params", sizeof(mote_hard_swish_call_params), hard_swish_call_fields};
