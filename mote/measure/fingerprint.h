// Which samples a model was calibrated on, so that nobody proves a model on them by accident.
//
//   graph.metadata[kCalibrationKey] = calibration_record(fingerprints);    // the quantizer
//   const auto seen = calibration_fingerprints(graph);                      // the evaluation
//
// A fingerprint is a hash of the sample as it is stored (data::Dataset::fingerprint), so that
// models with other input types or preprocessing agree on it.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "mote/ir/graph.h"

namespace mote {

/// The key in Graph::metadata.
inline constexpr const char* kCalibrationKey = "mote.calibration";

/// "v1:" and 16 hex digits for each, sorted, without repeats.
std::string calibration_record(std::span<const uint64_t> fingerprints);

/// The fingerprints in the graph's metadata; none when there is no record. Throws kInvalidModel
/// when the record is malformed.
std::set<uint64_t> calibration_fingerprints(const Graph& graph);

}  // namespace mote
