#include "mote/measure/compare.h"

#include <algorithm>
#include <map>
#include <memory>

#include "mote/base/error.h"
#include "mote/measure/accuracy.h"
#include "mote/measure/diagnose.h"
#include "mote/measure/layer_statistics.h"
#include "mote/measure/match.h"
#include "mote/measure/real_values.h"

namespace mote {
namespace {

int64_t channel_count(const TensorType& type) {
  return type.shape.rank() == 0 ? 1 : std::max<int64_t>(1, type.shape.bind(1).back());
}

// One worker's executors and the values of `a` it holds for the sample at hand.
struct Session {
  std::unique_ptr<Executor> a;
  std::unique_ptr<Executor> b;
  std::map<ValueId, std::vector<float>> values_of_a;
  std::vector<LayerStatistics>* statistics = nullptr;
};

class Comparer {
 public:
  Comparer(const Graph& a, const Graph& b, const SampleSource& samples,
           const CompareOptions& options)
      : a_(a), b_(b), samples_(samples), options_(options), pairs_(match_values(a, b)) {
    if (samples.count <= 0) {
      throw_error(ErrorKind::kInvalidArgument,
                  "there are no samples to compare on; check the dataset, --skip and --limit");
    }
    if (pairs_.empty()) {
      throw_error(
          ErrorKind::kInvalidArgument,
          "no layers of '{}' and '{}' match, neither by name nor by order; are they the same "
          "network?",
          a.name(), b.name());
    }
    for (size_t i = 0; i < pairs_.size(); ++i) {
      pair_of_b_.emplace(pairs_[i].b, i);
      needed_of_a_.emplace(pairs_[i].a, i);
      totals_.emplace_back(channel_count(a.value(pairs_[i].a).type));
    }
    sessions_.resize(static_cast<size_t>(std::max(1, options.threads)));
  }

  ModelComparison run(const Observer& observer) {
    using Statistics = std::vector<LayerStatistics>;
    stream_in_order<Statistics>(
        samples_.count, {.threads = options_.threads, .phase = "compare"}, observer,
        [&](int64_t index, int worker) { return measure(index, session(worker)); },
        [&](int64_t, Statistics&& later) {
          for (size_t i = 0; i < totals_.size(); ++i) totals_[i].merge(later[i]);
        });
    return finish();
  }

 private:
  Session& session(int worker) {
    Session& session = sessions_[static_cast<size_t>(worker)];
    if (session.a != nullptr) return session;
    session.a = std::make_unique<Executor>(a_, options_.exec);
    session.b = std::make_unique<Executor>(b_, options_.exec_b.value_or(options_.exec));
    session.a->set_hook(
        [this, &session](NodeId, const Node& node, std::span<const ConstTensorView> outputs) {
          for (size_t i = 0; i < outputs.size(); ++i) {
            const ValueId id = node.outputs[i];
            if (!needed_of_a_.contains(id)) continue;
            session.values_of_a[id] = real_values(outputs[i], a_.value(id).type);
          }
        });
    session.b->set_hook([this, &session](NodeId, const Node& node,
                                         std::span<const ConstTensorView> outputs) {
      for (size_t i = 0; i < outputs.size(); ++i) {
        const auto found = pair_of_b_.find(node.outputs[i]);
        if (found == pair_of_b_.end()) continue;
        const TensorType& type = b_.value(node.outputs[i]).type;
        (*session.statistics)[found->second].add(session.values_of_a.at(pairs_[found->second].a),
                                                 real_values(outputs[i], type), outputs[i], type);
      }
    });
    return session;
  }

  std::vector<LayerStatistics> measure(int64_t index, Session& session) const {
    return with_context([&] { return describe_sample(samples_, index); },
                        [&] {
                          std::vector<LayerStatistics> statistics;
                          for (const LayerStatistics& total : totals_)
                            statistics.emplace_back(total.channels());
                          session.statistics = &statistics;
                          session.a->reset();
                          session.b->reset();
                          session.a->run(samples_.inputs(index, a_));
                          session.b->run(samples_.inputs(index, b_));
                          return statistics;
                        });
  }

  // Inside the network up to a factor per channel; the results as they are.
  double sqnr(size_t pair) const {
    const LayerStatistics& total = totals_[pair];
    return decibels(total.signal,
                    b_.is_output(pairs_[pair].b) ? total.noise : total.aligned_noise());
  }

  // The worst of what the node is given; a domain change hands on what it was given itself.
  double input_sqnr(const Node& node) const {
    double worst = decibels(1.0, 0.0);
    for (const ValueId input : node.inputs) {
      if (!input.valid() || b_.value(input).kind != ValueKind::kComputed) continue;
      const auto found = pair_of_b_.find(input);
      worst = std::min(worst, found != pair_of_b_.end()
                                  ? sqnr(found->second)
                                  : input_sqnr(b_.node(b_.value(input).producer)));
    }
    return worst;
  }

  ModelComparison finish() const {
    ModelComparison result{.samples = samples_.count};
    for (size_t i = 0; i < pairs_.size(); ++i) {
      const LayerStatistics& total = totals_[i];
      const Node& node = b_.node(b_.value(pairs_[i].b).producer);
      LayerComparison layer{.name = b_.value(pairs_[i].b).name,
                            .op = std::string(node.op->name),
                            .sqnr_db = sqnr(i),
                            .input_sqnr_db = input_sqnr(node),
                            .low_a = total.low_a,
                            .high_a = total.high_a,
                            .low_b = total.low_b,
                            .high_b = total.high_b};
      layer.rescaled = total.rescaled();
      layer.saturated = total.count == 0 || layer.rescaled ? 0.0
                                                           : static_cast<double>(total.saturated) /
                                                                 static_cast<double>(total.count);
      layer.outlier_ratio = total.outlier_ratio();
      layer.dead_channels = total.dead_channels();
      layer.channels = total.channels();
      layer.bias_share = total.bias_share();
      diagnose(b_, node, layer);
      result.layers.push_back(std::move(layer));
    }
    result.output_sqnr_db = result.layers.back().sqnr_db;
    for (const ValueId output : b_.outputs()) {
      const auto found = pair_of_b_.find(output);
      if (found != pair_of_b_.end()) result.output_sqnr_db = sqnr(found->second);
    }
    for (const ValueId id : b_.values()) {
      const bool computed = b_.value(id).kind == ValueKind::kComputed;
      result.unmatched += computed && !pair_of_b_.contains(id) ? 1 : 0;
    }
    return result;
  }

  const Graph& a_;
  const Graph& b_;
  const SampleSource& samples_;
  const CompareOptions& options_;
  std::vector<ValuePair> pairs_;
  std::map<ValueId, size_t> pair_of_b_;
  std::map<ValueId, size_t> needed_of_a_;
  std::vector<LayerStatistics> totals_;
  std::vector<Session> sessions_;
};

}  // namespace

ModelComparison compare_models(const Graph& a, const Graph& b, const SampleSource& samples,
                               const CompareOptions& options, const Observer& observer) {
  return Comparer(a, b, samples, options).run(observer);
}

std::vector<LayerComparison> worst_layers(const ModelComparison& comparison, size_t count) {
  std::vector<LayerComparison> layers;
  for (const LayerComparison& layer : comparison.layers) {
    if (layer.sqnr_db < kGoodSqnrDb && layer.added_db() > 0.0) layers.push_back(layer);
  }
  std::stable_sort(layers.begin(), layers.end(),
                   [](const LayerComparison& x, const LayerComparison& y) {
                     return x.added_db() > y.added_db();
                   });
  layers.resize(std::min(count, layers.size()));
  return layers;
}

}  // namespace mote
