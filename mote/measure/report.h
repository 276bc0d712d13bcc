// A page that shows what a compression did and what it cost: self-contained HTML, or Markdown.
//
//   Report report{.title = "net.onnx to int8", .before = {...}, .after = {...}};
//   report.steps.push_back({.name = "equalize", .kept = true, .gain_db = 12.3});
//   write_report("report.html", report);
//
// Knows nothing of how the numbers came about: any compression fills it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mote/measure/compare.h"
#include "mote/measure/cost.h"
#include "mote/measure/evaluate.h"

namespace mote {

/// A model before or after.
struct ReportModel {
  std::string name;  ///< usually the file's
  int64_t file_bytes = 0;
  CostTotals cost;
  std::optional<double> top1;  ///< a share
};

/// One step of the work and what it gave.
struct ReportStep {
  std::string name;
  std::string detail;  ///< what it changed, or why it did not apply or help
  bool applies = true;
  bool kept = true;
  double sqnr_db = 0.0;               ///< of the outputs, with this step
  double gain_db = 0.0;               ///< against the state before it
  std::optional<double> agreement;    ///< with the float network, a share
  std::optional<double> top1;         ///< a share
  std::optional<double> gain_points;  ///< of top1 where it is known, else of agreement
};

struct Report {
  std::string title;
  std::string command;  ///< that made it, so that it can be made again
  ReportModel before;
  ReportModel after;
  std::string range_source;  ///< where activation ranges come from
  std::vector<ReportStep> steps;
  std::vector<LayerComparison> layers;   ///< in execution order
  std::optional<Evaluation> evaluation;  ///< of `after`, with `before` as reference
  std::vector<std::string> notes;
};

/// Compares the layers of the report only this far down the list of the worst.
inline constexpr size_t kReportWorstLayers = 8;

std::string report_html(const Report& report);
std::string report_markdown(const Report& report);

/// The format follows the extension: .html or .htm, .md. Throws kInvalidArgument for another, kIo
/// when the file cannot be written.
void write_report(const std::filesystem::path& path, const Report& report);
/// Throws what write_report throws about the extension: to be asked before the work begins.
void check_report_path(const std::filesystem::path& path);

}  // namespace mote
