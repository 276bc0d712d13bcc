// What the peers of TFLite refuse of the generated samples, and where they depart from the
// specification. docs/numerics.md, "Departures", has the same facts for readers.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "mote/ir/graph.h"
#include "mote/ir/op_def.h"
#include "mote/ops/detection_attrs.h"
#include "mote/ops/shape_attrs.h"

namespace mote::test {

/// Which share of an operator's samples of one kind a runtime refuses.
enum class Share { kAll, kSome };

struct PeerRefusal {
  std::string_view op;
  SampleKind kind;
  Share share;
  std::string_view reason;  ///< part of what the runtime says
};

inline constexpr PeerRefusal kMicroRefusals[] = {
    // It has no such operator, or its Python package does not register it.
    {"gelu", SampleKind::kF32, Share::kAll, "Failed to get registration from op code GELU"},
    {"gelu", SampleKind::kI8, Share::kAll, "Failed to get registration from op code GELU"},
    {"pow", SampleKind::kF32, Share::kAll, "Failed to get registration from op code POW"},
    {"local_response_normalization", SampleKind::kF32, Share::kAll,
     "Failed to get registration from op code LOCAL_RESPONSE_NORMALIZATION"},
    {"reduce_prod", SampleKind::kF32, Share::kAll,
     "Failed to get registration from op code REDUCE_PROD"},
    {"reduce_any", SampleKind::kF32, Share::kAll,
     "Failed to get registration from op code REDUCE_ANY"},
    {"relu_n1_to_1", SampleKind::kF32, Share::kAll,
     "Failed to get registration from op code RELU_N1_TO_1"},
    {"relu_n1_to_1", SampleKind::kI8, Share::kAll,
     "Failed to get registration from op code RELU_N1_TO_1"},
    {"relu_n1_to_1", SampleKind::kI16, Share::kAll,
     "Failed to get registration from op code RELU_N1_TO_1"},
    {"tile", SampleKind::kF32, Share::kAll, "Failed to get registration from op code TILE"},
    {"tile", SampleKind::kI8, Share::kAll, "Failed to get registration from op code TILE"},
    {"tile", SampleKind::kI16, Share::kAll, "Failed to get registration from op code TILE"},
    {"sign", SampleKind::kF32, Share::kAll, "Failed to get registration from op code SIGN"},
    {"exp", SampleKind::kI8, Share::kAll, "Node EXP (number 0) failed to prepare"},
    {"exp", SampleKind::kI16, Share::kAll, "Node EXP (number 0) failed to prepare"},
    // It has the operator, but no kernel of 16 bits.
    {"arg_max", SampleKind::kI16, Share::kAll, "Node ARG_MAX (number 0) failed to invoke"},
    {"arg_min", SampleKind::kI16, Share::kAll, "Node ARG_MIN (number 0) failed to invoke"},
    {"depth_to_space", SampleKind::kI16, Share::kAll,
     "Node DEPTH_TO_SPACE (number 0) failed to prepare"},
    {"space_to_depth", SampleKind::kI16, Share::kAll,
     "Node SPACE_TO_DEPTH (number 0) failed to prepare"},
    {"gather", SampleKind::kI16, Share::kAll, "Node GATHER (number 0) failed to prepare"},
    {"reduce_max", SampleKind::kI16, Share::kAll, "Node REDUCE_MAX (number 0) failed to invoke"},
    {"reduce_min", SampleKind::kI16, Share::kAll, "Node REDUCE_MIN (number 0) failed to invoke"},
    {"resize_bilinear", SampleKind::kI16, Share::kAll,
     "Node RESIZE_BILINEAR (number 0) failed to invoke"},
    {"pad", SampleKind::kI16, Share::kSome, "Node MIRROR_PAD (number 0) failed to invoke"},
    // Its indices, or pairs of element types, are fewer.
    {"gather_nd", SampleKind::kI16, Share::kAll, "Node GATHER_ND (number 0) failed to prepare"},
    {"cast", SampleKind::kF32, Share::kSome, "Node CAST (number 0) failed to invoke"},
    {"cast", SampleKind::kF32, Share::kSome, "expected type UINT16"},
};

inline constexpr PeerRefusal kLitertRefusals[] = {
    // They are not among its reference kernels.
    {"elu", SampleKind::kI8, Share::kAll, "Didn't find op for builtin opcode 'ELU' version '1'"},
    {"ceil", SampleKind::kF32, Share::kAll, "Didn't find op for builtin opcode 'CEIL' version '1'"},
    {"round", SampleKind::kF32, Share::kAll,
     "Didn't find op for builtin opcode 'ROUND' version '1'"},
    {"unidirectional_sequence_lstm", SampleKind::kI16, Share::kAll,
     "Didn't find op for builtin opcode 'UNIDIRECTIONAL_SEQUENCE_LSTM' version '5'"},
    // It has the operator, but no kernel for the element type.
    {"arg_max", SampleKind::kI16, Share::kAll, "Node number 0 (ARG_MAX) failed to prepare"},
    {"arg_min", SampleKind::kI16, Share::kAll, "Node number 0 (ARG_MIN) failed to prepare"},
    {"squared_difference", SampleKind::kI16, Share::kAll,
     "SquaredDifference only supports FLOAT32 and INT32 now, got 7"},
    {"depth_to_space", SampleKind::kI16, Share::kAll,
     "Node number 0 (DEPTH_TO_SPACE) failed to prepare"},
    {"space_to_depth", SampleKind::kI16, Share::kAll,
     "Node number 0 (SPACE_TO_DEPTH) failed to prepare"},
    {"relu_n1_to_1", SampleKind::kI16, Share::kAll,
     "Only float32, uint8, int8 supported currently, got INT16"},
    {"cast", SampleKind::kF32, Share::kSome, "Type UINT64 is unsupported by op Cast"},
};

struct PeerDeparture {
  std::string_view op;
  DataType dtype;  ///< of its first input
  std::string_view reason;
};

/// Where LiteRT's reference kernels give other results; docs/numerics.md says what is known.
inline constexpr PeerDeparture kLitertDepartures[] = {
    {"sum", DataType::kI8, "it reads every quantized type as u8"},
    {"sum", DataType::kI16, "it reads every quantized type as u8"},
    {"unidirectional_sequence_lstm", DataType::kI8, "its gates are fixed-point polynomials"},
    {"local_response_normalization", DataType::kF32, "it computes powers in lower precision"},
};

/// Why a peer's result on this one-node graph is not compared; empty where it is.
inline std::string_view departure(const Graph& graph, std::string_view runtime) {
  const Node& node = graph.node(graph.topological_order()[0]);
  const TensorType& input = graph.value(node.inputs[0]).type;
  const TensorType& output = graph.value(node.outputs[0]).type;
  if (runtime == "litert") {
    for (const PeerDeparture& row : kLitertDepartures) {
      if (row.op == node.op->name && row.dtype == input.dtype) {
        return row.reason;
      }
    }
  }
  if (runtime == "litert" && node.op->name == "svdf" && input.dtype == DataType::kI8 &&
      graph.value(node.inputs.back()).type.dtype == DataType::kI8) {
    return "it takes every state for one of 16 bits";
  }
  if (node.op->name == "detection_post_process" && !node.attrs<DetectionAttrs>().use_regular_nms) {
    return "entries behind the number of detections hold what memory held";
  }
  if (runtime == "tflm" && output.shape.elements() == 0) return "it takes no empty results";
  if (runtime == "tflm" && node.op->name == "relu6" && input.quantization != output.quantization) {
    return "stand-alone RELU6 ignores a change of scale";
  }
  if (runtime == "tflm" && node.op->name == "space_to_batch") {
    const auto& attrs = node.attrs<SpaceBatchAttrs>();
    for (size_t i = 0; i < attrs.low.size(); ++i) {
      if (attrs.low[i] != 0 || attrs.high[i] != 0) return "the border holds what memory held";
    }
  }
  return {};
}

}  // namespace mote::test
