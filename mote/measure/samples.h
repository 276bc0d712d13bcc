// What measurements run on: samples by index, and the loop over them.
//
// Samples are loaded and computed in parallel, and their results folded in the order of the
// samples: every figure is the same for any number of threads, and memory does not grow with their
// number.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mote/base/parallel.h"
#include "mote/base/progress.h"
#include "mote/base/tensor.h"
#include "mote/data/dataset.h"
#include "mote/ir/graph.h"

namespace mote {

/// Samples by index, 0 <= index < count. The functions are called from several threads at a time;
/// `label`, `fingerprint` and `name` may be empty.
struct SampleSource {
  int64_t count = 0;
  /// One tensor per input of `graph`, in its order and types, batch 1.
  std::function<std::vector<Tensor>(int64_t index, const Graph& graph)> inputs;
  std::function<std::optional<int64_t>(int64_t index)> label = {};
  /// Of the sample as it is stored, whatever the model (see fingerprint.h).
  std::function<uint64_t(int64_t index)> fingerprint = {};
  /// For messages: the file or the row it came from.
  std::function<std::string(int64_t index)> name = {};
};

/// The samples of a dataset, adapted to whatever model asks.
SampleSource dataset_samples(const data::Dataset& dataset);

/// The inputs of `graph` as mote/data wants to see them.
std::vector<data::ModelInput> declared_inputs(const Graph& graph);

/// "sample 7 ('cat.png')".
std::string describe_sample(const SampleSource& samples, int64_t index);

struct StreamOptions {
  int threads = 1;
  std::string_view phase = "evaluate";  ///< of the progress reports
};

/// Calls `work(index, worker)` for every index in parallel and `fold(index, result)` in order.
/// Throws kCancelled between samples when the observer's token is set, and whatever `work` throws.
template <class Result>
void stream_in_order(int64_t count, const StreamOptions& options, const Observer& observer,
                     const std::function<Result(int64_t index, int worker)>& work,
                     const std::function<void(int64_t index, Result&&)>& fold) {
  // Enough for every worker to stay busy while one sample takes long; bounds the memory.
  constexpr int64_t kItemsPerThread = 8;
  const int threads = std::max(1, options.threads);
  const int64_t block = threads == 1 ? 1 : kItemsPerThread * threads;
  std::mutex report_mutex;
  int64_t done = 0;
  observer.report(options.phase, 0, count);
  for (int64_t first = 0; first < count; first += block) {
    const int64_t size = std::min(block, count - first);
    std::vector<std::optional<Result>> results(static_cast<size_t>(size));
    parallel_for(size, threads, [&](int64_t item, int worker) {
      observer.check_cancelled();
      results[static_cast<size_t>(item)] = work(first + item, worker);
      const std::lock_guard lock(report_mutex);
      observer.report(options.phase, ++done, count);
    });
    for (int64_t item = 0; item < size; ++item) {
      fold(first + item, std::move(*results[static_cast<size_t>(item)]));
    }
  }
}

}  // namespace mote
