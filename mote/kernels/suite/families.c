// The families that have generated calls, one a line.
#include "mote/kernels/suite/kernel_case.h"

extern const mote_case_family mote_cases_conv_2d_i8;
extern const mote_case_family mote_cases_fully_connected_i8;
extern const mote_case_family mote_cases_conv_2d_f32;
extern const mote_case_family mote_cases_fully_connected_f32;
extern const mote_case_family mote_cases_depthwise_conv_2d_i8;
extern const mote_case_family mote_cases_depthwise_conv_2d_f32;
extern const mote_case_family mote_cases_average_pool_2d_i8;
extern const mote_case_family mote_cases_average_pool_2d_u8;
extern const mote_case_family mote_cases_average_pool_2d_i16;
extern const mote_case_family mote_cases_average_pool_2d_f32;
extern const mote_case_family mote_cases_max_pool_2d_i8;
extern const mote_case_family mote_cases_max_pool_2d_u8;
extern const mote_case_family mote_cases_max_pool_2d_i16;
extern const mote_case_family mote_cases_max_pool_2d_f32;
extern const mote_case_family mote_cases_relu_i8;
extern const mote_case_family mote_cases_relu_u8;
extern const mote_case_family mote_cases_leaky_relu_i8;
extern const mote_case_family mote_cases_leaky_relu_u8;
extern const mote_case_family mote_cases_logistic_i8;
extern const mote_case_family mote_cases_logistic_u8;
extern const mote_case_family mote_cases_tanh_i8;
extern const mote_case_family mote_cases_tanh_u8;
extern const mote_case_family mote_cases_hard_swish_i8;
extern const mote_case_family mote_cases_clamp_f32;
extern const mote_case_family mote_cases_leaky_relu_f32;
extern const mote_case_family mote_cases_hard_swish_f32;
extern const mote_case_family mote_cases_abs_f32;
extern const mote_case_family mote_cases_neg_f32;
extern const mote_case_family mote_cases_square_f32;
extern const mote_case_family mote_cases_requantize_i8_i8;
extern const mote_case_family mote_cases_requantize_u8_i8;
extern const mote_case_family mote_cases_softmax_i8;
extern const mote_case_family mote_cases_softmax_i8_i16;
extern const mote_case_family mote_cases_softmax_u8;
extern const mote_case_family mote_cases_add_i8;
extern const mote_case_family mote_cases_sub_i8;
extern const mote_case_family mote_cases_mean_i8;
extern const mote_case_family mote_cases_mean_u8;
extern const mote_case_family mote_cases_mean_i16;
extern const mote_case_family mote_cases_mean_f32;
extern const mote_case_family mote_cases_sum_i8;
extern const mote_case_family mote_cases_sum_f32;
extern const mote_case_family mote_cases_reduce_max_i8;
extern const mote_case_family mote_cases_reduce_max_f32;
extern const mote_case_family mote_cases_reduce_min_i8;
extern const mote_case_family mote_cases_quantize_f32_i8;
extern const mote_case_family mote_cases_quantize_f32_u8;
extern const mote_case_family mote_cases_dequantize_i8_f32;
extern const mote_case_family mote_cases_dequantize_u8_f32;
extern const mote_case_family mote_cases_mul_i8;
extern const mote_case_family mote_cases_minimum_i8;
extern const mote_case_family mote_cases_maximum_i8;
extern const mote_case_family mote_cases_add_f32;
extern const mote_case_family mote_cases_sub_f32;
extern const mote_case_family mote_cases_mul_f32;
extern const mote_case_family mote_cases_div_f32;
extern const mote_case_family mote_cases_minimum_f32;
extern const mote_case_family mote_cases_maximum_f32;
extern const mote_case_family mote_cases_conv_2d_i16;
extern const mote_case_family mote_cases_conv_2d_i16_b32;
extern const mote_case_family mote_cases_fully_connected_i16;
extern const mote_case_family mote_cases_fully_connected_i16_b32;
extern const mote_case_family mote_cases_depthwise_conv_2d_i16;
extern const mote_case_family mote_cases_strided_copy;
extern const mote_case_family mote_cases_conv_2d_hybrid;
extern const mote_case_family mote_cases_depthwise_conv_2d_hybrid;
extern const mote_case_family mote_cases_fully_connected_hybrid;

const mote_case_family* const mote_case_families[] = {
    &mote_cases_conv_2d_i8,
    &mote_cases_fully_connected_i8,
    &mote_cases_conv_2d_f32,
    &mote_cases_fully_connected_f32,
    &mote_cases_depthwise_conv_2d_i8,
    &mote_cases_depthwise_conv_2d_f32,
    &mote_cases_average_pool_2d_i8,
    &mote_cases_average_pool_2d_u8,
    &mote_cases_average_pool_2d_i16,
    &mote_cases_average_pool_2d_f32,
    &mote_cases_max_pool_2d_i8,
    &mote_cases_max_pool_2d_u8,
    &mote_cases_max_pool_2d_i16,
    &mote_cases_max_pool_2d_f32,
    &mote_cases_relu_i8,
    &mote_cases_relu_u8,
    &mote_cases_leaky_relu_i8,
    &mote_cases_leaky_relu_u8,
    &mote_cases_logistic_i8,
    &mote_cases_logistic_u8,
    &mote_cases_tanh_i8,
    &mote_cases_tanh_u8,
    &mote_cases_hard_swish_i8,
    &mote_cases_clamp_f32,
    &mote_cases_leaky_relu_f32,
    &mote_cases_hard_swish_f32,
    &mote_cases_abs_f32,
    &mote_cases_neg_f32,
    &mote_cases_square_f32,
    &mote_cases_requantize_i8_i8,
    &mote_cases_requantize_u8_i8,
    &mote_cases_softmax_i8,
    &mote_cases_softmax_i8_i16,
    &mote_cases_softmax_u8,
    &mote_cases_add_i8,
    &mote_cases_sub_i8,
    &mote_cases_mean_i8,
    &mote_cases_mean_u8,
    &mote_cases_mean_i16,
    &mote_cases_mean_f32,
    &mote_cases_sum_i8,
    &mote_cases_sum_f32,
    &mote_cases_reduce_max_i8,
    &mote_cases_reduce_max_f32,
    &mote_cases_reduce_min_i8,
    &mote_cases_quantize_f32_i8,
    &mote_cases_quantize_f32_u8,
    &mote_cases_dequantize_i8_f32,
    &mote_cases_dequantize_u8_f32,
    &mote_cases_mul_i8,
    &mote_cases_minimum_i8,
    &mote_cases_maximum_i8,
    &mote_cases_add_f32,
    &mote_cases_sub_f32,
    &mote_cases_mul_f32,
    &mote_cases_div_f32,
    &mote_cases_minimum_f32,
    &mote_cases_maximum_f32,
    &mote_cases_conv_2d_i16,
    &mote_cases_conv_2d_i16_b32,
    &mote_cases_fully_connected_i16,
    &mote_cases_fully_connected_i16_b32,
    &mote_cases_depthwise_conv_2d_i16,
    &mote_cases_strided_copy,
    &mote_cases_conv_2d_hybrid,
    &mote_cases_depthwise_conv_2d_hybrid,
    &mote_cases_fully_connected_hybrid,
    NULL,
};
