#include "mote/compress/quantize/statistics.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "mote/compress/quantize/window.h"

namespace mote {
namespace {

// Positions summed in float before they go to double.
constexpr int64_t kBlock = 128;

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
      for (size_t i = 0; i < c; ++i) {
        moments.low[i] = std::min(moments.low[i], x[i]);
        moments.high[i] = std::max(moments.high[i], x[i]);
        sum[i] += x[i];
        square[i] += x[i] * x[i];
      }
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
};

class Collector {
 public:
  explicit Collector(const Graph& graph) : graph_(graph), layers_(float_layers(graph)) {
    for (const Layer& layer : layers_) readers_[layer.x.index].push_back(&layer);
  }

  SampleResult run(Executor& executor, std::span<const Tensor> inputs) const {
    SampleResult result;
    for (size_t i = 0; i < inputs.size(); ++i) {
      look(graph_.inputs()[i], inputs[i].view(), result);
    }
    executor.set_hook([&](NodeId, const Node& node, std::span<const ConstTensorView> outputs) {
      for (size_t i = 0; i < outputs.size(); ++i) look(node.outputs[i], outputs[i], result);
    });
    executor.run(inputs);
    executor.set_hook({});
    return result;
  }

 private:
  void look(ValueId id, const ConstTensorView& view, SampleResult& result) const {
    if (view.dtype != DataType::kF32) return;
    result.values[id.index] = moments_of(view);
    const auto readers = readers_.find(id.index);
    if (readers == readers_.end()) return;
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
  std::vector<Layer> layers_;
  std::map<int32_t, std::vector<const Layer*>> readers_;
};

void merge(SampleResult& into, SampleResult&& from) {
  for (const auto& [index, moments] : from.values) merge(into.values[index], moments);
  for (auto& [index, taps] : from.taps) {
    TapSums& total = into.taps[index];
    if (total.sums.empty()) {
      total = std::move(taps);
      continue;
    }
    for (size_t i = 0; i < total.sums.size(); ++i) total.sums[i] += taps.sums[i];
    total.positions += taps.positions;
  }
}

Statistics finish(SampleResult&& total, int64_t samples) {
  Statistics statistics;
  statistics.samples = samples;
  for (auto& [index, moments] : total.values) {
    const double count = std::max<double>(1.0, static_cast<double>(moments.count));
    for (double& v : moments.mean) v /= count;
    for (double& v : moments.mean_square) v /= count;
    statistics.values[index] = std::move(moments);
  }
  for (auto& [index, taps] : total.taps) {
    for (double& v : taps.sums) v /= std::max<double>(1.0, static_cast<double>(taps.positions));
    statistics.taps[index] = std::move(taps.sums);
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
  const Collector collector(graph);
  std::vector<std::unique_ptr<Executor>> executors(
      static_cast<size_t>(std::max(1, options.threads)));
  SampleResult total;
  stream_in_order<SampleResult>(
      samples.count, {.threads = options.threads, .phase = "calibrate"}, observer,
      [&](int64_t index, int worker) {
        auto& executor = executors[static_cast<size_t>(worker)];
        if (executor == nullptr) executor = std::make_unique<Executor>(graph, options.exec);
        executor->reset();
        return collector.run(*executor, samples.inputs(index, graph));
      },
      [&](int64_t, SampleResult&& result) { merge(total, std::move(result)); });
  return finish(std::move(total), samples.count);
}

}  // namespace mote
