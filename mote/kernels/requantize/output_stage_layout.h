// How the output stage in a layer's params is laid out: its arrays have one entry per channel.
//
//   static int64_t channels(const void* params) { return ((const mote_conv_2d_params*)params)->oc;
//   } MOTE_OUTPUT_STAGE_LAYOUT(stage_layout, mote_conv_2d_params, output, channels)
//
// For .c files only.
#pragma once

#include "mote/kernels/params_layout.h"
#include "mote/kernels/requantize/requantize.h"

extern const mote_struct mote_multiplier_layout;

#define MOTE_OUTPUT_STAGE_LAYOUT(NAME, PARAMS, MEMBER, CHANNELS)                         \
  static int64_t NAME##_multipliers(const void* params) {                                \
    return ((const PARAMS*)params)->MEMBER.per_channel ? CHANNELS(params) : 1;           \
  }                                                                                      \
  static const mote_field NAME##_fields[] = {                                            \
      {.name = "multipliers",                                                            \
       .type = MOTE_FIELD_TYPE_STRUCT,                                                   \
       .offset = (int32_t)offsetof(mote_output_stage, multipliers),                      \
       .of = &mote_multiplier_layout,                                                    \
       .pointed = NAME##_multipliers},                                                   \
      MOTE_FIELD_POINTER(MOTE_FIELD_TYPE_I32, mote_output_stage, channel_max, CHANNELS), \
      MOTE_FIELD_I32(mote_output_stage, per_channel),                                    \
      MOTE_FIELD_I32(mote_output_stage, zero_point),                                     \
      MOTE_FIELD_I32(mote_output_stage, min),                                            \
      MOTE_FIELD_I32(mote_output_stage, max),                                            \
      MOTE_FIELD_I32(mote_output_stage, rounding),                                       \
      MOTE_FIELDS_END};                                                                  \
  static const mote_struct NAME = {"mote_output_stage", sizeof(mote_output_stage), NAME##_fields};
