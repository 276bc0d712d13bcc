#include "mote/compress/quantize/statistics.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "mote/compress/quantize/window.h"

namespace mote {
namespace {

// Positions summed in float before they go to double.
constexpr int64_t kBlock = 128;

// Loops over the channels of one position, each of them vector code.
void add_extremes(size_t channels, const float* __restrict x, float* __restrict low,
                  float* __restrict high) {
  for (size_t i = 0; i < channels; ++i) {
    low[i] = std::min(low[i], x[i]);
    high[i] = std::max(high[i], x[i]);
  }
}

void add_powers(size_t channels, const float* __restrict x, float* __restrict sum,
                float* __restrict square) {
  for (size_t i = 0; i < channels; ++i) {
    sum[i] += x[i];
    square[i] += x[i] * x[i];
  }
}

ChannelMoments moments_of(const ConstTensorView& view) {
  const int64_t channels = view.shape.rank() == 0 ? 1 : view.shape[view.shape.rank() - 1];
  const auto c = static_cast<size_t>(channels);
  ChannelMoments moments;
  moments.low.assign(c, std::numeric_limits<float>::max());
  moments.high.assign(c, std::numeric_limits<float>::lowest());
  moments.mean.assign(c, 0.0);
  moments.mean_square.assign(c, 0.0);
  const std::span<const float> data = view.data<float>();
  const int64_t rows = channels == 0 ? 0 : view.elements() / channels;
  std::vector<float> sum(c);
  std::vector<float> square(c);
  for (int64_t first = 0; first < rows; first += kBlock) {
    std::fill(sum.begin(), sum.end(), 0.0f);
    std::fill(square.begin(), square.end(), 0.0f);
    for (int64_t row = first; row < std::min(rows, first + kBlock); ++row) {
      const float* x = data.data() + row * channels;
      add_extremes(c, x, moments.low.data(), moments.high.data());
      add_powers(c, x, sum.data(), square.data());
    }
    for (size_t i = 0; i < c; ++i) {
      moments.mean[i] += static_cast<double>(sum[i]);
      moments.mean_square[i] += static_cast<double>(square[i]);
    }
  }
  moments.count = rows;
  return moments;
}

// Sums, not means, until `finish`.
void merge(ChannelMoments& into, const ChannelMoments& from) {
  if (into.count == 0 && into.low.empty()) {
    into = from;
    return;
  }
  for (size_t i = 0; i < into.low.size(); ++i) {
    into.low[i] = std::min(into.low[i], from.low[i]);
    into.high[i] = std::max(into.high[i], from.high[i]);
    into.mean[i] += from.mean[i];
    into.mean_square[i] += from.mean_square[i];
  }
  into.count += from.count;
}

struct TapSums {
  std::vector<double> sums;
  int64_t positions = 0;
};

struct SampleResult {
  std::map<int32_t, ChannelMoments> values;
  std::map<int32_t, TapSums> taps;
  std::optional<Answer> answer;
};

constexpr size_t kNoBatch = static_cast<size_t>(-1);

class Collector {
 public:
  Collector(const Graph& graph, const CollectOptions& options, int64_t samples)
      : graph_(graph),
        options_(options),
        layers_(float_layers(graph)),
        batch_of_(static_cast<size_t>(samples), kNoBatch) {
    for (const Layer& layer : layers_) readers_[layer.x.index].push_back(&layer);
    for (size_t b = 0; b < options.batches.size(); ++b) {
      for (const int64_t index : options.batches[b]) batch_of_[static_cast<size_t>(index)] = b;
    }
  }

  size_t batch_of(int64_t index) const { return batch_of_[static_cast<size_t>(index)]; }

  SampleResult run(Executor& executor, int64_t index, std::vector<Tensor> inputs) const {
    SampleResult result;
    const bool with_taps = batch_of(index) != kNoBatch;
    std::optional<AnswerReader> reader;
    if (index < options_.answer_count) reader.emplace(graph_);
    for (size_t i = 0; i < inputs.size(); ++i) {
      look(graph_.inputs()[i], inputs[i].view(), with_taps, result);
    }
    executor.set_hook([&](NodeId, const Node& node, std::span<const ConstTensorView> outputs) {
      for (size_t i = 0; i < outputs.size(); ++i) {
        look(node.outputs[i], outputs[i], with_taps, result);
      }
      if (reader) reader->look(node, outputs);
    });
    const std::vector<Tensor> outputs = executor.run(inputs);
    executor.set_hook({});
    if (reader) result.answer = reader->finish(outputs);
    return result;
  }

 private:
  void look(ValueId id, const ConstTensorView& view, bool with_taps, SampleResult& result) const {
    if (view.dtype != DataType::kF32) return;
    result.values[id.index] = moments_of(view);
    const auto readers = readers_.find(id.index);
    if (!with_taps || readers == readers_.end()) return;
    for (const Layer* layer : readers->second) {
      const Shape y = graph_.value(layer->y).type.shape.bind(view.shape[0]);
      const Window window = window_of(graph_, *layer, view.shape, y);
      TapSums& taps = result.taps[layer->node.index];
      taps.sums.assign(window.sums(), 0.0);
      taps.positions = window.positions();
      add_tap_sums(window, view, 0, taps.sums);
    }
  }

  const Graph& graph_;
  const CollectOptions& options_;
  std::vector<Layer> layers_;
  std::map<int32_t, std::vector<const Layer*>> readers_;
  std::vector<size_t> batch_of_;  // by sample
};

using Taps = std::map<int32_t, TapSums>;

void merge(Taps& into, Taps&& from) {
  for (auto& [index, taps] : from) {
    TapSums& total = into[index];
    if (total.sums.empty()) {
      total = std::move(taps);
      continue;
    }
    for (size_t i = 0; i < total.sums.size(); ++i) total.sums[i] += taps.sums[i];
    total.positions += taps.positions;
  }
}

Statistics finish(std::map<int32_t, ChannelMoments>&& values, std::vector<Taps>&& batches,
                  int64_t samples) {
  Statistics statistics;
  statistics.samples = samples;
  for (auto& [index, moments] : values) {
    const double count = std::max<double>(1.0, static_cast<double>(moments.count));
    for (double& v : moments.mean) v /= count;
    for (double& v : moments.mean_square) v /= count;
    statistics.values[index] = std::move(moments);
  }
  for (Taps& batch : batches) {
    auto& to = statistics.taps.emplace_back();
    for (auto& [index, taps] : batch) {
      for (double& v : taps.sums) v /= std::max<double>(1.0, static_cast<double>(taps.positions));
      to[index] = std::move(taps.sums);
    }
  }
  return statistics;
}

}  // namespace

float ChannelMoments::lowest() const { return *std::min_element(low.begin(), low.end()); }
float ChannelMoments::highest() const { return *std::max_element(high.begin(), high.end()); }

const ChannelMoments& Statistics::of(ValueId id) const {
  const auto found = values.find(id.index);
  if (found == values.end()) {
    throw_error(ErrorKind::kInternal, "no statistics of value {}", id.index);
  }
  return found->second;
}

Statistics collect_statistics(const Graph& graph, const SampleSource& samples,
                              const CollectOptions& options, const Observer& observer) {
  const Collector collector(graph, options, samples.count);
  std::vector<std::unique_ptr<Executor>> executors(
      static_cast<size_t>(std::max(1, options.threads)));
  std::map<int32_t, ChannelMoments> values;
  std::vector<Taps> batches(options.batches.size());
  stream_in_order<SampleResult>(
      samples.count, {.threads = options.threads, .phase = "calibrate"}, observer,
      [&](int64_t index, int worker) {
        auto& executor = executors[static_cast<size_t>(worker)];
        if (executor == nullptr) executor = std::make_unique<Executor>(graph, options.exec);
        executor->reset();
        return collector.run(*executor, index, samples.inputs(index, graph));
      },
      [&](int64_t index, SampleResult&& result) {
        for (const auto& [id, moments] : result.values) merge(values[id], moments);
        const size_t batch = collector.batch_of(index);
        if (batch != kNoBatch) merge(batches[batch], std::move(result.taps));
        if (result.answer) options.answered(std::move(*result.answer));
      });
  return finish(std::move(values), std::move(batches), samples.count);
}

}  // namespace mote
