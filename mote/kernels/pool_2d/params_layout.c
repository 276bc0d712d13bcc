#include "mote/kernels/pool_2d/pool_2d.h"
#include "mote/kernels/requantize/output_stage_layout.h"

static const mote_field fields[] = {MOTE_FIELD_I32(mote_pool_2d_params, n),
                                    MOTE_FIELD_I32(mote_pool_2d_params, h),
                                    MOTE_FIELD_I32(mote_pool_2d_params, w),
                                    MOTE_FIELD_I32(mote_pool_2d_params, c),
                                    MOTE_FIELD_I32(mote_pool_2d_params, kh),
                                    MOTE_FIELD_I32(mote_pool_2d_params, kw),
                                    MOTE_FIELD_I32(mote_pool_2d_params, oh),
                                    MOTE_FIELD_I32(mote_pool_2d_params, ow),
                                    MOTE_FIELD_I32(mote_pool_2d_params, stride_h),
                                    MOTE_FIELD_I32(mote_pool_2d_params, stride_w),
                                    MOTE_FIELD_I32(mote_pool_2d_params, dilation_h),
                                    MOTE_FIELD_I32(mote_pool_2d_params, dilation_w),
                                    MOTE_FIELD_I32(mote_pool_2d_params, pad_top),
                                    MOTE_FIELD_I32(mote_pool_2d_params, pad_left),
                                    MOTE_FIELD_I32(mote_pool_2d_params, pad_bottom),
                                    MOTE_FIELD_I32(mote_pool_2d_params, pad_right),
                                    MOTE_FIELD_I32(mote_pool_2d_params, include_padding),
                                    MOTE_FIELD_I32(mote_pool_2d_params, y_min),
                                    MOTE_FIELD_I32(mote_pool_2d_params, y_max),
                                    MOTE_FIELD_F32(mote_pool_2d_params, y_min_f32),
                                    MOTE_FIELD_F32(mote_pool_2d_params, y_max_f32),
                                    MOTE_FIELDS_END};
const mote_struct mote_pool_2d_layout = {"mote_pool_2d_params", sizeof(mote_pool_2d_params),
                                         fields};
