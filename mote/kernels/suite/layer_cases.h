// Params of layers, drawn once for all types; the caller draws inputs, zero points and stage.
#pragma once

#include "mote/kernels/conv_2d/conv_2d.h"
#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/fully_connected/fully_connected.h"
#include "mote/kernels/suite/kernel_case.h"

void mote_case_conv_2d(mote_kernel_case* c, mote_conv_2d_params* p);
void mote_case_depthwise_conv_2d(mote_kernel_case* c, mote_depthwise_conv_2d_params* p);
void mote_case_fully_connected(mote_kernel_case* c, mote_fully_connected_params* p);
/// Bounds of a fused activation in float.
void mote_case_limits_f32(mote_kernel_case* c, float* y_min, float* y_max);
