// TFLite files: read into a Graph, written from one.
//
//   Graph graph = read_tflite(file.bytes(), {});
//   std::vector<std::byte> bytes = write_tflite(graph, {});
//
// Reading takes float, int8 (per tensor and per channel), int16 x int8, the older uint8,
// dynamic-range and float16-weight models with one subgraph; variable tensors and resource
// variables become states. Refused by name: custom operators, control flow, strings, sparse
// weights, shuffled weights. The file is untrusted: anything it says is checked, and a file that
// breaks the rules is an Error.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "mote/formats/common/model_options.h"
#include "mote/ir/graph.h"

namespace mote {

/// True when the bytes carry TFLite's file identifier.
bool is_tflite(std::span<const std::byte> bytes);

/// The batch is dynamic where the file's shape signatures say so and every operator can follow;
/// else it is the file's, and the report names the operator that fixed it. Throws kInvalidModel,
/// kUnsupported naming the operator or tensor, kInvalidArgument for options that do not fit.
Graph read_tflite(std::span<const std::byte> bytes, const LoadOptions& options = {});

/// Throws kUnsupported naming the node that TFLite cannot express and why.
std::vector<std::byte> write_tflite(const Graph& graph, const SaveOptions& options = {});

}  // namespace mote
