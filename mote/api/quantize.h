// A float model file in, an integer model file out, with the proof of what it cost.
//
//   QuantizeRequest request{.model = {"net.onnx"}, .outputs = {"net-int8.tflite"}};
//   request.samples = DataRequest{"photos"};
//   const QuantizeOutcome outcome = quantize(request);
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mote/api/requests.h"
#include "mote/compress/quantize/quantize.h"
#include "mote/measure/cost.h"
#include "mote/measure/evaluate.h"
#include "mote/measure/report.h"

namespace mote {

struct QuantizeRequest {
  ModelRequest model;
  /// One file for each format that is wanted; the extension names it.
  std::vector<std::filesystem::path> outputs;
  /// Calibration samples; without them (data-free) ranges come from the network itself.
  std::optional<DataRequest> samples = std::nullopt;
  /// Where right answers are counted before and after. Samples that were used for calibration are
  /// left out.
  std::optional<DataRequest> data = std::nullopt;
  /// .html or .md; empty: none.
  std::filesystem::path report = {};
  /// The command line, for the report.
  std::string command = {};
  /// `threads` and `exec` in here are replaced by `compute`.
  QuantizeOptions options = {};
  ComputeOptions compute = {};
};

struct WrittenFile {
  std::filesystem::path path;
  int64_t bytes = 0;
};

struct QuantizeOutcome {
  QuantizeResult result;
  ModelCost before;
  ModelCost after;
  int64_t bytes_before = 0;
  std::vector<WrittenFile> written;
  /// Of the integer model, with the float one as reference; where `data` was given.
  std::optional<Evaluation> evaluation;
  /// Samples of `data` left out because they were used for calibration.
  int64_t left_out = 0;
  /// What reading and writing changed in meaning.
  std::vector<ConversionChange> changes;
};

/// Throws kInvalidArgument before the work begins when an output is an input, has an unknown
/// extension or appears twice; else what reading, quantizing, evaluating and writing throw. Files
/// are written last, each whole or not at all.
QuantizeOutcome quantize(const QuantizeRequest& request, const Observer& observer = {});

}  // namespace mote
