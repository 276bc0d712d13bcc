#include "mote/compress/quantize/fidelity.h"

#include <algorithm>
#include <memory>

#include "mote/measure/accuracy.h"
#include "mote/measure/real_values.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

struct Answer {
  std::vector<float> outputs;
  size_t first_size = 0;
};

// The value that says how good an output is: of a softmax its input. Most of its results are close
// to 0 or 1 whatever the noise, so that those of the few undecided samples would drown all others.
ValueId judged_value(const Graph& graph, ValueId output) {
  ValueId id = output;
  while (graph.value(id).kind == ValueKind::kComputed) {
    const Node& node = graph.node(graph.value(id).producer);
    if (is_op(node, "softmax")) return node.inputs[0];
    if (!is_op(node, "quantize") && !is_op(node, "dequantize")) break;
    id = node.inputs[0];
  }
  return output;
}

Answer answer(Executor& executor, const SampleSource& samples, int64_t index) {
  const Graph& graph = executor.graph();
  std::vector<ValueId> judged;
  for (const ValueId output : graph.outputs()) judged.push_back(judged_value(graph, output));
  std::vector<std::vector<float>> found(judged.size());
  executor.reset();
  executor.set_hook([&](NodeId, const Node& node, std::span<const ConstTensorView> outputs) {
    for (size_t i = 0; i < judged.size(); ++i) {
      for (size_t o = 0; o < outputs.size(); ++o) {
        if (node.outputs[o] == judged[i])
          found[i] = real_values(outputs[o], graph.value(judged[i]).type);
      }
    }
  });
  const std::vector<Tensor> outputs = executor.run(samples.inputs(index, graph));
  executor.set_hook({});
  Answer result;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Value& value = graph.value(graph.outputs()[i]);
    if (found[i].empty()) found[i] = real_values(outputs[i].view(), value.type);
    result.outputs.insert(result.outputs.end(), found[i].begin(), found[i].end());
    if (i == 0) result.first_size = found[i].size();
  }
  return result;
}

}  // namespace

FidelityProbe::FidelityProbe(const Graph& reference, const SampleSource& samples,
                             const Options& options, const Observer& observer)
    : samples_(samples), options_(options) {
  std::vector<std::unique_ptr<Executor>> executors(
      static_cast<size_t>(std::max(1, options.threads)));
  int64_t labelled = 0;
  int64_t correct = 0;
  stream_in_order<Answer>(
      samples.count, {.threads = options.threads, .phase = "float answers"}, observer,
      [&](int64_t index, int worker) {
        auto& executor = executors[static_cast<size_t>(worker)];
        if (executor == nullptr) executor = std::make_unique<Executor>(reference, options.exec);
        return answer(*executor, samples_, index);
      },
      [&](int64_t index, Answer&& result) {
        const std::optional<bool> is_right =
            right(index, std::span(result.outputs).first(result.first_size));
        labelled += is_right.has_value() ? 1 : 0;
        correct += is_right.value_or(false) ? 1 : 0;
        first_size_.push_back(result.first_size);
        outputs_.push_back(std::move(result.outputs));
      });
  if (labelled > 0) reference_top1_ = static_cast<double>(correct) / static_cast<double>(labelled);
}

std::optional<bool> FidelityProbe::right(int64_t index, std::span<const float> scores) const {
  if (!samples_.label || scores.empty()) return std::nullopt;
  const std::optional<int64_t> label = samples_.label(index);
  if (!label) return std::nullopt;
  return best_class(scores) == *label + options_.label_offset;
}

Fidelity FidelityProbe::measure(const Graph& graph, const Observer& observer) const {
  std::vector<std::unique_ptr<Executor>> executors(
      static_cast<size_t>(std::max(1, options_.threads)));
  double signal = 0.0;
  double noise = 0.0;
  int64_t agreeing = 0;
  int64_t labelled = 0;
  int64_t correct = 0;
  stream_in_order<Answer>(
      samples_.count, {.threads = options_.threads, .phase = "measure"}, observer,
      [&](int64_t index, int worker) {
        auto& executor = executors[static_cast<size_t>(worker)];
        if (executor == nullptr) executor = std::make_unique<Executor>(graph, options_.exec);
        return answer(*executor, samples_, index);
      },
      [&](int64_t index, Answer&& result) {
        const std::vector<float>& expected = outputs_[static_cast<size_t>(index)];
        for (size_t i = 0; i < std::min(expected.size(), result.outputs.size()); ++i) {
          const double x = static_cast<double>(expected[i]);
          const double error = static_cast<double>(result.outputs[i]) - x;
          signal += x * x;
          noise += error * error;
        }
        const size_t first = first_size_[static_cast<size_t>(index)];
        if (first == 0) return;
        const std::span<const float> scores = std::span<const float>(result.outputs).first(first);
        agreeing +=
            best_class(scores) == best_class(std::span<const float>(expected).first(first)) ? 1 : 0;
        const std::optional<bool> is_right = right(index, scores);
        labelled += is_right.has_value() ? 1 : 0;
        correct += is_right.value_or(false) ? 1 : 0;
      });
  Fidelity fidelity{.sqnr_db = decibels(signal, noise)};
  if (samples_.count > 0) {
    fidelity.agreement = static_cast<double>(agreeing) / static_cast<double>(samples_.count);
  }
  if (labelled > 0) fidelity.top1 = static_cast<double>(correct) / static_cast<double>(labelled);
  return fidelity;
}

}  // namespace mote
