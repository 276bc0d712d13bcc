#include "mote/kernels/params_layout.h"

#include "mote/kernels/move/move.h"

static const mote_field copy_fields[] = {MOTE_FIELD_I64(mote_copy_params, bytes), MOTE_FIELDS_END};
const mote_struct mote_copy_layout = {"mote_copy_params", sizeof(mote_copy_params), copy_fields};

static const mote_field strided_copy_fields[] = {
    MOTE_FIELD_I32(mote_strided_copy_params, rank),
    MOTE_FIELD_I32(mote_strided_copy_params, element_bytes),
    MOTE_FIELD_ARRAY(MOTE_FIELD_TYPE_I64, mote_strided_copy_params, extents, MOTE_MOVE_MAX_RANK),
    MOTE_FIELD_ARRAY(MOTE_FIELD_TYPE_I64, mote_strided_copy_params, x_strides, MOTE_MOVE_MAX_RANK),
    MOTE_FIELD_ARRAY(MOTE_FIELD_TYPE_I64, mote_strided_copy_params, y_strides, MOTE_MOVE_MAX_RANK),
    MOTE_FIELD_I64(mote_strided_copy_params, x_offset),
    MOTE_FIELD_I64(mote_strided_copy_params, y_offset),
    MOTE_FIELDS_END};
const mote_struct mote_strided_copy_layout = {
    "mote_strided_copy_params", sizeof(mote_strided_copy_params), strided_copy_fields};

static const mote_field pad_fields[] = {
    MOTE_FIELD_STRUCT(mote_strided_copy_layout, mote_pad_params, copy),
    MOTE_FIELD_I64(mote_pad_params, y_elements),
    MOTE_FIELD_ARRAY(MOTE_FIELD_TYPE_U8, mote_pad_params, value, 8), MOTE_FIELDS_END};
const mote_struct mote_pad_layout = {"mote_pad_params", sizeof(mote_pad_params), pad_fields};

static int64_t parts(const void* params) { return ((const mote_join_params*)params)->parts; }

static const mote_field join_fields[] = {
    MOTE_FIELD_I32(mote_join_params, parts), MOTE_FIELD_I64(mote_join_params, outer),
    MOTE_FIELD_POINTER(MOTE_FIELD_TYPE_I64, mote_join_params, part_bytes, parts), MOTE_FIELDS_END};
const mote_struct mote_join_layout = {"mote_join_params", sizeof(mote_join_params), join_fields};
