#include "mote/kernels/requantize/output_stage_layout.h"
#include "mote/kernels/table/table.h"

static int64_t bytes(const void* params) {
  (void)params;
  return 256;
}
static int64_t entries_i16(const void* params) {
  (void)params;
  return MOTE_TABLE_I16_SIZE;
}

static const mote_field fields_i8[] = {
    MOTE_FIELD_POINTER(MOTE_FIELD_TYPE_I8, mote_lookup_params, table, bytes),
    MOTE_FIELD_I64(mote_lookup_params, count), MOTE_FIELDS_END};
const mote_struct mote_lookup_i8_layout = {"mote_lookup_params", sizeof(mote_lookup_params),
                                           fields_i8};

static const mote_field fields_u8[] = {
    MOTE_FIELD_POINTER(MOTE_FIELD_TYPE_U8, mote_lookup_params, table, bytes),
    MOTE_FIELD_I64(mote_lookup_params, count), MOTE_FIELDS_END};
const mote_struct mote_lookup_u8_layout = {"mote_lookup_params", sizeof(mote_lookup_params),
                                           fields_u8};

static const mote_field fields_i16[] = {
    MOTE_FIELD_POINTER(MOTE_FIELD_TYPE_I16, mote_lookup_params, table, entries_i16),
    MOTE_FIELD_I64(mote_lookup_params, count), MOTE_FIELDS_END};
const mote_struct mote_lookup_i16_layout = {"mote_lookup_params", sizeof(mote_lookup_params),
                                            fields_i16};
