#include "mote/kernels/lstm/lstm.h"
#include "mote/kernels/requantize/output_stage_layout.h"

static const mote_field step_fields[] = {
    MOTE_FIELD_I32(mote_lstm_params, n),
    MOTE_FIELD_I32(mote_lstm_params, inputs),
    MOTE_FIELD_I32(mote_lstm_params, units),
    MOTE_FIELD_F32(mote_lstm_params, cell_clip),
    MOTE_FIELD_I32(mote_lstm_params, x_zero_point),
    MOTE_FIELD_I32(mote_lstm_params, h_zero_point),
    {.name = "from_x",
     .type = MOTE_FIELD_TYPE_STRUCT,
     .offset = (int32_t)offsetof(mote_lstm_params, from_x),
     .count = MOTE_LSTM_GATES,
     .of = &mote_multiplier_layout},
    {.name = "from_h",
     .type = MOTE_FIELD_TYPE_STRUCT,
     .offset = (int32_t)offsetof(mote_lstm_params, from_h),
     .count = MOTE_LSTM_GATES,
     .of = &mote_multiplier_layout},
    MOTE_FIELD_STRUCT(mote_multiplier_layout, mote_lstm_params, forget_cell),
    MOTE_FIELD_STRUCT(mote_multiplier_layout, mote_lstm_params, input_cell),
    MOTE_FIELD_STRUCT(mote_multiplier_layout, mote_lstm_params, hidden),
    MOTE_FIELD_I32(mote_lstm_params, cell_scale_log2),
    MOTE_FIELD_I32(mote_lstm_params, quantized_cell_clip),
    MOTE_FIELDS_END};
static const mote_struct step_layout = {"mote_lstm_params", sizeof(mote_lstm_params), step_fields};

static const mote_field fields[] = {MOTE_FIELD_STRUCT(step_layout, mote_lstm_sequence_params, step),
                                    MOTE_FIELD_I32(mote_lstm_sequence_params, batch),
                                    MOTE_FIELD_I32(mote_lstm_sequence_params, steps),
                                    MOTE_FIELD_I32(mote_lstm_sequence_params, time_major),
                                    MOTE_FIELDS_END};
const mote_struct mote_lstm_layout = {"mote_lstm_sequence_params",
                                      sizeof(mote_lstm_sequence_params), fields};
