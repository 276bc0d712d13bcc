#include "mote/measure/report_content.h"

#include <fmt/core.h>

#include "mote/measure/accuracy.h"

namespace mote::report_detail {
namespace {

std::string ratio_text(int64_t before, int64_t after) {
  if (before <= 0 || after <= 0) return "";
  return fmt::format("{:.2f} times", static_cast<double>(after) / static_cast<double>(before));
}

std::string count_text(int64_t count) {
  const auto value = static_cast<double>(count);
  if (count < 10'000) return std::to_string(count);
  if (count < 1'000'000) return fmt::format("{:.1f} thousand", value / 1e3);
  return fmt::format("{:.2f} million", value / 1e6);
}

std::string optional_share(const std::optional<double>& share) {
  return share ? share_text(*share) : "";
}

}  // namespace

std::string bytes_text(int64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (bytes < 1024) return fmt::format("{} B", bytes);
  if (bytes < 1024 * 1024) return fmt::format("{:.1f} KB", value / 1024.0);
  return fmt::format("{:.2f} MB", value / (1024.0 * 1024.0));
}

std::string share_text(double share) { return fmt::format("{:.2f} %", 100.0 * share); }

Table before_and_after(const Report& report) {
  const ReportModel& before = report.before;
  const ReportModel& after = report.after;
  Table table{{"", before.name, after.name, ""}, {}};
  const auto bytes = [&](const char* what, int64_t was, int64_t is) {
    table.rows.push_back({what, bytes_text(was), bytes_text(is), ratio_text(was, is)});
  };
  bytes("file", before.file_bytes, after.file_bytes);
  bytes("weights", before.cost.weight_bytes, after.cost.weight_bytes);
  bytes("peak RAM of activations", before.cost.peak_activation_bytes,
        after.cost.peak_activation_bytes);
  table.rows.push_back({"parameters", count_text(before.cost.parameters),
                        count_text(after.cost.parameters),
                        ratio_text(before.cost.parameters, after.cost.parameters)});
  table.rows.push_back({"MACs", count_text(before.cost.macs), count_text(after.cost.macs),
                        ratio_text(before.cost.macs, after.cost.macs)});
  if (before.top1 && after.top1) {
    table.rows.push_back({"top-1", share_text(*before.top1), share_text(*after.top1),
                          fmt::format("{:+.2f} points", 100.0 * (*after.top1 - *before.top1))});
  }
  return table;
}

Table steps(const Report& report) {
  Table table{
      {"step", "kept", "gain, dB", "SQNR, dB", "agreement", "top-1", "gain, points", "what it did"},
      {}};
  for (const ReportStep& step : report.steps) {
    const std::string kept = !step.applies ? "does not apply" : step.kept ? "yes" : "no, undone";
    table.rows.push_back({step.name, kept, step.applies ? fmt::format("{:+.2f}", step.gain_db) : "",
                          step.applies ? fmt::format("{:.2f}", step.sqnr_db) : "",
                          optional_share(step.agreement), optional_share(step.top1),
                          step.gain_points ? fmt::format("{:+.2f}", *step.gain_points) : "",
                          step.detail});
  }
  return table;
}

std::string about_steps(const Report& report) {
  std::string text;
  if (!report.range_source.empty()) text = "Activation ranges: " + report.range_source + ". ";
  return text +
         "What a step gave is measured against the float network on the inputs that ranges come "
         "from.";
}

Table worst_layers(const Report& report) {
  Table table{{"layer", "operator", "SQNR, dB", "given, dB", "because", "mend it with"}, {}};
  ModelComparison comparison;
  comparison.layers = report.layers;
  for (const LayerComparison& layer : mote::worst_layers(comparison, kReportWorstLayers)) {
    table.rows.push_back({layer.name, layer.op, decibel_text(layer.sqnr_db),
                          decibel_text(layer.input_sqnr_db), layer.explanation, layer.remedy});
  }
  return table;
}

std::string summary(const Report& report) {
  std::string text = fmt::format("{} became {}", bytes_text(report.before.file_bytes),
                                 bytes_text(report.after.file_bytes));
  if (!report.evaluation) return text + ".";
  const Evaluation& evaluation = *report.evaluation;
  text += fmt::format("; {} of {} right", evaluation.correct, evaluation.labelled);
  if (evaluation.reference) {
    text += fmt::format(
        ", {:+.2f} points against the original (standard error {:.2f}, paired by sample), "
        "agreement "
        "{}",
        100.0 * evaluation.reference->difference, 100.0 * evaluation.reference->standard_error,
        share_text(evaluation.reference->agreement));
  }
  return text + ".";
}

}  // namespace mote::report_detail
