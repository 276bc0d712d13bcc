#include "mote/kernels/params_layout.h"

#include "mote/kernels/map_f32/map_f32.h"

static const mote_field fields[] = {MOTE_FIELD_I64(mote_map_f32_params, count),
                                    MOTE_FIELD_F32(mote_map_f32_params, alpha),
                                    MOTE_FIELD_F32(mote_map_f32_params, low),
                                    MOTE_FIELD_F32(mote_map_f32_params, high), MOTE_FIELDS_END};
const mote_struct mote_map_f32_layout = {"mote_map_f32_params", sizeof(mote_map_f32_params),
                                         fields};
