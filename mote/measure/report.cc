#include "mote/measure/report.h"

#include <fmt/core.h>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/measure/plot.h"
#include "mote/measure/report_content.h"

namespace mote {
namespace {

using report_detail::Bar;
using report_detail::escaped;
using report_detail::Interval;
using report_detail::Point;
using report_detail::Table;

constexpr const char* kStyle = R"(
:root { color-scheme: light dark; --ink: #1c2330; --paper: #ffffff; --soft: #6b7486; --line: #d9dee7;
        --first: #2f6fdb; --second: #e08a2e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf2; --paper: #12161e; --soft: #98a2b5; --line: #2c3442; --first: #6fa2ff;
          --second: #f0a95c; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
       max-width: 60em; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; }
th, td { text-align: left; padding: .3em .8em .3em 0; border-bottom: 1px solid var(--line);
         vertical-align: top; }
code { font-size: 13px; color: var(--soft); overflow-wrap: anywhere; }
svg { width: 100%; height: auto; margin: .6em 0; }
.title { font-size: 13px; font-weight: 600; fill: var(--ink); }
.axis { font-size: 11px; fill: var(--soft); } .grid { stroke: var(--line); }
.first { fill: var(--first); } .second { fill: var(--second); }
)";

// A number and its percent sign stay on one line.
std::string html_cell(const std::string& cell) {
  if (!cell.ends_with(" %")) return escaped(cell);
  return escaped(cell.substr(0, cell.size() - 2)) + "&nbsp;%";
}

std::string html_table(const Table& table) {
  std::string html = "<div class=\"scroll\"><table>\n<tr>";
  for (const std::string& title : table.titles) html += "<th>" + escaped(title) + "</th>";
  html += "</tr>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (const std::string& cell : row) html += "<td>" + html_cell(cell) + "</td>";
    html += "</tr>\n";
  }
  return html + "</table></div>\n";
}

std::string markdown_table(const Table& table) {
  const auto line = [](const std::vector<std::string>& cells) {
    std::string text = "|";
    for (std::string cell : cells) {
      for (size_t at = cell.find('|'); at != std::string::npos; at = cell.find('|', at + 2)) {
        cell.insert(at, "\\");
      }
      text += " " + cell + " |";
    }
    return text + "\n";
  };
  std::string text = line(table.titles) + "|";
  for (size_t i = 0; i < table.titles.size(); ++i) text += "---|";
  text += "\n";
  for (const auto& row : table.rows) text += line(row);
  return text;
}

std::string size_plot(const Report& report) {
  const auto bar = [](const std::string& label, int64_t bytes) {
    return Bar{label, static_cast<double>(bytes), report_detail::bytes_text(bytes)};
  };
  return report_detail::bar_plot(
      "Size and memory, before and after",
      {bar("file, before", report.before.file_bytes), bar("file, after", report.after.file_bytes),
       bar("peak RAM, before", report.before.cost.peak_activation_bytes),
       bar("peak RAM, after", report.after.cost.peak_activation_bytes)});
}

std::string accuracy_plot(const Report& report) {
  std::vector<Bar> bars;
  const auto add = [&](const std::string& label, const std::optional<double>& share) {
    if (share) bars.push_back({label, *share, report_detail::share_text(*share)});
  };
  add("top-1, before", report.before.top1);
  add("top-1, after", report.after.top1);
  if (report.evaluation && report.evaluation->reference) {
    add("agreement", report.evaluation->reference->agreement);
  }
  return bars.empty() ? std::string() : report_detail::bar_plot("Accuracy", bars);
}

std::string layer_plots(const Report& report) {
  std::vector<Point> sqnr;
  std::vector<Interval> before;
  std::vector<Interval> after;
  for (const LayerComparison& layer : report.layers) {
    constexpr double kHighestShown = 80.0;  // exact copies would flatten all others
    sqnr.push_back({layer.name, std::min(layer.sqnr_db, kHighestShown)});
    before.push_back({layer.name + ", before", layer.low_a, layer.high_a});
    after.push_back({layer.name + ", after", layer.low_b, layer.high_b});
  }
  return report_detail::column_plot("SQNR of every layer, in execution order", "dB", sqnr) +
         report_detail::range_plot("Range of every layer, before and after", before, after);
}

std::string extension_of(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  if (extension == ".html" || extension == ".htm") return ".html";
  if (extension == ".md") return ".md";
  throw_error(ErrorKind::kInvalidArgument, "'{}': a report is written as .html or .md, not '{}'",
              path.string(), extension);
}

}  // namespace

std::string report_html(const Report& report) {
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n<p>{2}</p>\n",
      escaped(report.title), kStyle, escaped(report_detail::summary(report)));
  if (!report.command.empty()) html += "<p><code>" + escaped(report.command) + "</code></p>\n";
  html += "<h2>Before and after</h2>\n" + html_table(report_detail::before_and_after(report)) +
          size_plot(report) + accuracy_plot(report);
  if (!report.steps.empty()) {
    html += "<h2>Steps</h2>\n";
    html += "<p>" + escaped(report_detail::about_steps(report)) + "</p>\n";
    html += html_table(report_detail::steps(report));
  }
  if (!report.layers.empty()) {
    html += "<h2>Layers</h2>\n" + layer_plots(report);
    const Table worst = report_detail::worst_layers(report);
    html += worst.rows.empty() ? "<p>No layer adds noise worth naming.</p>\n" : html_table(worst);
  }
  if (!report.notes.empty()) {
    html += "<h2>Notes</h2>\n<ul>\n";
    for (const std::string& note : report.notes) html += "<li>" + escaped(note) + "</li>\n";
    html += "</ul>\n";
  }
  return html + "</body>\n</html>\n";
}

std::string report_markdown(const Report& report) {
  std::string text = fmt::format("# {}\n\n{}\n", report.title, report_detail::summary(report));
  if (!report.command.empty()) text += "\n    " + report.command + "\n";
  text += "\n## Before and after\n\n" + markdown_table(report_detail::before_and_after(report));
  if (!report.steps.empty()) {
    text += "\n## Steps\n\n";
    text += report_detail::about_steps(report) + "\n\n";
    text += markdown_table(report_detail::steps(report));
  }
  if (!report.layers.empty()) {
    const Table worst = report_detail::worst_layers(report);
    text += "\n## Worst layers\n\n";
    text += worst.rows.empty() ? "No layer adds noise worth naming.\n" : markdown_table(worst);
  }
  if (!report.notes.empty()) {
    text += "\n## Notes\n\n";
    for (const std::string& note : report.notes) text += "- " + note + "\n";
  }
  return text;
}

void check_report_path(const std::filesystem::path& path) {
  extension_of(path);
  check_writable(path);
}

void write_report(const std::filesystem::path& path, const Report& report) {
  const bool html = extension_of(path) == ".html";
  const std::string text = html ? report_html(report) : report_markdown(report);
  write_file(path, std::string_view(text));
}

}  // namespace mote
