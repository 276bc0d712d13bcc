// Writes a Graph as an ONNX model.
//
//   std::vector<std::byte> bytes = write_onnx(graph);
//
// NHWC operators become NCHW ones; transposes stand only where the two layouts meet, so a network
// that came as NCHW has none. Quantized values are written as QDQ: QuantizeLinear behind the
// operator that computes them, DequantizeLinear in front of those that read them, with the integers
// themselves as weights; runtimes fuse that into integer kernels. The opset is kOnnxWriteOpset or,
// where an operator or a type needs it, a newer one. States cannot be expressed and are refused.
#pragma once

#include <cstddef>
#include <vector>

#include "mote/formats/common/model_options.h"
#include "mote/ir/graph.h"

namespace mote {

/// ONNX release 1.12: the oldest with all operators that are written often.
inline constexpr int64_t kOnnxWriteOpset = 17;

/// Throws kUnsupported naming the node and the operator that ONNX cannot express.
std::vector<std::byte> write_onnx(const Graph& graph, const SaveOptions& options = {});

}  // namespace mote
