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

// Mean over the samples of what every tap of the layer sees, as real numbers.
std::vector<double> mean_taps(const Graph& reference, const Layer& layer, const Wave& wave,
                              const Value& x, const Value& y, ValueId x_id, int threads) {
  const Quantization& record = *x.type.quantization;
  std::vector<std::vector<double>> sums(static_cast<size_t>(wave.size()));
  int64_t positions = 0;
  parallel_for(wave.size(), threads, [&](int64_t index, int) {
    const Tensor& tensor = wave.value(index, x_id);
    const Shape y_shape = y.type.shape.bind(tensor.shape()[0]);
    const Window window = window_of(reference, layer, tensor.shape(), y_shape);
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

// E[W x] - E[W_q x_q] of every output channel.
std::vector<double> mean_errors(const Layer& layer, std::span<const float> w,
                                std::span<const double> x_mean, const Value& w_q,
                                std::span<const double> x_q_mean) {
  std::vector<double> errors(static_cast<size_t>(layer.oc), 0.0);
  const std::span<const int8_t> q = w_q.constant->data<int8_t>();
  const Quantization& record = *w_q.type.quantization;
  for_each_weight(layer, [&](size_t e, int64_t o, int64_t i, int64_t tap) {
    const auto at = static_cast<size_t>(tap * layer.ic + i);
    errors[static_cast<size_t>(o)] +=
        static_cast<double>(w[e]) * x_mean[at] -
        static_cast<double>(q[e]) * scale_at(record, o) * x_q_mean[at];
  });
  return errors;
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

int64_t samples_within(const Graph& integer, int64_t budget_bytes) {
  const int64_t peak = std::max<int64_t>(1, model_cost(integer).totals.peak_activation_bytes);
  return std::max<int64_t>(1, budget_bytes / peak);
}

CorrectBiasResult correct_bias(Graph& integer, const Graph& reference,
                               const std::map<int32_t, NodeId>& node_of,
                               const Statistics& statistics, const SampleSource& samples,
                               const CorrectBiasOptions& options, const Observer& observer) {
  std::map<int32_t, Layer> layer_of;  // by integer node
  for (const Layer& layer : float_layers(reference)) {
    const auto found = node_of.find(layer.node.index);
    if (found != node_of.end() && correctable(integer, found->second)) {
      layer_of[found->second.index] = layer;
    }
  }
  CorrectBiasResult result;
  Wave wave(integer, samples, {.threads = options.threads, .exec = options.exec});
  const std::vector<NodeId> order = integer.topological_order();
  int64_t done = 0;
  for (const NodeId id : order) {
    observer.check_cancelled();
    observer.report("correct bias", done++, static_cast<int64_t>(order.size()));
    if (const auto found = layer_of.find(id.index); found != layer_of.end()) {
      const Layer& layer = found->second;
      const ValueId x = integer.node(id).inputs[0];
      const Value& y = integer.value(integer.node(id).outputs[0]);
      const std::vector<double> x_q =
          mean_taps(reference, layer, wave, integer.value(x), y, x, options.threads);
      const std::vector<double> errors = mean_errors(
          layer, constant_floats(reference, layer.w), statistics.taps.at(layer.node.index),
          integer.value(integer.node(id).inputs[1]), x_q);
      const std::vector<float> bias = bias_of(reference, layer);
      std::vector<double> corrected(errors.size());
      const double step = static_cast<double>(y.type.quantization->scale());
      for (size_t o = 0; o < errors.size(); ++o) {
        corrected[o] = static_cast<double>(bias[o]) + errors[o];
        result.largest_shift = std::max(result.largest_shift, std::abs(errors[o]) / step);
      }
      store_bias(integer, id, corrected);
      result.biases[id.index] = std::move(corrected);
      ++result.layers;
    }
    wave.run(id);
  }
  integer.remove_unused();
  return result;
}

void store_biases(Graph& integer, const std::map<int32_t, std::vector<double>>& biases) {
  for (const auto& [node, bias] : biases) store_bias(integer, NodeId{node}, bias);
  integer.remove_unused();
}

}  // namespace mote
