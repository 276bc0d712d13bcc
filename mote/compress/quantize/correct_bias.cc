#include "mote/compress/quantize/correct_bias.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mote/base/parallel.h"
#include "mote/compress/quantize/wave.h"
#include "mote/compress/quantize/window.h"
#include "mote/measure/cost.h"

namespace mote {
namespace {

constexpr size_t kBiasInput = 2;

// Samples of a batch, and batches that means of taps are held for: neither time nor memory grow
// with the samples beyond.
constexpr int64_t kMostAtOnce = 32;
constexpr int64_t kMostBatches = 8;

// Mean over the samples of what every tap of the layer sees, as real numbers.
std::vector<double> mean_taps(const Graph& integer, const Layer& layer, const Wave& wave,
                              int threads) {
  const Quantization& record = *integer.value(layer.x).type.quantization;
  const Shape& y = integer.value(layer.y).type.shape;
  std::vector<std::vector<double>> sums(static_cast<size_t>(wave.size()));
  int64_t positions = 0;
  parallel_for(wave.size(), threads, [&](int64_t index, int) {
    const Tensor& tensor = wave.value(index, layer.x);
    const Window window = window_of(integer, layer, tensor.shape(), y.bind(tensor.shape()[0]));
    std::vector<double>& to = sums[static_cast<size_t>(index)];
    to.assign(window.sums(), 0.0);
    add_tap_sums(window, tensor.view(), record.zero_point(), to);
    if (index == 0) positions = window.positions();
  });
  std::vector<double> mean(sums.front().size(), 0.0);
  for (const std::vector<double>& sample : sums) {
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += sample[i];
  }
  const double factor =
      static_cast<double>(record.scale()) / static_cast<double>(positions * wave.size());
  for (double& v : mean) v *= factor;
  return mean;
}

// The scale of output channel o in a record of weights or bias.
double scale_at(const Quantization& record, int64_t o) {
  return static_cast<double>(record.scales[static_cast<size_t>(o) % record.scales.size()]);
}

// E[W x] of every output channel.
std::vector<double> mean_products(const Layer& layer, std::span<const float> w,
                                  std::span<const double> x_mean) {
  std::vector<double> means(static_cast<size_t>(layer.oc), 0.0);
  for_each_weight(layer, [&](size_t e, int64_t o, int64_t i, int64_t tap) {
    means[static_cast<size_t>(o)] +=
        static_cast<double>(w[e]) * x_mean[static_cast<size_t>(tap * layer.ic + i)];
  });
  return means;
}

// E[W_q x_q] of every output channel.
std::vector<double> mean_products(const Layer& layer, const Value& w_q,
                                  std::span<const double> x_mean) {
  std::vector<double> means(static_cast<size_t>(layer.oc), 0.0);
  const std::span<const int8_t> q = w_q.constant->data<int8_t>();
  for_each_weight(layer, [&](size_t e, int64_t o, int64_t i, int64_t tap) {
    means[static_cast<size_t>(o)] +=
        static_cast<double>(q[e]) * x_mean[static_cast<size_t>(tap * layer.ic + i)];
  });
  for (int64_t o = 0; o < layer.oc; ++o) {
    means[static_cast<size_t>(o)] *= scale_at(*w_q.type.quantization, o);
  }
  return means;
}

template <class Integer>
Tensor bias_tensor(const Shape& shape, std::span<const double> bias, const Quantization& record) {
  Tensor tensor(data_type_of<Integer>, shape);
  const std::span<Integer> to = tensor.data<Integer>();
  constexpr auto kLow = static_cast<double>(std::numeric_limits<int32_t>::min());
  constexpr auto kHigh = static_cast<double>(std::numeric_limits<int32_t>::max());
  for (size_t o = 0; o < to.size(); ++o) {
    const double steps = std::round(bias[o] / scale_at(record, static_cast<int64_t>(o)));
    to[o] = static_cast<Integer>(std::clamp(steps, kLow, kHigh));
  }
  return tensor;
}

void store_bias(Graph& integer, NodeId id, std::span<const double> bias) {
  Node& node = integer.mutable_node(id);
  const Value old = integer.value(node.inputs[kBiasInput]);
  const Quantization& record = *old.type.quantization;
  Tensor tensor = old.type.dtype == DataType::kI64
                      ? bias_tensor<int64_t>(old.type.shape, bias, record)
                      : bias_tensor<int32_t>(old.type.shape, bias, record);
  node.inputs[kBiasInput] = integer.add_constant(old.name, std::move(tensor), record);
}

// The integer node of a layer that can be corrected: stored weights, a stored bias.
bool correctable(const Graph& integer, NodeId id) {
  if (!integer.contains(id)) return false;
  const Node& node = integer.node(id);
  const auto integer_constant = [&](size_t i) {
    return node.has_input(i) && integer.value(node.inputs[i]).kind == ValueKind::kConstant &&
           integer.value(node.inputs[i]).type.quantization.has_value();
  };
  return integer_constant(1) && integer_constant(kBiasInput) &&
         integer.value(node.inputs[0]).type.quantization.has_value();
}

}  // namespace

std::map<int32_t, BiasTarget> bias_targets(const Graph& integer, const Graph& reference,
                                           const std::map<int32_t, NodeId>& node_of,
                                           const std::map<int32_t, std::vector<double>>& taps) {
  std::map<int32_t, BiasTarget> targets;
  for (const Layer& layer : float_layers(reference)) {
    const auto found = node_of.find(layer.node.index);
    if (found == node_of.end() || !correctable(integer, found->second)) continue;
    const Node& node = integer.node(found->second);
    BiasTarget target{.layer = layer};
    target.mean =
        mean_products(layer, constant_floats(reference, layer.w), taps.at(layer.node.index));
    const std::vector<float> bias = bias_of(reference, layer);
    for (size_t o = 0; o < bias.size(); ++o) target.mean[o] += static_cast<double>(bias[o]);
    target.layer.node = found->second;
    target.layer.x = node.inputs[0];
    target.layer.w = node.inputs[1];
    target.layer.b = node.inputs[kBiasInput];
    target.layer.y = node.outputs[0];
    targets.emplace(found->second.index, std::move(target));
  }
  return targets;
}

Biases correct_bias(Graph& integer, const std::map<int32_t, BiasTarget>& targets,
                    const SampleSource& samples, const CorrectBiasOptions& options,
                    const Observer& observer) {
  Biases biases;
  Wave wave(integer, samples, {.threads = options.threads, .exec = options.exec});
  const std::vector<NodeId> order = integer.topological_order();
  int64_t done = 0;
  for (const NodeId id : order) {
    observer.check_cancelled();
    observer.report("correct bias", done++, static_cast<int64_t>(order.size()));
    if (const auto found = targets.find(id.index); found != targets.end()) {
      const Layer& layer = found->second.layer;
      std::vector<double> bias = found->second.mean;
      const std::vector<double> means =
          mean_products(layer, integer.value(integer.node(id).inputs[1]),
                        mean_taps(integer, layer, wave, options.threads));
      for (size_t o = 0; o < bias.size(); ++o) bias[o] -= means[o];
      store_bias(integer, id, bias);
      biases[id.index] = std::move(bias);
    }
    wave.run(id);
  }
  integer.remove_unused();
  return biases;
}

std::vector<std::vector<int64_t>> correction_batches(const Graph& reference, DataType activations,
                                                     int64_t samples, int64_t budget_bytes) {
  const int64_t peak = model_cost(reference).totals.peak_activation_bytes *
                       static_cast<int64_t>(size_bytes(activations)) /
                       static_cast<int64_t>(sizeof(float));
  const int64_t size =
      std::clamp<int64_t>(budget_bytes / std::max<int64_t>(1, peak), 1, kMostAtOnce);
  const int64_t count = std::min(kMostBatches, (samples + size - 1) / size);
  const int64_t used = std::min(samples, count * size);
  std::vector<std::vector<int64_t>> batches(static_cast<size_t>(count));
  for (int64_t i = 0; i < used; ++i) {
    batches[static_cast<size_t>(i * count / used)].push_back(i * samples / used);
  }
  return batches;
}

void store_biases(Graph& integer, const Biases& biases) {
  for (const auto& [node, bias] : biases) store_bias(integer, NodeId{node}, bias);
  integer.remove_unused();
}

}  // namespace mote
