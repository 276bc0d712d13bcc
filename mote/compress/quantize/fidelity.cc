#include "mote/compress/quantize/fidelity.h"

#include <algorithm>
#include <memory>

#include "mote/measure/accuracy.h"
#include "mote/measure/real_values.h"

namespace mote {
namespace {

struct Answer {
  std::vector<float> outputs;
  size_t first_size = 0;
};

Answer answer(Executor& executor, const SampleSource& samples, int64_t index) {
  executor.reset();
  const std::vector<Tensor> outputs = executor.run(samples.inputs(index, executor.graph()));
  Answer result;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Value& value = executor.graph().value(executor.graph().outputs()[i]);
    const std::vector<float> real = real_values(outputs[i].view(), value.type);
    result.outputs.insert(result.outputs.end(), real.begin(), real.end());
    if (i == 0) result.first_size = real.size();
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
