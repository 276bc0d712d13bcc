#include "mote/kernels/requantize/output_stage_layout.h"

static const mote_field fields[] = {MOTE_FIELD_I32(mote_multiplier, multiplier),
                                    MOTE_FIELD_I32(mote_multiplier, shift), MOTE_FIELDS_END};
const mote_struct mote_multiplier_layout = {"mote_multiplier", sizeof(mote_multiplier), fields};
