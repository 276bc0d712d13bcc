#include "mote/measure/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mote/base/error.h"
#include "mote/measure/plot.h"

namespace mote {
namespace {

using testing::HasSubstr;
using testing::Not;

Report small_report() {
  Report report{.title = "net <1> to int8", .command = "mote quantize net.onnx"};
  report.before = {.name = "net.onnx", .file_bytes = 4096, .top1 = 0.9};
  report.after = {.name = "net.tflite", .file_bytes = 1024, .top1 = 0.89};
  report.steps = {{.name = "equalize", .detail = "12 | pairs", .sqnr_db = 20.0, .gain_db = 8.5},
                  {.name = "absorb", .detail = "did not help", .kept = false, .gain_db = -1.0}};
  report.layers = {{.name = "conv1", .op = "conv_2d", .sqnr_db = 12.0, .input_sqnr_db = 200.0}};
  report.layers[0].explanation = "one scale serves weights";
  return report;
}

TEST(Report, html_is_self_contained_and_escaped) {
  const std::string html = report_html(small_report());
  EXPECT_THAT(html, HasSubstr("<title>net &lt;1&gt; to int8</title>"));
  EXPECT_THAT(html, HasSubstr("equalize"));
  EXPECT_THAT(html, HasSubstr("no, undone"));
  EXPECT_THAT(html, HasSubstr("<svg"));
  EXPECT_THAT(html, Not(HasSubstr("http")));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
}

TEST(Report, markdown_has_the_same_tables) {
  const std::string text = report_markdown(small_report());
  EXPECT_THAT(text, HasSubstr("| file | 4.0 KB | 1.0 KB | 0.25 times |"));
  EXPECT_THAT(text, HasSubstr("| top-1 | 90.00 % | 89.00 % | -1.00 points |"));
  EXPECT_THAT(text, HasSubstr("12 \\| pairs"));
  EXPECT_THAT(text, HasSubstr("one scale serves weights"));
}

TEST(Report, refuses_an_unknown_extension_before_the_work) {
  EXPECT_THROW(check_report_path("report.pdf"), Error);
  check_report_path("report.md");
}

TEST(Plot, draws_one_column_for_each_point) {
  const std::string svg =
      report_detail::column_plot("t", "dB", {{"a", 10.0}, {"b", 5.0}, {"c", -3.0}});
  size_t columns = 0;
  for (size_t at = svg.find("<rect"); at != std::string::npos; at = svg.find("<rect", at + 1)) {
    ++columns;
  }
  EXPECT_EQ(columns, 3u);
  EXPECT_THAT(svg, Not(HasSubstr("height=\"-")));
}

}  // namespace
}  // namespace mote
