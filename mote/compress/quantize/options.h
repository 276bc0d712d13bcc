// What quantize() asks of its graph and options before it begins.
//
//   check_options(graph, options);
#pragma once

#include <span>
#include <string_view>

#include "mote/compress/quantize/quantize.h"

namespace mote {

/// Names of the steps that can be left out, in the order they run.
std::span<const std::string_view> recovery_steps();

/// Throws kInvalidArgument when the network is quantized already, a step to skip does not exist or
/// `max_drop` is negative.
void check_options(const Graph& graph, const QuantizeOptions& options);

}  // namespace mote
