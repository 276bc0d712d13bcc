#include "mote/compress/quantize/fidelity.h"

#include <algorithm>
#include <memory>

#include "mote/measure/accuracy.h"
#include "mote/measure/real_values.h"
#include "mote/ops/evaluate.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

// Memory for inputs that are kept from one measurement to the next.
constexpr int64_t kKeptBytes = int64_t{6} << 20;

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

Answer answer(Executor& executor, std::span<const Tensor> inputs) {
  AnswerReader reader(executor.graph());
  executor.reset();
  executor.set_hook([&](NodeId, const Node& node, std::span<const ConstTensorView> outputs) {
    reader.look(node, outputs);
  });
  const std::vector<Tensor> outputs = executor.run(inputs);
  executor.set_hook({});
  return reader.finish(outputs);
}

std::span<const float> scores_of(const Answer& answer) {
  return std::span(answer.outputs).first(answer.first_size);
}

}  // namespace

AnswerReader::AnswerReader(const Graph& graph) : graph_(graph), found_(graph.outputs().size()) {
  for (const ValueId output : graph.outputs()) judged_.push_back(judged_value(graph, output));
}

void AnswerReader::look(const Node& node, std::span<const ConstTensorView> outputs) {
  for (size_t i = 0; i < judged_.size(); ++i) {
    for (size_t o = 0; o < outputs.size(); ++o) {
      if (node.outputs[o] != judged_[i]) continue;
      found_[i] = real_values(outputs[o], graph_.value(judged_[i]).type);
    }
  }
}

Answer AnswerReader::finish(std::span<const Tensor> outputs) {
  Answer result;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Value& value = graph_.value(graph_.outputs()[i]);
    if (found_[i].empty()) found_[i] = real_values(outputs[i].view(), value.type);
    result.outputs.insert(result.outputs.end(), found_[i].begin(), found_[i].end());
    if (i == 0) result.first_size = found_[i].size();
  }
  return result;
}

FidelityProbe::FidelityProbe(const Graph& reference, const SampleSource& samples,
                             const Options& options, const Observer& observer)
    : samples_(samples), options_(options) {
  std::vector<std::unique_ptr<Executor>> executors(
      static_cast<size_t>(std::max(1, options.threads)));
  stream_in_order<Answer>(
      samples.count, {.threads = options.threads, .phase = "float answers"}, observer,
      [&](int64_t index, int worker) {
        auto& executor = executors[static_cast<size_t>(worker)];
        if (executor == nullptr) executor = std::make_unique<Executor>(reference, options.exec);
        return answer(*executor, samples_.inputs(index, reference));
      },
      [&](int64_t, Answer&& result) { expected_.push_back(std::move(result)); });
  count_right();
}

FidelityProbe::FidelityProbe(std::vector<Answer> expected, const SampleSource& samples,
                             const Options& options)
    : samples_(samples), options_(options), expected_(std::move(expected)) {
  count_right();
}

void FidelityProbe::count_right() {
  int64_t labelled = 0;
  int64_t correct = 0;
  for (size_t i = 0; i < expected_.size(); ++i) {
    const std::optional<bool> is_right = right(static_cast<int64_t>(i), expected_[i]);
    labelled += is_right.has_value() ? 1 : 0;
    correct += is_right.value_or(false) ? 1 : 0;
  }
  if (labelled > 0) reference_top1_ = static_cast<double>(correct) / static_cast<double>(labelled);
}

std::optional<bool> FidelityProbe::right(int64_t index, const Answer& answer) const {
  if (!samples_.label || answer.first_size == 0) return std::nullopt;
  const std::optional<int64_t> label = samples_.label(index);
  if (!label) return std::nullopt;
  return best_class(scores_of(answer)) == *label + options_.label_offset;
}

// A graph, and what of it lies behind the quantization of its inputs.
struct FidelityProbe::Entry {
  const Graph& outer;
  const ExecOptions& exec;
  Graph inner = outer;
  // By input, of one sample: that quantization alone; without a node where there is none.
  std::vector<Graph> quantizers = {};

  void strip();
  void add_quantizer(const Node& node);
};

void FidelityProbe::Entry::add_quantizer(const Node& node) {
  Graph& alone = quantizers.back();
  TensorType type = outer.value(node.inputs[0]).type;
  type.shape = type.shape.bind(1);
  Node copy{.op = node.op, .name = node.name, .attributes = node.attributes};
  copy.inputs = {alone.add_input("x", type)};
  alone.set_outputs(alone.add_node(
      std::move(copy), {.quantization = {outer.value(node.outputs[0]).type.quantization}}));
}

void FidelityProbe::Entry::strip() {
  const std::vector<std::vector<NodeId>> consumers = outer.consumers();
  for (const ValueId id : outer.inputs()) {
    const std::vector<NodeId>& readers = consumers[static_cast<size_t>(id.index)];
    const bool quantized = readers.size() == 1 && !outer.is_output(id) &&
                           is_op(outer.node(readers.front()), "quantize") &&
                           !outer.is_output(outer.node(readers.front()).outputs[0]);
    quantizers.emplace_back();
    if (!quantized) continue;
    add_quantizer(outer.node(readers.front()));
    const ValueId stored = outer.node(readers.front()).outputs[0];
    inner.mutable_value(id).type = outer.value(stored).type;
    inner.replace_uses(stored, id);
    inner.remove_node(readers.front());
  }
}

void FidelityProbe::prepare_kept(const Graph& inner) const {
  std::vector<TensorType> types;
  int64_t bytes = 0;
  for (const ValueId id : inner.inputs()) {
    types.push_back(inner.value(id).type);
    bytes += types.back().shape.elements_per_sample() *
             static_cast<int64_t>(size_bytes(types.back().dtype));
  }
  const bool fits = bytes <= kKeptBytes / std::max<int64_t>(1, samples_.count);
  if (fits && types == kept_types_) return;
  kept_types_ = fits ? std::move(types) : std::vector<TensorType>{};
  kept_.assign(fits ? static_cast<size_t>(samples_.count) : 0, {});
}

std::vector<Tensor> FidelityProbe::inputs_of(int64_t index, const Entry& entry) const {
  std::vector<Tensor>* kept = kept_.empty() ? nullptr : &kept_[static_cast<size_t>(index)];
  if (kept != nullptr && !kept->empty()) return *kept;
  std::vector<Tensor> inputs = samples_.inputs(index, entry.outer);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Graph& quantizer = entry.quantizers[i];
    if (quantizer.outputs().empty()) continue;
    const Node& node = quantizer.node(quantizer.value(quantizer.outputs().front()).producer);
    inputs[i] = std::move(
        evaluate_reference(quantizer, node, {&inputs[i], 1}, entry.exec.numerics).front());
  }
  if (kept != nullptr) *kept = inputs;
  return inputs;
}

Fidelity FidelityProbe::measure(const Graph& graph, const Observer& observer) const {
  std::vector<std::unique_ptr<Executor>> executors(
      static_cast<size_t>(std::max(1, options_.threads)));
  double signal = 0.0;
  double noise = 0.0;
  int64_t agreeing = 0;
  int64_t labelled = 0;
  int64_t correct = 0;
  Entry entry{.outer = graph, .exec = options_.exec};
  entry.strip();
  prepare_kept(entry.inner);
  stream_in_order<Answer>(
      samples_.count, {.threads = options_.threads, .phase = "measure"}, observer,
      [&](int64_t index, int worker) {
        auto& executor = executors[static_cast<size_t>(worker)];
        if (executor == nullptr) executor = std::make_unique<Executor>(entry.inner, options_.exec);
        return answer(*executor, inputs_of(index, entry));
      },
      [&](int64_t index, Answer&& result) {
        const Answer& expected = expected_[static_cast<size_t>(index)];
        for (size_t i = 0; i < std::min(expected.outputs.size(), result.outputs.size()); ++i) {
          const double x = static_cast<double>(expected.outputs[i]);
          const double error = static_cast<double>(result.outputs[i]) - x;
          signal += x * x;
          noise += error * error;
        }
        if (expected.first_size == 0) return;
        agreeing += best_class(scores_of(result)) == best_class(scores_of(expected)) ? 1 : 0;
        const std::optional<bool> is_right = right(index, result);
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
