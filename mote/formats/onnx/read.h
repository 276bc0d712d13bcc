// Reads an ONNX model into a Graph.
//
//   MappedFile file("models/mobilenet.onnx");
//   Graph graph = read_onnx(file.bytes(), "models", {.shapes = {{"input", {1, 3, 224, 224}}}});
//
// Spatial operators become NHWC ones between transposes; inputs and outputs keep the file's names,
// order, shapes and layout. Nodes whose inputs are all constant are evaluated. Quantize/dequantize
// pairs around an operator fold into the operator's integer form (docs/howto/convert.md says
// which). Control flow that depends on data, sequences, maps and strings are refused with node,
// operator and reason. Sources: the ONNX operator and IR specifications, opsets 7 to kNewestOpset.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "mote/formats/common/model_options.h"
#include "mote/ir/graph.h"

namespace mote {

/// Oldest and newest version of the default operator set that is understood.
/// Source: ONNX releases 1.2 (opset 7) and 1.23 (opset 28).
inline constexpr int64_t kOldestOnnxOpset = 7;
inline constexpr int64_t kNewestOnnxOpset = 28;

/// `folder` is where files with external data lie; empty: external data is refused. Shapes are
/// those of the file's layout. Throws kInvalidModel for a broken file, kUnsupported for a legal one
/// that mote cannot represent.
Graph read_onnx(std::span<const std::byte> bytes, const std::filesystem::path& folder = {},
                const LoadOptions& options = {});

/// The names of the inputs that a caller must give, in order: those listed in the file without the
/// initializers. Throws kUnsupported when an input or output is no dense tensor.
std::vector<std::string> onnx_input_names(std::span<const std::byte> bytes);

/// A file with one serialized TensorProto, as the ONNX test data has them. Throws like `read_onnx`.
Tensor read_onnx_tensor(std::span<const std::byte> bytes);

}  // namespace mote
