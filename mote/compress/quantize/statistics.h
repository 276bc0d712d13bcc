// What flows through a float network: streamed over samples, memory flat in their number.
//
//   const Statistics statistics = collect_statistics(graph, samples, {.threads = 2}, observer);
//   statistics.of(value).high[c];
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "mote/base/progress.h"
#include "mote/compress/quantize/fidelity.h"
#include "mote/compress/quantize/layers.h"
#include "mote/exec/executor.h"
#include "mote/measure/samples.h"

namespace mote {

/// Of each channel (last axis) of one activation.
struct ChannelMoments {
  std::vector<float> low, high;
  std::vector<double> mean, mean_square;
  int64_t count = 0;  ///< values of each channel, all samples

  float lowest() const;
  float highest() const;
};

struct Statistics {
  std::map<int32_t, ChannelMoments> values;  ///< by value index; f32 activations and inputs
  /// Of each batch of the options, by node index of a layer: mean input of each tap,
  /// [tap * ic + i] (see window.h).
  std::vector<std::map<int32_t, std::vector<double>>> taps;
  int64_t samples = 0;

  const ChannelMoments& of(ValueId id) const;
};

struct CollectOptions {
  int threads = 1;
  ExecOptions exec = {};
  /// The samples of each set that means of taps are taken over; a sample is in one set at most.
  std::vector<std::vector<int64_t>> batches = {};
  /// The answers to the first `answer_count` samples are handed to `answered`, in order.
  int64_t answer_count = 0;
  std::function<void(Answer&&)> answered = {};
};

/// Runs the float graph on every sample. The result does not depend on the number of threads.
Statistics collect_statistics(const Graph& graph, const SampleSource& samples,
                              const CollectOptions& options, const Observer& observer);

}  // namespace mote
