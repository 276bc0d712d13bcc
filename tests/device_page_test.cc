// What the networks of MLPerf Tiny take of a Cortex-M4 and a Cortex-M55: docs/reference/device.md
// holds the figures, and none may become worse.
#include <gtest/gtest.h>

#include <sstream>

#include "mote/api/device_test.h"
#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/device/process.h"
#include "tests/test_environment.h"

namespace mote {
namespace {

using device::Board;
using device::DeviceReport;

const std::filesystem::path kPage =
    std::filesystem::path(MOTE_SOURCE_DIR) / "docs/reference/device.md";

// Another release of the compiler places instructions otherwise.
constexpr double kSlack = 1.01;

constexpr std::string_view kIntroduction =
    R"(# MLPerf Tiny on emulated microcontrollers

What `mote device-test` reports for the int8 networks of MLPerf Tiny: anomaly detection (ad), keyword spotting (kws), image classification
(ic), visual wake words (vww), streaming wake word (sww). Instructions are of one inference, counted under QEMU; they are not cycles. RAM is
arena, states, stack and static data together; flash is what the model takes beside its weights: code, parameters, tables. All bytes equal
the host's. Made with GCC 12.2 at -O2 by `tools/dev pages`; a test fails when a figure becomes more than 1 % worse.

| network | board | optimize | instructions | RAM, bytes | arena | stack | flash beside weights | weights |
|---|---|---|---|---|---|---|---|---|
)";

struct Row {
  std::string_view network;
  Board board = Board::kM4;
  PlanKind optimize = PlanKind::kSpeed;

  std::string head() const {
    return fmt::format("| {} | {} | {} |", network, name(board), name(optimize));
  }
};

std::vector<Row> rows() {
  std::vector<Row> rows;
  for (const std::string_view network : {"ad", "kws", "ic", "vww", "sww"}) {
    for (const Board board : {Board::kM4, Board::kM55}) {
      for (const PlanKind optimize : enum_values(PlanKind{})) {
        rows.push_back({network, board, optimize});
      }
    }
  }
  return rows;
}

struct Figures {
  int64_t instructions = 0, ram = 0, arena = 0, stack = 0, flash = 0, weights = 0;
};

Figures measure(const Row& row) {
  const DeviceReport report =
      device_test({.model = {.path = *shared_data() / "golden" /
                                     fmt::format("mlperf_{}_int8", row.network) / "model.tflite"},
                   .optimize = row.optimize,
                   .device = {.board = row.board, .plugin = MOTE_COUNT_PLUGIN}});
  EXPECT_EQ(report.mismatched_bytes, 0) << row.head();
  return {report.instructions_per_inference,
          report.ram.total_bytes(),
          report.ram.arena_bytes,
          report.ram.stack_bytes,
          report.flash.code_bytes + report.flash.constants_bytes,
          report.flash.weights_bytes};
}

std::string line_of(const Row& row, const Figures& figures) {
  return fmt::format("{} {} | {} | {} | {} | {} | {} |\n", row.head(), figures.instructions,
                     figures.ram, figures.arena, figures.stack, figures.flash, figures.weights);
}

Figures figures_on(const std::string& page, const Row& row) {
  const size_t at = page.find(row.head());
  if (at == std::string::npos) return {};
  std::istringstream line(page.substr(at + row.head().size(), 200));
  Figures figures;
  for (int64_t* figure : {&figures.instructions, &figures.ram, &figures.arena, &figures.stack,
                          &figures.flash, &figures.weights}) {
    char bar = 0;
    line >> *figure >> bar;
  }
  return figures;
}

void expect_no_worse(int64_t measured, int64_t known, std::string_view what) {
  EXPECT_LE(static_cast<double>(measured), kSlack * static_cast<double>(known)) << what;
}

TEST(DevicePage, holds_figures_that_do_not_become_worse) {
  if (!shared_data()) GTEST_SKIP() << kNoSharedData;
  for (const device::Tool& tool :
       {device::info(Board::kM4).compiler(), device::info(Board::kM4).emulator}) {
    if (!device::has_program(tool.program)) GTEST_SKIP() << "install " << tool.package;
  }
  const char* accept = std::getenv("MOTE_ACCEPT");
  const bool accepting = accept != nullptr && std::string_view(accept) == "1";
  const std::string page = accepting ? std::string() : read_text_file(kPage);
  std::string text(kIntroduction);
  for (const Row& row : rows()) {
    const Figures figures = measure(row);
    text += line_of(row, figures);
    if (accepting) continue;
    SCOPED_TRACE(row.head());
    const Figures known = figures_on(page, row);
    expect_no_worse(figures.instructions, known.instructions, "instructions");
    expect_no_worse(figures.ram, known.ram, "RAM");
    expect_no_worse(figures.flash, known.flash, "flash beside weights");
    expect_no_worse(figures.weights, known.weights, "weights");
  }
  if (accepting) write_file(kPage, std::string_view(text));
  RecordProperty("table", text);
}

}  // namespace
}  // namespace mote
