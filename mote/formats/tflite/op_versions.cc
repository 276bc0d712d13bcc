#include "mote/formats/tflite/op_versions.h"

#include <algorithm>
#include <optional>

namespace mote::tflite {
namespace {

using schema::BuiltinOperator;
using schema::TensorType;
using enum schema::BuiltinOperator;
using TensorType::BOOL;
using TensorType::FLOAT16;
using TensorType::FLOAT32;
using TensorType::FLOAT64;
using TensorType::INT16;
using TensorType::INT32;
using TensorType::INT64;
using TensorType::INT8;
using TensorType::UINT16;
using TensorType::UINT32;
using TensorType::UINT8;

const Exporter::FileTensor* operand(const OperatorFacts& facts, size_t i) {
  return i < facts.inputs.size() ? facts.inputs[i] : nullptr;
}

bool is(const Exporter::FileTensor* tensor, TensorType type) {
  return tensor != nullptr && tensor->type == type;
}

template <class Options>
const Options& options(const OperatorFacts& facts) {
  return *static_cast<const Options*>(facts.options);
}

bool per_channel(const OperatorFacts& facts, size_t i) {
  const auto* tensor = operand(facts, i);
  return tensor != nullptr && tensor->quantization && !tensor->quantization->is_per_tensor();
}

/// Float activations, i8 weights as operand `kWeights`.
template <size_t kWeights>
bool hybrid(const OperatorFacts& facts) {
  return is(operand(facts, 0), FLOAT32) && is(operand(facts, kWeights), INT8);
}

bool hybrid_per_channel(const OperatorFacts& facts) {
  return hybrid<1>(facts) && per_channel(facts, 1);
}

template <size_t kWeights, class Options>
bool hybrid_with_zero_points(const OperatorFacts& facts) {
  return hybrid<kWeights>(facts) && options<Options>(facts).asymmetric_quantize_inputs();
}

/// 16-bit activations whose options name the type of the sums.
template <class Options>
bool names_sums(const OperatorFacts& facts) {
  return options<Options>(facts).quantized_bias_type() != FLOAT32;
}

bool grouped(const OperatorFacts& facts) {
  return facts.inputs[0]->shape.back() != facts.inputs[1]->shape.back();
}

bool dilated(const OperatorFacts& facts) {
  const auto& window = options<schema::DepthwiseConv2DOptions>(facts);
  return window.dilation_h_factor() != 1 || window.dilation_w_factor() != 1;
}

bool keeps_dims(const OperatorFacts& facts) {
  return options<schema::FullyConnectedOptions>(facts).keep_num_dims();
}

template <class Options>
bool fused(const OperatorFacts& facts) {
  return options<Options>(facts).fused_activation_function() !=
         schema::ActivationFunctionType::NONE;
}

bool has_fourth(const OperatorFacts& facts) { return operand(facts, 3) != nullptr; }

template <int kRank>
bool above_rank(const OperatorFacts& facts) {
  return facts.inputs[0]->shape.rank() > kRank;
}

bool not_rank_4(const OperatorFacts& facts) { return facts.inputs[0]->shape.rank() != 4; }

bool broadcasts_above_rank_4(const OperatorFacts& facts) {
  const Shape& a = facts.inputs[0]->shape;
  const Shape& b = facts.inputs[1]->shape;
  return a != b && std::max(a.rank(), b.rank()) > 4;
}

bool without_record(const OperatorFacts& facts) { return !facts.inputs[0]->quantization; }

bool gains(const OperatorFacts& facts) {
  const auto& a = facts.inputs[0]->quantization;
  const auto& b = facts.inputs[1]->quantization;
  const auto& y = facts.outputs[0]->quantization;
  return a && b && y && a->scale() * b->scale() / y->scale() >= 1.0f;
}

bool batched(const OperatorFacts& facts) {
  return options<schema::GatherOptions>(facts).batch_dims() != 0;
}

template <class Options>
bool aligned(const OperatorFacts& facts) {
  return options<Options>(facts).half_pixel_centers() || options<Options>(facts).align_corners();
}

bool half_pixels(const OperatorFacts& facts) {
  return options<schema::ResizeBilinearOptions>(facts).half_pixel_centers();
}

template <TensorType kType>
bool gives(const OperatorFacts& facts) {
  return is(facts.outputs[0], kType);
}

bool second_i16(const OperatorFacts& facts) { return is(operand(facts, 1), INT16); }
bool first_per_channel(const OperatorFacts& facts) { return per_channel(facts, 0); }

/// The first rule of an operator that applies gives the version; where none does, it is 1. Left out
/// are DEPTH_TO_SPACE 2 and TILE 3, both for i8: LiteRT's reference kernels take i8 under version 1
/// and are not registered for those.
struct Rule {
  BuiltinOperator code;
  int version;
  std::optional<TensorType> type = std::nullopt;          ///< of the operand `index`
  bool (*applies)(const OperatorFacts& facts) = nullptr;  ///< besides
  size_t index = 0;
};

constexpr auto kAny = std::nullopt;

constexpr Rule kRules[] = {
    {CONV_2D, 8, INT16, names_sums<schema::Conv2DOptions>},
    {CONV_2D, 6, kAny, grouped},
    {CONV_2D, 4, INT16},
    {CONV_2D, 3, INT8},
    {CONV_2D, 5, kAny, hybrid_per_channel},
    {CONV_2D, 2, kAny, hybrid<1>},
    {DEPTHWISE_CONV_2D, 5, INT16},
    {DEPTHWISE_CONV_2D, 6, kAny, hybrid_per_channel},
    {DEPTHWISE_CONV_2D, 4, kAny, hybrid<1>},
    {DEPTHWISE_CONV_2D, 3, INT8},
    {DEPTHWISE_CONV_2D, 2, kAny, dilated},
    {TRANSPOSE_CONV, 5, INT16, names_sums<schema::TransposeConvOptions>, 2},
    {TRANSPOSE_CONV, 4, kAny, fused<schema::TransposeConvOptions>},
    {TRANSPOSE_CONV, 3, kAny, has_fourth},
    {TRANSPOSE_CONV, 2, INT8, nullptr, 1},
    {FULLY_CONNECTED, 12, kAny, hybrid_per_channel},
    {FULLY_CONNECTED, 11, INT16, names_sums<schema::FullyConnectedOptions>},
    {FULLY_CONNECTED, 7, INT16},
    {FULLY_CONNECTED, 9, kAny, hybrid_with_zero_points<1, schema::FullyConnectedOptions>},
    {FULLY_CONNECTED, 5, kAny, keeps_dims},
    {FULLY_CONNECTED, 4, INT8},
    {FULLY_CONNECTED, 3, kAny, hybrid<1>},
    {BATCH_MATMUL, 3, INT16},
    {BATCH_MATMUL, 2, INT8},
    {BATCH_MATMUL, 4, kAny, hybrid_with_zero_points<1, schema::BatchMatMulOptions>},
    {SVDF, 3, INT8},
    {SVDF, 4, kAny, hybrid_with_zero_points<1, schema::SVDFOptions>},
    {SVDF, 2, kAny, hybrid<1>},
    {UNIDIRECTIONAL_SEQUENCE_LSTM, 5, INT16},
    {UNIDIRECTIONAL_SEQUENCE_LSTM, 3, kAny,
     hybrid_with_zero_points<2, schema::UnidirectionalSequenceLSTMOptions>},
    {UNIDIRECTIONAL_SEQUENCE_LSTM, 2, kAny, hybrid<2>},

    {ADD, 5, INT16, without_record},
    {ADD, 4, INT64},
    {ADD, 3, INT16},
    {ADD, 2, INT8},
    {SUB, 5, INT16},
    {SUB, 4, INT64},
    {SUB, 3, kAny, broadcasts_above_rank_4},
    {SUB, 2, INT8},
    {MUL, 7, INT16, without_record},
    {MUL, 7, UINT32},
    {MUL, 5, INT64},
    {MUL, 4, INT16},
    {MUL, 3, kAny, gains},
    {MUL, 2, INT8},
    {DIV, 2, kAny, broadcasts_above_rank_4},
    {MINIMUM, 4, INT16},
    {MINIMUM, 3, kAny, broadcasts_above_rank_4},
    {MINIMUM, 2, INT8},
    {MAXIMUM, 4, INT16},
    {MAXIMUM, 3, kAny, broadcasts_above_rank_4},
    {MAXIMUM, 2, INT8},
    {SQUARED_DIFFERENCE, 2, INT8},
    {FLOOR_DIV, 3, INT8},
    {FLOOR_DIV, 3, INT16},
    {FLOOR_DIV, 2, FLOAT32},
    {FLOOR_MOD, 2, INT8},
    {FLOOR_MOD, 2, INT16},
    {EQUAL, 4, INT16},
    {EQUAL, 2, INT8},
    {NOT_EQUAL, 2, INT8},
    {LESS, 3, INT16},
    {LESS, 2, INT8},
    {GREATER_EQUAL, 3, INT16},
    {GREATER_EQUAL, 2, INT8},
    {LESS_EQUAL, 2, INT8},
    {GREATER, 2, INT8},

    {ABS, 5, INT32},
    {ABS, 4, INT16, without_record},
    {ABS, 3, INT16},
    {ABS, 2, INT8},
    {ABS, 2, UINT8},
    {EXP, 2, INT8},
    {EXP, 2, INT16},
    {LOG, 2, INT8},
    {LOG, 2, INT16},
    {RSQRT, 3, INT16},
    {RSQRT, 2, INT8},
    {SIGN, 2, INT32},
    {LOGISTIC, 3, INT16},
    {LOGISTIC, 2, INT8},
    {TANH, 3, INT16},
    {TANH, 2, INT8},
    {RELU, 3, INT16},
    {RELU, 2, INT8},
    {RELU, 2, UINT8},
    {RELU6, 3, INT16},
    {RELU6, 2, INT8},
    {LEAKY_RELU, 2, INT16},
    {GELU, 2, INT8},
    {GELU, 2, UINT8},

    {MAX_POOL_2D, 3, INT16},
    {MAX_POOL_2D, 2, INT8},
    {AVERAGE_POOL_2D, 3, INT16},
    {AVERAGE_POOL_2D, 2, INT8},
    {SOFTMAX, 3, INT16},
    {SOFTMAX, 2, INT8},
    {LOG_SOFTMAX, 2, INT8},
    {L2_NORMALIZATION, 2, INT8},
    {MEAN, 3, INT16},
    {MEAN, 2, INT8},
    {SUM, 2, INT8},
    {REDUCE_MAX, 3, INT16},
    {REDUCE_MAX, 2, INT8},
    {REDUCE_MIN, 3, INT16},
    {REDUCE_MIN, 2, INT8},
    {REDUCE_PROD, 2, INT8},
    {REDUCE_PROD, 2, INT16},
    {ARG_MAX, 3, BOOL},
    {ARG_MAX, 2, INT8},
    {ARG_MIN, 3, BOOL},
    {ARG_MIN, 2, INT8},

    {CONCATENATION, 4, UINT32},
    {CONCATENATION, 3, INT16},
    {CONCATENATION, 2, INT8},
    {PAD, 4, kAny, above_rank<4>},
    {PAD, 3, INT16},
    {PAD, 2, INT8},
    {PADV2, 4, kAny, above_rank<4>},
    {PADV2, 3, INT16},
    {PADV2, 2, INT8},
    {MIRROR_PAD, 3, INT16},
    {MIRROR_PAD, 2, INT8},
    {TRANSPOSE, 6, kAny, above_rank<5>},
    {TRANSPOSE, 5, INT16},
    {TRANSPOSE, 4, kAny, above_rank<4>},
    {TRANSPOSE, 3, BOOL},
    {TRANSPOSE, 2, INT8},
    {BROADCAST_TO, 3, INT8},
    {BROADCAST_TO, 3, INT16},
    {BROADCAST_TO, 2},  // version 1 was withdrawn
    {SELECT_V2, 2, UINT32},
    {SLICE, 6, UINT32},
    {SLICE, 5, kAny, above_rank<4>},
    {SLICE, 4, INT16},
    {SLICE, 2, INT8},
    {STRIDED_SLICE, 7, UINT32},
    {STRIDED_SLICE, 4, kAny, above_rank<4>},
    {STRIDED_SLICE, 3, BOOL},
    {STRIDED_SLICE, 2, INT8},
    {SPLIT, 4, INT16, nullptr, 1},
    {SPLIT, 3, INT32, nullptr, 1},
    {SPLIT, 2, INT8, nullptr, 1},
    {SPLIT_V, 2, INT8},
    {GATHER, 6, kAny, second_i16},
    {GATHER, 5, kAny, batched},
    {GATHER, 4, INT16},
    {GATHER, 3, BOOL},
    {GATHER, 2, INT8},
    {GATHER_ND, 5, BOOL},
    {GATHER_ND, 4, kAny, second_i16},
    {GATHER_ND, 3, INT16},
    {TOPK_V2, 3, INT16},
    {TOPK_V2, 2, INT8},

    {RESIZE_BILINEAR, 4, INT16},
    {RESIZE_BILINEAR, 3, kAny, half_pixels},
    {RESIZE_BILINEAR, 2, INT8},
    {RESIZE_NEAREST_NEIGHBOR, 4, INT16},
    {RESIZE_NEAREST_NEIGHBOR, 3, kAny, aligned<schema::ResizeNearestNeighborOptions>},
    {RESIZE_NEAREST_NEIGHBOR, 2, INT8},
    {SPACE_TO_BATCH_ND, 4, INT16},
    {SPACE_TO_BATCH_ND, 3, kAny, not_rank_4},
    {SPACE_TO_BATCH_ND, 2, INT8},
    {BATCH_TO_SPACE_ND, 4, INT16},
    {BATCH_TO_SPACE_ND, 3, kAny, not_rank_4},
    {BATCH_TO_SPACE_ND, 2, INT8},
    {SPACE_TO_DEPTH, 2, INT8},

    {CAST, 5, FLOAT64},
    {CAST, 5, kAny, gives<FLOAT64>},
    {CAST, 5, FLOAT16},
    {CAST, 5, kAny, gives<FLOAT16>},
    {CAST, 4, UINT16},
    {CAST, 4, kAny, gives<UINT16>},
    {CAST, 3, INT8},
    {CAST, 3, kAny, gives<INT8>},
    {CAST, 2, UINT32},
    {CAST, 2, kAny, gives<UINT32>},
    {QUANTIZE, 2, kAny, gives<INT16>},
    {DEQUANTIZE, 3, INT16},
    {DEQUANTIZE, 3, FLOAT16},
    {DEQUANTIZE, 5, INT8, first_per_channel},
    {DEQUANTIZE, 2, INT8},
};

}  // namespace

int operator_version(const OperatorFacts& facts) {
  for (const Rule& rule : kRules) {
    if (rule.code != facts.code) continue;
    if (rule.type && !is(operand(facts, rule.index), *rule.type)) continue;
    if (rule.applies != nullptr && !rule.applies(facts)) continue;
    return rule.version;
  }
  return 1;
}

}  // namespace mote::tflite
