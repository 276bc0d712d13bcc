#include "mote/kernels/requantize/output_stage_layout.h"
#include "mote/kernels/resize/resize.h"

static const mote_field fields[] = {MOTE_FIELD_I32(mote_resize_params, n),
                                    MOTE_FIELD_I32(mote_resize_params, h),
                                    MOTE_FIELD_I32(mote_resize_params, w),
                                    MOTE_FIELD_I32(mote_resize_params, c),
                                    MOTE_FIELD_I32(mote_resize_params, oh),
                                    MOTE_FIELD_I32(mote_resize_params, ow),
                                    MOTE_FIELD_I32(mote_resize_params, align_corners),
                                    MOTE_FIELD_I32(mote_resize_params, half_pixel_centers),
                                    MOTE_FIELDS_END};
const mote_struct mote_resize_layout = {"mote_resize_params", sizeof(mote_resize_params), fields};

static const mote_field nearest_fields[] = {
    MOTE_FIELD_STRUCT(mote_resize_layout, mote_resize_nearest_params, resize),
    MOTE_FIELD_I32(mote_resize_nearest_params, element_bytes), MOTE_FIELDS_END};
const mote_struct mote_resize_nearest_layout = {"mote_resize_nearest_params",
                                                sizeof(mote_resize_nearest_params), nearest_fields};
