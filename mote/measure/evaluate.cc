#include "mote/measure/evaluate.h"

#include <memory>
#include <set>

#include "mote/base/error.h"
#include "mote/measure/accuracy.h"
#include "mote/measure/fingerprint.h"
#include "mote/measure/real_values.h"

namespace mote {
namespace {

// The real numbers of every output, one after the other, and those of output 0.
struct Answer {
  std::vector<float> first;
  std::vector<float> all;
};

Answer answer_of(const Graph& graph, std::span<const Tensor> outputs) {
  Answer answer;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const std::vector<float> values = real_values(outputs[i], graph.value(graph.outputs()[i]).type);
    if (i == 0) answer.first = values;
    answer.all.insert(answer.all.end(), values.begin(), values.end());
  }
  return answer;
}

struct SampleResult {
  std::vector<Tensor> outputs;  // kept only for on_outputs
  bool labelled = false;
  bool positive = false;
  int64_t rank = 0;
  double anomaly_score = 0.0;
  bool agrees = false;
  int64_t reference_rank = 0;
  double signal = 0.0;
  double noise = 0.0;
};

double mean_squared_error(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size() || a.empty()) {
    throw_error(ErrorKind::kInvalidArgument,
                "anomaly detection compares the output with the input, but they have {} and {} "
                "elements; set another task in the dataset",
                b.size(), a.size());
  }
  double sum = 0.0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double d = static_cast<double>(a[i]) - b[i];
    sum += d * d;
  }
  return sum / static_cast<double>(a.size());
}

// One worker's executors.
struct Session {
  std::unique_ptr<Executor> model;
  std::unique_ptr<Executor> reference;
};

class Evaluator {
 public:
  Evaluator(const Graph& graph, const SampleSource& samples, const EvaluateOptions& options)
      : graph_(graph), samples_(samples), options_(options) {
    if (samples.count <= 0) {
      throw_error(ErrorKind::kInvalidArgument,
                  "there are no samples to evaluate; check the dataset, --skip and --limit");
    }
    if (!options.allow_overlap) calibrated_on_ = calibration_fingerprints(graph);
    sessions_.resize(static_cast<size_t>(std::max(1, options.threads)));
  }

  Evaluation run(const Observer& observer) {
    stream_in_order<SampleResult>(
        samples_.count, {.threads = options_.threads, .phase = "evaluate"}, observer,
        [&](int64_t index, int worker) { return measure(index, worker); },
        [&](int64_t index, SampleResult&& result) { fold(index, std::move(result)); });
    return finish();
  }

 private:
  SampleResult measure(int64_t index, int worker) {
    return with_context([&] { return describe_sample(samples_, index); },
                        [&] { return measure_sample(index, session(worker)); });
  }

  Session& session(int worker) {
    Session& session = sessions_[static_cast<size_t>(worker)];
    if (session.model == nullptr) {
      session.model = std::make_unique<Executor>(graph_, options_.exec);
      if (options_.reference != nullptr) {
        session.reference = std::make_unique<Executor>(
            *options_.reference, options_.reference_exec.value_or(options_.exec));
      }
    }
    return session;
  }

  void refuse_overlap(int64_t index) const {
    if (calibrated_on_.empty() || !samples_.fingerprint) return;
    if (!calibrated_on_.contains(samples_.fingerprint(index))) return;
    throw_error(ErrorKind::kInvalidArgument,
                "the model was calibrated on this sample, so it proves nothing; skip those samples "
                "with --skip, or pass --allow-overlap");
  }

  SampleResult measure_sample(int64_t index, Session& session) const {
    refuse_overlap(index);
    const std::optional<int64_t> label =
        samples_.label ? samples_.label(index) : std::optional<int64_t>();
    const std::vector<Tensor> inputs = samples_.inputs(index, graph_);
    session.model->reset();
    std::vector<Tensor> outputs = session.model->run(inputs);
    const Answer answer = answer_of(graph_, outputs);
    SampleResult result;
    judge(label, inputs, answer, result);
    if (session.reference != nullptr) {
      session.reference->reset();
      const Graph& reference = *options_.reference;
      compare(label, answer,
              answer_of(reference, session.reference->run(samples_.inputs(index, reference))),
              result);
    }
    if (options_.on_outputs) result.outputs = std::move(outputs);
    return result;
  }

  void judge(std::optional<int64_t> label, std::span<const Tensor> inputs, const Answer& answer,
             SampleResult& result) const {
    result.labelled = label.has_value();
    switch (options_.task) {
      case data::Task::kClassification:
        if (answer.first.empty()) throw_error(ErrorKind::kInvalidModel, "output 0 is empty");
        if (result.labelled) {
          result.rank = rank_of(answer.first, *label + options_.label_offset);
        }
        break;
      case data::Task::kAnomaly: {
        const TensorType& type = graph_.value(graph_.inputs()[0]).type;
        result.anomaly_score = mean_squared_error(real_values(inputs[0], type), answer.first);
        result.positive = result.labelled && *label != 0;
        break;
      }
      case data::Task::kReconstruction:
      case data::Task::kUnlabelled:
        break;
    }
  }

  void compare(std::optional<int64_t> label, const Answer& answer, const Answer& reference,
               SampleResult& result) const {
    if (options_.task == data::Task::kClassification || options_.task == data::Task::kUnlabelled) {
      result.agrees = best_class(answer.first) - options_.label_offset ==
                      best_class(reference.first) - options_.reference_label_offset;
      if (result.labelled) {
        result.reference_rank = rank_of(reference.first, *label + options_.reference_label_offset);
      }
    }
    if (answer.all.size() != reference.all.size()) return;
    for (size_t i = 0; i < answer.all.size(); ++i) {
      const double signal = reference.all[i];
      const double noise = static_cast<double>(answer.all[i]) - signal;
      result.signal += signal * signal;
      result.noise += noise * noise;
    }
  }

  void fold(int64_t index, SampleResult&& result) {
    if (options_.on_outputs) options_.on_outputs(index, result.outputs);
    ++evaluation_.total;
    agreeing_ += result.agrees ? 1 : 0;
    signal_ += result.signal;
    noise_ += result.noise;
    if (!result.labelled) return;
    ++evaluation_.labelled;
    if (options_.task == data::Task::kAnomaly) {
      anomaly_scores_.push_back(result.anomaly_score);
      anomalous_.push_back(result.positive ? 1 : 0);
      return;
    }
    if (options_.task != data::Task::kClassification) return;
    const bool right = result.rank == 0;
    const bool reference_right = result.reference_rank == 0;
    evaluation_.correct += right ? 1 : 0;
    evaluation_.correct_top5 += result.rank < 5 ? 1 : 0;
    if (options_.reference == nullptr) return;
    reference_correct_ += reference_right ? 1 : 0;
    difference_.add((right ? 1.0 : 0.0) - (reference_right ? 1.0 : 0.0));
  }

  Evaluation finish() {
    const auto share = [&](int64_t part, int64_t whole) {
      return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
    };
    Evaluation& result = evaluation_;
    result.top1 = share(result.correct, result.labelled);
    result.top5 = share(result.correct_top5, result.labelled);
    if (options_.task == data::Task::kAnomaly && result.labelled > 0) {
      const auto positive = std::make_unique<bool[]>(anomalous_.size());
      for (size_t i = 0; i < anomalous_.size(); ++i) positive[i] = anomalous_[i] != 0;
      result.auc = area_under_roc(anomaly_scores_, {positive.get(), anomalous_.size()});
    }
    if (options_.reference != nullptr) {
      result.reference = ReferenceComparison{
          .correct = reference_correct_,
          .top1 = share(reference_correct_, result.labelled),
          .agreement = share(agreeing_, result.total),
          .difference = difference_.mean(),
          .standard_error = difference_.standard_error(),
          .output_sqnr_db = decibels(signal_, noise_),
      };
    }
    return result;
  }

  const Graph& graph_;
  const SampleSource& samples_;
  const EvaluateOptions& options_;
  std::set<uint64_t> calibrated_on_;
  std::vector<Session> sessions_;
  Evaluation evaluation_;
  int64_t reference_correct_ = 0;
  int64_t agreeing_ = 0;
  double signal_ = 0.0;
  double noise_ = 0.0;
  PairedDifference difference_;
  std::vector<double> anomaly_scores_;
  std::vector<char> anomalous_;
};

}  // namespace

Evaluation evaluate_model(const Graph& graph, const SampleSource& samples,
                          const EvaluateOptions& options, const Observer& observer) {
  return Evaluator(graph, samples, options).run(observer);
}

}  // namespace mote
