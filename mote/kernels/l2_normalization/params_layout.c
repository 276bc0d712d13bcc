#include "mote/kernels/l2_normalization/l2_normalization.h"
#include "mote/kernels/requantize/output_stage_layout.h"

static const mote_field fields[] = {MOTE_FIELD_I32(mote_l2_normalization_params, rows),
                                    MOTE_FIELD_I32(mote_l2_normalization_params, depth),
                                    MOTE_FIELD_I32(mote_l2_normalization_params, x_zero_point),
                                    MOTE_FIELDS_END};
const mote_struct mote_l2_normalization_layout = {"mote_l2_normalization_params",
                                                  sizeof(mote_l2_normalization_params), fields};
