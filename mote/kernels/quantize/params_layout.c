#include "mote/kernels/quantize/quantize.h"
#include "mote/kernels/requantize/output_stage_layout.h"

static const mote_field requantize_fields[] = {
    MOTE_FIELD_I32(mote_requantize_params, x_zero_point),
    MOTE_FIELD_I32(mote_requantize_params, y_zero_point),
    MOTE_FIELD_STRUCT(mote_multiplier_layout, mote_requantize_params, multiplier),
    MOTE_FIELD_I32(mote_requantize_params, rounding), MOTE_FIELDS_END};
static const mote_struct requantize_layout = {"mote_requantize_params",
                                              sizeof(mote_requantize_params), requantize_fields};

static const mote_field requantize_call_fields[] = {
    MOTE_FIELD_STRUCT(requantize_layout, mote_requantize_call_params, function),
    MOTE_FIELD_I64(mote_requantize_call_params, count), MOTE_FIELDS_END};
const mote_struct mote_requantize_layout = {
    "mote_requantize_call_params", sizeof(mote_requantize_call_params), requantize_call_fields};

static const mote_field quantize_fields[] = {
    MOTE_FIELD_F32(mote_quantize_params, scale), MOTE_FIELD_I32(mote_quantize_params, zero_point),
    MOTE_FIELD_I64(mote_quantize_params, count), MOTE_FIELD_I32(mote_quantize_params, ties_to_even),
    MOTE_FIELDS_END};
const mote_struct mote_quantize_layout = {"mote_quantize_params", sizeof(mote_quantize_params),
                                          quantize_fields};
