// Small plots as SVG text, for the report page.
#pragma once

#include <string>
#include <vector>

namespace mote::report_detail {

struct Bar {
  std::string label;
  double value = 0.0;
  std::string text;  ///< the value as it is written beside the bar
};
/// Horizontal bars from 0 to the largest value.
std::string bar_plot(const std::string& title, const std::vector<Bar>& bars);

struct Point {
  std::string label;
  double value = 0.0;
};
/// One column per point, from 0 to the largest value, the label as a tooltip; for values per layer.
std::string column_plot(const std::string& title, const std::string& unit,
                        const std::vector<Point>& points);

struct Interval {
  std::string label;
  double low = 0.0;
  double high = 0.0;
};
/// Ranges per layer on a symmetric logarithmic axis, two series side by side; as many of each.
std::string range_plot(const std::string& title, const std::vector<Interval>& first,
                       const std::vector<Interval>& second);

/// Text safe inside HTML and SVG.
std::string escaped(const std::string& text);

}  // namespace mote::report_detail
