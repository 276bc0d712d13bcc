#include "mote/api/quantize.h"

#include <algorithm>
#include <set>

#include "mote/api/convert.h"
#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/compress/quantize/synthetic.h"
#include "mote/formats/model_file.h"
#include "mote/measure/compare.h"

namespace mote {
namespace {

// Layers are compared on this many samples: SQNR is stable long before accuracy is.
constexpr int64_t kCompareSamples = 32;

void check_outputs(const QuantizeRequest& request) {
  if (request.outputs.empty()) {
    throw_error(ErrorKind::kInvalidArgument, "no output file was named");
  }
  std::set<std::filesystem::path> seen;
  for (const std::filesystem::path& path : request.outputs) {
    check_output_path(path, request.model.path);
    if (!seen.insert(path).second) {
      throw_error(ErrorKind::kInvalidArgument, "'{}' is named as output twice", path.string());
    }
  }
  if (!request.report.empty()) check_report_path(request.report);
}

// The samples of `all` at `indices`, in that order.
SampleSource chosen(const SampleSource& all, std::vector<int64_t> indices) {
  SampleSource source{.count = static_cast<int64_t>(indices.size())};
  const auto at = [kept = std::move(indices)](int64_t index) {
    return kept[static_cast<size_t>(index)];
  };
  source.inputs = [all, at](int64_t index, const Graph& graph) {
    return all.inputs(at(index), graph);
  };
  source.label = [all, at](int64_t index) { return all.label(at(index)); };
  source.fingerprint = [all, at](int64_t index) { return all.fingerprint(at(index)); };
  source.name = [all, at](int64_t index) { return all.name(at(index)); };
  return source;
}

std::vector<int64_t> not_calibrated_on(const SampleSource& samples,
                                       const std::set<uint64_t>& calibrated_on) {
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < samples.count; ++i) {
    if (!calibrated_on.contains(samples.fingerprint(i))) indices.push_back(i);
  }
  return indices;
}

class QuantizeJob {
 public:
  QuantizeJob(const QuantizeRequest& request, const Observer& observer)
      : request_(request), observer_(observer) {}

  QuantizeOutcome run() {
    ConversionReport report;
    graph_ = open_model(request_.model, &report);
    check_outputs(request_);
    open_samples();
    outcome_.before = model_cost(graph_);
    quantize_graph();
    outcome_.after = model_cost(outcome_.result.graph);
    outcome_.bytes_before = file_bytes(request_.model.path);
    evaluate_on_data();
    std::vector<LayerComparison> layers = compare_layers();
    write_models(report);
    outcome_.changes = std::move(report.changes);
    if (!request_.report.empty()) {
      write_report(request_.report, make_report(std::move(layers)));
      outcome_.written.push_back({request_.report, file_bytes(request_.report)});
    }
    return std::move(outcome_);
  }

 private:
  // No file is written before every format has taken the graph.
  void write_models(ConversionReport& report) {
    std::vector<std::vector<std::byte>> files;
    for (const std::filesystem::path& path : request_.outputs) {
      files.push_back(encode_model(path, outcome_.result.graph,
                                   {.source = request_.model.path, .report = &report}));
    }
    for (size_t i = 0; i < files.size(); ++i) {
      write_file(request_.outputs[i], files[i]);
      outcome_.written.push_back({request_.outputs[i], static_cast<int64_t>(files[i].size())});
    }
  }

  void open_samples() {
    if (!request_.samples) return;
    const data::Dataset dataset = open_data(*request_.samples);
    samples_ = dataset_samples(dataset);
    label_offset_ = label_offset_for(dataset, graph_);
    for (int64_t i = 0; i < samples_.count; ++i) calibrated_on_.insert(samples_.fingerprint(i));
  }

  void quantize_graph() {
    QuantizeOptions options = request_.options;
    options.threads = request_.compute.threads;
    options.exec = request_.compute.exec;
    options.label_offset = label_offset_;
    outcome_.result = quantize(std::move(graph_), samples_, options, observer_);
  }

  void evaluate_on_data() {
    if (!request_.data) return;
    const data::Dataset dataset = open_data(*request_.data);
    const SampleSource all = dataset_samples(dataset);
    std::vector<int64_t> indices = not_calibrated_on(all, calibrated_on_);
    outcome_.left_out = all.count - static_cast<int64_t>(indices.size());
    if (indices.empty()) {
      throw_error(
          ErrorKind::kInvalidArgument,
          "every sample of '{}' is used for calibration, so none is left to count on; lower "
          "--sample-count or name another dataset",
          dataset.spec().name);
    }
    EvaluateOptions options{.task = dataset.spec().task,
                            .reference = &outcome_.result.reference,
                            .exec = request_.compute.exec,
                            .threads = request_.compute.threads};
    options.label_offset = label_offset_for(dataset, outcome_.result.graph);
    options.reference_label_offset = options.label_offset;
    outcome_.evaluation =
        evaluate_model(outcome_.result.graph, chosen(all, std::move(indices)), options, observer_);
  }

  std::vector<LayerComparison> compare_layers() const {
    if (request_.report.empty()) return {};
    SampleSource samples = samples_;
    if (samples.count == 0) {
      samples =
          synthetic_samples(outcome_.result.reference, {.count = kCompareSamples,
                                                        .seed = request_.options.seed,
                                                        .ranges = request_.options.input_ranges});
    }
    samples.count = std::min(samples.count, kCompareSamples);
    const CompareOptions options{.exec = request_.compute.exec,
                                 .threads = request_.compute.threads};
    return compare_models(outcome_.result.reference, outcome_.result.graph, samples, options,
                          observer_)
        .layers;
  }

  Report make_report(std::vector<LayerComparison> layers) const {
    const std::string name = request_.model.path.filename().string();
    Report report{
        .title = fmt::format("{} quantized to {}", name, mote::name(request_.options.scheme)),
        .command = request_.command};
    report.before = {
        .name = name, .file_bytes = outcome_.bytes_before, .cost = outcome_.before.totals};
    report.after = {.name = outcome_.written[0].path.filename().string(),
                    .file_bytes = outcome_.written[0].bytes,
                    .cost = outcome_.after.totals};
    report.range_source = outcome_.result.range_source;
    report.evaluation = outcome_.evaluation;
    if (outcome_.evaluation && outcome_.evaluation->labelled > 0) {
      report.before.top1 = outcome_.evaluation->reference->top1;
      report.after.top1 = outcome_.evaluation->top1;
    }
    for (const QuantizeStep& step : outcome_.result.steps) report.steps.push_back(row_of(step));
    add_gains_in_points(report.steps);
    report.layers = std::move(layers);
    report.notes = outcome_.result.notes;
    for (const auto& [node, reason] : outcome_.result.float_nodes) {
      report.notes.push_back(fmt::format("'{}' stays float: {}", node, reason));
    }
    for (const ConversionChange& change : outcome_.changes) {
      report.notes.push_back(change.subject + ": " + change.change);
    }
    return report;
  }

  static ReportStep row_of(const QuantizeStep& step) {
    ReportStep row{.name = step.name,
                   .detail = step.detail,
                   .applies = step.applies,
                   .kept = step.kept,
                   .sqnr_db = step.sqnr_db,
                   .gain_db = step.gain_db};
    if (!step.applies) return row;
    row.agreement = step.agreement;
    row.top1 = step.top1;
    return row;
  }

  // Against the last state that was kept: in top-1 where it is known, else in agreement.
  static void add_gains_in_points(std::vector<ReportStep>& steps) {
    const ReportStep* before = nullptr;
    for (ReportStep& step : steps) {
      if (!step.applies) continue;
      if (before != nullptr) {
        const bool labelled = step.top1 && before->top1;
        const double gain =
            labelled ? *step.top1 - *before->top1 : *step.agreement - *before->agreement;
        step.gain_points = 100.0 * gain;
      }
      if (step.kept) before = &step;
    }
  }

  const QuantizeRequest& request_;
  const Observer& observer_;
  Graph graph_;
  SampleSource samples_;
  int64_t label_offset_ = 0;
  std::set<uint64_t> calibrated_on_;
  QuantizeOutcome outcome_;
};

}  // namespace

QuantizeOutcome quantize(const QuantizeRequest& request, const Observer& observer) {
  return QuantizeJob(request, observer).run();
}

}  // namespace mote
