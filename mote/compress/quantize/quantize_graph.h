// From a float graph and ranges to the integer graph, in quantized normal form.
//
//   Graph integer = quantize_graph(graph, ranges, {.weights = WeightScales::kPerTensor}).graph;
//
// Values keep their names. An explicit quantize or dequantize stands only where the domain changes:
// at float inputs and outputs, around excluded nodes and around operators without an integer form.
// Scales follow each operator's QuantRule; values that must share a scale get the union of their
// ranges. Source: TFLite 8-bit quantization specification.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mote/compress/quantize/quantize.h"

namespace mote {

/// Ranges of float values, by value index. 0 is always inside.
using ValueRanges = std::map<int32_t, RealRange>;

struct QuantizeGraphOptions {
  QuantScheme scheme = QuantScheme::kInt8;  ///< kInt8 or kInt16Activations
  WeightScales weights = WeightScales::kPerChannel;
  BoundaryType inputs = BoundaryType::kInteger;
  BoundaryType outputs = BoundaryType::kInteger;
  std::set<int32_t> exclude = {};  ///< node indices
};

struct QuantizedGraph {
  Graph graph;
  /// Nodes that stayed float, and why.
  std::vector<std::pair<std::string, std::string>> float_nodes;
  /// By node index of the float graph: the node that took its place.
  std::map<int32_t, NodeId> node_of;
};

/// Throws kInvalidArgument when a value that is quantized has no range.
QuantizedGraph quantize_graph(const Graph& graph, const ValueRanges& ranges,
                              const QuantizeGraphOptions& options);

/// Weights only: int8 weights beside float activations (kDynamicRange), or float16 weights.
QuantizedGraph quantize_weights(const Graph& graph, QuantScheme scheme, WeightScales weights);

/// The scale and zero point that an 8 or 16 bit activation with that range has.
Quantization activation_record(const RealRange& range, DataType dtype);

/// Symmetric int8 scales of weights, and the weights on their grid.
struct QuantizedWeights {
  Tensor values;
  Quantization record;
};
/// `axis` kPerTensor: one scale. `smallest_scales`: none, or a lower bound for every channel.
QuantizedWeights quantize_weight_tensor(const Tensor& weights, int axis,
                                        std::span<const double> smallest_scales = {});

}  // namespace mote
