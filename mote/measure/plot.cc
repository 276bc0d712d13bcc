#include "mote/measure/plot.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace mote::report_detail {
namespace {

constexpr double kWidth = 860.0;
constexpr double kPlotHeight = 180.0;
constexpr double kTop = 26.0;
constexpr double kLeft = 52.0;

std::string opened(double height, const std::string& title) {
  return fmt::format(
      "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n"
      "<text class=\"title\" x=\"0\" y=\"14\">{}</text>\n",
      kWidth, height, escaped(title), escaped(title));
}

std::string rectangle(const char* style, double x, double y, double width, double height,
                      const std::string& tooltip) {
  return fmt::format(
      "<rect class=\"{}\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\"><title>{}"
      "</title></rect>\n",
      style, x, y, width, height, escaped(tooltip));
}

std::string grid_line(double y, const std::string& label) {
  return fmt::format(
      "<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.2f}\" y2=\"{2:.2f}\"/>\n"
      "<text class=\"axis\" x=\"{3}\" y=\"{4:.2f}\" text-anchor=\"end\">{5}</text>\n",
      kLeft, kWidth, y, kLeft - 6.0, y + 4.0, escaped(label));
}

// Linear within +-1, logarithmic beyond, so that ranges from 0.01 to 10000 stay readable.
double symmetric_log(double value) {
  const double magnitude = std::abs(value);
  const double scaled = magnitude < 1.0 ? magnitude : 1.0 + std::log10(magnitude);
  return std::copysign(scaled, value);
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string bar_plot(const std::string& title, const std::vector<Bar>& bars) {
  constexpr double kBarHeight = 22.0;
  constexpr double kLabelWidth = 200.0;
  constexpr double kValueWidth = 110.0;
  double largest = 0.0;
  for (const Bar& bar : bars) largest = std::max(largest, bar.value);
  std::string svg = opened(kTop + kBarHeight * static_cast<double>(bars.size()) + 4.0, title);
  double y = kTop;
  for (size_t i = 0; i < bars.size(); ++i, y += kBarHeight) {
    const double width = largest > 0.0 ? (kWidth - kLabelWidth - kValueWidth) *
                                             std::max(0.0, bars[i].value) / largest
                                       : 0.0;
    svg += fmt::format("<text class=\"axis\" x=\"0\" y=\"{:.2f}\">{}</text>\n", y + 14.0,
                       escaped(bars[i].label));
    svg += rectangle(i % 2 == 0 ? "first" : "second", kLabelWidth, y, width, kBarHeight - 5.0,
                     bars[i].label + ": " + bars[i].text);
    svg += fmt::format("<text class=\"axis\" x=\"{:.2f}\" y=\"{:.2f}\">{}</text>\n",
                       kLabelWidth + width + 6.0, y + 14.0, escaped(bars[i].text));
  }
  return svg + "</svg>\n";
}

std::string column_plot(const std::string& title, const std::string& unit,
                        const std::vector<Point>& points) {
  if (points.empty()) return {};
  double largest = 1e-9;
  for (const Point& point : points) largest = std::max(largest, point.value);
  std::string svg = opened(kTop + kPlotHeight + 8.0, title);
  const double bottom = kTop + kPlotHeight;
  constexpr int kLines = 4;
  for (int i = 0; i <= kLines; ++i) {
    const double value = largest * i / kLines;
    svg += grid_line(bottom - kPlotHeight * i / kLines, fmt::format("{:.0f} {}", value, unit));
  }
  const double step = (kWidth - kLeft) / static_cast<double>(points.size());
  for (size_t i = 0; i < points.size(); ++i) {
    const double height = kPlotHeight * std::max(0.0, points[i].value) / largest;
    svg += rectangle("first", kLeft + step * static_cast<double>(i), bottom - height, step * 0.8,
                     height, fmt::format("{}: {:.1f} {}", points[i].label, points[i].value, unit));
  }
  return svg + "</svg>\n";
}

namespace {

// Which colour is which, on the right of the title.
std::string legend() {
  std::string svg;
  double x = kWidth - 150.0;
  for (const auto& [style, label] : {std::pair("first", "before"), std::pair("second", "after")}) {
    svg += rectangle(style, x, 4.0, 11.0, 11.0, label);
    svg += fmt::format("<text class=\"axis\" x=\"{:.0f}\" y=\"14\">{}</text>\n", x + 16.0, label);
    x += 80.0;
  }
  return svg;
}

}  // namespace

std::string range_plot(const std::string& title, const std::vector<Interval>& first,
                       const std::vector<Interval>& second) {
  if (first.empty() || first.size() != second.size()) return {};
  double low = 0.0;
  double high = 0.0;
  for (const auto* series : {&first, &second}) {
    for (const Interval& interval : *series) {
      low = std::min(low, symmetric_log(interval.low));
      high = std::max(high, symmetric_log(interval.high));
    }
  }
  const double span = std::max(1e-9, high - low);
  const auto y_of = [&](double value) {
    return kTop + kPlotHeight * (high - symmetric_log(value)) / span;
  };
  std::string svg = opened(kTop + kPlotHeight + 8.0, title) + legend();
  for (const double mark :
       {-10000.0, -1000.0, -100.0, -10.0, -1.0, 0.0, 1.0, 10.0, 100.0, 1000.0, 10000.0}) {
    const double position = symmetric_log(mark);
    if (position >= low && position <= high)
      svg += grid_line(y_of(mark), fmt::format("{:g}", mark));
  }
  const double step = (kWidth - kLeft) / static_cast<double>(first.size());
  for (size_t i = 0; i < first.size(); ++i) {
    const double x = kLeft + step * static_cast<double>(i);
    const auto draw = [&](const char* style, double offset, const Interval& interval) {
      const double top = y_of(interval.high);
      svg += rectangle(
          style, x + step * offset, top, step * 0.38, std::max(1.0, y_of(interval.low) - top),
          fmt::format("{}: {:.4g} to {:.4g}", interval.label, interval.low, interval.high));
    };
    draw("first", 0.05, first[i]);
    draw("second", 0.47, second[i]);
  }
  return svg + "</svg>\n";
}

}  // namespace mote::report_detail
