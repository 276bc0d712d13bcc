// What a network costs: parameters, multiply-accumulates, bytes, and the RAM its activations need.
//
//   const ModelCost cost = model_cost(graph);
//   cost.totals.macs;                      // of one sample
//   cost.layers[cost.peak_layer].name;     // where the activations are largest
//
// Everything is counted at batch 1. The peak is the largest sum of tensors that are alive together
// when nodes run one after the other, each tensor in memory of its own: a bound that a memory
// planner meets or, where operators can work in place, beats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mote/ir/graph.h"

namespace mote {

struct LayerCost {
  std::string name;                 ///< of the node
  std::string op;                   ///< of the operator
  std::string value;                ///< name of the first output
  Shape output;                     ///< of the first output
  DataType dtype = DataType::kF32;  ///< of the first output
  int64_t parameters = 0;           ///< elements of weights and biases first used here
  int64_t macs = 0;
  int64_t weight_bytes = 0;      ///< of those parameters
  int64_t activation_bytes = 0;  ///< of the outputs
  int64_t live_bytes = 0;        ///< of all activations alive while this layer runs
};

struct CostTotals {
  int64_t parameters = 0;
  int64_t macs = 0;
  int64_t weight_bytes = 0;
  int64_t activation_bytes = 0;  ///< sum over layers: what is written in one call
  int64_t peak_activation_bytes =
      0;                    ///< the largest `live_bytes`, graph inputs and outputs included
  int64_t state_bytes = 0;  ///< kept between calls, beside the activations
};

struct ModelCost {
  std::vector<LayerCost> layers;  ///< in execution order
  CostTotals totals;
  size_t peak_layer = 0;  ///< index of the first layer that reaches the peak; 0 when there are none
};

/// Constants that are indices, shapes or axes are not parameters; one shared by several layers is
/// counted once, at the first. Throws kInvalidModel when sizes overflow 64 bits.
ModelCost model_cost(const Graph& graph);

}  // namespace mote
