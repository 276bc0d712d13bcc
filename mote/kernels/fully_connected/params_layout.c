#include "mote/kernels/fully_connected/fully_connected.h"
#include "mote/kernels/requantize/output_stage_layout.h"

static int64_t channels(const void* params) {
  const mote_fully_connected_params* p = params;
  return p->n;
}
MOTE_OUTPUT_STAGE_LAYOUT(stage, mote_fully_connected_params, output, channels)

static const mote_field fields[] = {MOTE_FIELD_I32(mote_fully_connected_params, m),
                                    MOTE_FIELD_I32(mote_fully_connected_params, n),
                                    MOTE_FIELD_I32(mote_fully_connected_params, k),
                                    MOTE_FIELD_I32(mote_fully_connected_params, x_zero_point),
                                    MOTE_FIELD_I32(mote_fully_connected_params, w_zero_point),
                                    MOTE_FIELD_STRUCT(stage, mote_fully_connected_params, output),
                                    MOTE_FIELD_F32(mote_fully_connected_params, y_min),
                                    MOTE_FIELD_F32(mote_fully_connected_params, y_max),
                                    MOTE_FIELDS_END};
const mote_struct mote_fully_connected_layout = {"mote_fully_connected_params",
                                                 sizeof(mote_fully_connected_params), fields};
