#include "mote/kernels/requantize/output_stage_layout.h"
#include "mote/kernels/svdf/svdf.h"

static const mote_field fields[] = {
    MOTE_FIELD_I32(mote_svdf_params, n),
    MOTE_FIELD_I32(mote_svdf_params, inputs),
    MOTE_FIELD_I32(mote_svdf_params, filters),
    MOTE_FIELD_I32(mote_svdf_params, rank),
    MOTE_FIELD_I32(mote_svdf_params, memory),
    MOTE_FIELD_I32(mote_svdf_params, x_zero_point),
    MOTE_FIELD_I32(mote_svdf_params, state_zero_point),
    MOTE_FIELD_I32(mote_svdf_params, y_zero_point),
    MOTE_FIELD_STRUCT(mote_multiplier_layout, mote_svdf_params, to_state),
    MOTE_FIELD_STRUCT(mote_multiplier_layout, mote_svdf_params, to_output),
    MOTE_FIELD_I32(mote_svdf_params, rounding),
    MOTE_FIELD_F32(mote_svdf_params, y_min),
    MOTE_FIELD_F32(mote_svdf_params, y_max),
    MOTE_FIELDS_END};
const mote_struct mote_svdf_layout = {"mote_svdf_params", sizeof(mote_svdf_params), fields};
