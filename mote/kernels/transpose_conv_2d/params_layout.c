#include "mote/kernels/requantize/output_stage_layout.h"
#include "mote/kernels/transpose_conv_2d/transpose_conv_2d.h"

static int64_t channels(const void* params) {
  const mote_transpose_conv_2d_params* p = params;
  return p->oc;
}
MOTE_OUTPUT_STAGE_LAYOUT(stage, mote_transpose_conv_2d_params, output, channels)

static const mote_field fields[] = {MOTE_FIELD_I32(mote_transpose_conv_2d_params, n),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, h),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, w),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, ic),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, kh),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, kw),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, oh),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, ow),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, oc),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, groups),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, stride_h),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, stride_w),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, dilation_h),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, dilation_w),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, pad_top),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, pad_left),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, x_zero_point),
                                    MOTE_FIELD_I32(mote_transpose_conv_2d_params, w_zero_point),
                                    MOTE_FIELD_STRUCT(stage, mote_transpose_conv_2d_params, output),
                                    MOTE_FIELD_F32(mote_transpose_conv_2d_params, y_min),
                                    MOTE_FIELD_F32(mote_transpose_conv_2d_params, y_max),
                                    MOTE_FIELDS_END};
const mote_struct mote_transpose_conv_2d_layout = {"mote_transpose_conv_2d_params",
                                                   sizeof(mote_transpose_conv_2d_params), fields};
