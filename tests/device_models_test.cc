// Golden models as generated C on emulated boards: the same bytes as on the host, both settings, no
// function linked that the network does not need.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "mote/api/device_test.h"
#include "mote/base/error.h"
#include "mote/device/process.h"
#include "tests/golden_models.h"
#include "tests/test_environment.h"

namespace mote {
namespace {

using device::Board;
using device::DeviceReport;

// Networks run on every board, single operators on one for each set of kernels.
bool is_single_operator(const std::string& model) {
  return model.starts_with("op_") || model.starts_with("seanet_");
}

std::vector<Board> boards_for(const std::string& model) {
  if (is_single_operator(model)) return {Board::kM4, Board::kM55, Board::kRiscv};
  const auto all = enum_values(Board{});
  return {all.begin(), all.end()};
}

struct Case {
  std::string model;
  Board board = Board::kM4;
};

void PrintTo(const Case& test, std::ostream* out) { *out << test.model << " " << name(test.board); }

std::vector<Case> cases() {
  std::vector<Case> cases;
  for (const std::string& model : test::golden_folders()) {
    for (const Board board : boards_for(model)) cases.push_back({model, board});
  }
  return cases;
}

bool computes_in_floats(const Graph& graph) {
  for (const NodeId id : graph.topological_order()) {
    for (const ValueId output : graph.node(id).outputs) {
      if (is_float(graph.value(output).type.dtype)) return true;
    }
  }
  return false;
}

// As libgcc and a math library name them: __aeabi_fadd, __mulsf3, __adddf3, expf.
bool is_of_floats(const std::string& function) {
  return function.starts_with("__aeabi_f") || function.starts_with("__aeabi_d") ||
         function.ends_with("sf3") || function.ends_with("df3") || function.ends_with("sf2") ||
         function.ends_with("df2") || function.ends_with("expf") || function.ends_with("tanhf");
}

class DeviceModel : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const device::BoardInfo& board = device::info(GetParam().board);
    for (const device::Tool& tool : {board.compiler(), board.emulator}) {
      if (!device::has_program(tool.program)) GTEST_SKIP() << "install " << tool.package;
    }
  }
  DeviceTestRequest request(PlanKind optimize) const {
    return {.model = {.path = *shared_data() / "golden" / GetParam().model / "model.tflite"},
            .optimize = optimize,
            .device = {.board = GetParam().board, .plugin = MOTE_COUNT_PLUGIN}};
  }
};

TEST_P(DeviceModel, gives_the_bytes_of_the_host) {
  for (const PlanKind optimize : enum_values(PlanKind{})) {
    const DeviceTestRequest wanted = request(optimize);
    DeviceReport report;
    try {
      report = device_test(wanted);
    } catch (const Error& error) {
      // What device-test says that it cannot do, or a network larger than the board.
      if (error.kind() == ErrorKind::kUnsupported || error.kind() == ErrorKind::kInvalidArgument) {
        GTEST_SKIP() << error.what();
      }
      throw;
    }
    EXPECT_EQ(report.mismatched_bytes, 0) << name(optimize);
    EXPECT_GT(report.compared_bytes, 0);
    EXPECT_GT(report.instructions_per_inference, 0);
    if (computes_in_floats(open_model(wanted.model))) continue;
    EXPECT_EQ(std::ranges::count_if(report.helpers, is_of_floats), 0)
        << testing::PrintToString(report.helpers);
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, DeviceModel, testing::ValuesIn(cases()), [](const auto& param) {
  return test::golden_test_name({param.param.model, param.index}) + "_" +
         std::string(name(param.param.board));
});
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(DeviceModel);

}  // namespace
}  // namespace mote
