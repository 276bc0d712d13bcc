// Firmware on every board, around a model written by hand, so that what it costs is known.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "mote/base/file.h"
#include "mote/base/random.h"
#include "mote/device/counts.h"
#include "mote/device/emulator.h"
#include "mote/device/on_device.h"
#include "mote/device/process.h"
#include "mote/lower/lower.h"
#include "mote/ops/op_table.h"

namespace mote::device {
namespace {

constexpr const char* kPlugin = MOTE_COUNT_PLUGIN;
constexpr int64_t kElements = 64;

// x -> relu -> relu6 -> y.
std::shared_ptr<const Program> two_layers() {
  Graph graph("two");
  const ValueId x = graph.add_input("x", {DataType::kF32, {1, kElements}});
  const ValueId a = graph.add_node({.op = &op("relu"), .name = "first", .inputs = {x}})[0];
  graph.set_outputs(graph.add_node({.op = &op("relu6"), .name = "second", .inputs = {a}}));
  return std::make_shared<const Program>(lower(graph, {.isa = Isa::kPortable}));
}

// The second layer runs a loop of two instructions 1000 times beside its work, and takes 256 bytes
// of stack.
constexpr std::string_view kSource = R"(
#include "two.h"
static uint8_t two_arena[512] __attribute__((aligned(16)));
static volatile uint8_t two_state[32];
static const float constant_0[3] = {0.0f, 1.0f, LIMIT};
static uint32_t runs;
void two_init(void) { two_state[0] = 0; }
void* two_input(int32_t i) { (void)i; return two_arena; }
const void* two_output(int32_t i) { (void)i; return two_arena + 256; }
static __attribute__((noinline)) void two_layer_0(void) {
  const float* x = (const float*)(const void*)two_arena;
  float* y = (float*)(void*)(two_arena + 256);
  for (int i = 0; i < 64; ++i) y[i] = x[i] > 0.0f ? x[i] : 0.0f;
}
static __attribute__((noinline)) void two_layer_1(void) {
  volatile uint32_t stack[64];
  float* y = (float*)(void*)(two_arena + 256);
  for (int i = 0; i < 64; ++i) y[i] = y[i] < 6.0f ? y[i] : constant_0[runs < 100 ? 2 : 1];
  uint32_t n = 1000;
#if defined(__riscv)
  __asm__ volatile("1: addi %0, %0, -1\n bnez %0, 1b" : "+r"(n));
#else
  __asm__ volatile("1: subs %0, %0, #1\n bne 1b" : "+r"(n) : : "cc");
#endif
  for (int i = 0; i < 64; ++i) stack[i] = n;
  ++runs;
}
static void (*const two_layers[])(void) = {two_layer_0, two_layer_1};
void two_invoke(void) {
  for (int i = 0; i < 2; ++i) two_layers[i]();
}
)";

constexpr std::string_view kHeader = R"(
#include <stdint.h>
void two_init(void);
void* two_input(int32_t);
const void* two_output(int32_t);
void two_invoke(void);
int32_t two_selftest(void);
)";

std::string with(std::string_view source, std::string_view from, std::string_view to) {
  std::string text(source);
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

ModelSources model_with(std::string_view limit) {
  return {.name = "two",
          .files = {{"two.h", std::string(kHeader)}, {"two.c", with(kSource, "LIMIT", limit)}},
          .program = two_layers()};
}

std::vector<Sample> samples() {
  Rng rng(1);
  std::vector<Sample> samples(3);
  for (Sample& sample : samples) {
    Tensor x(DataType::kF32, {1, kElements});
    for (float& value : x.data<float>()) value = 8.0f * rng.normal();
    x.data<float>()[5] = 7.0f;  // over the limit
    sample.push_back(std::move(x));
  }
  return samples;
}

// Of the model as it should be; made once for a board.
const DeviceReport& good_report(Board board) {
  static std::map<Board, DeviceReport> reports;
  if (!reports.contains(board)) {
    reports[board] =
        test_on_device(model_with("6.0f"), samples(), {.board = board, .plugin = kPlugin});
  }
  return reports[board];
}

class Boards : public testing::TestWithParam<Board> {
 protected:
  void SetUp() override {
    for (const Tool& tool : {info(GetParam()).compiler(), info(GetParam()).emulator}) {
      if (!has_program(tool.program)) GTEST_SKIP() << "install " << tool.package;
    }
  }
  DeviceReport test(const ModelSources& model, double limit_seconds = 60.0) const {
    return test_on_device(model, samples(),
                          {.board = GetParam(), .limit_seconds = limit_seconds, .plugin = kPlugin});
  }
};

TEST_P(Boards, give_the_bytes_of_the_host) {
  const DeviceReport& report = good_report(GetParam());
  EXPECT_EQ(report.samples, 3);
  EXPECT_EQ(report.compared_bytes, 3 * 4 * kElements);
  EXPECT_EQ(report.mismatched_bytes, 0);
}

TEST_P(Boards, counts_wrong_bytes_of_samples_and_self_test) {
  ModelSources model = model_with("6.5f");  // one bit of one byte differs
  EXPECT_GE(test(model).mismatched_bytes, 3);
  EXPECT_LT(test(model).mismatched_bytes, 3 * kElements);
  model = model_with("6.0f");
  model.files.push_back(
      {"two_selftest.c",
       "#include \"two.h\"\nint32_t two_selftest(void) { two_invoke(); return 17; }\n"});
  EXPECT_EQ(test(model).mismatched_bytes, 17);
}

TEST_P(Boards, attribute_instructions_to_layers) {
  const DeviceReport& report = good_report(GetParam());
  ASSERT_EQ(report.layers.size(), 2);
  EXPECT_EQ(report.layers[0].node, "first");
  EXPECT_EQ(report.layers[1].op, "relu6");
  // Beside the loop the layers do much the same.
  EXPECT_GT(report.layers[1].instructions, 2000 + 64 * 2);
  EXPECT_LT(report.layers[0].instructions, report.layers[1].instructions - 1500);
  EXPECT_GT(report.layers[0].instructions, 64);
  EXPECT_LT(report.overhead_instructions, 40);
  EXPECT_EQ(
      report.instructions_per_inference,
      report.layers[0].instructions + report.layers[1].instructions + report.overhead_instructions);
}

TEST_P(Boards, measure_memory) {
  const DeviceReport& report = good_report(GetParam());
  EXPECT_EQ(report.ram.arena_bytes, 512);
  EXPECT_EQ(report.ram.state_bytes, 32);
  EXPECT_GE(report.ram.static_data_bytes, 4);
  EXPECT_LE(report.ram.static_data_bytes, 16);
  EXPECT_GE(report.ram.stack_bytes, 256);
  EXPECT_LE(report.ram.stack_bytes, 256 + 96);
  EXPECT_EQ(report.flash.weights_bytes, 12);
  EXPECT_GT(report.flash.code_bytes, 80);
  EXPECT_LT(report.flash.code_bytes, 6000);  // the compiler's floats on boards without an FPU
  EXPECT_LT(report.flash.constants_bytes, 64);
}

TEST_P(Boards, count_nothing_for_a_layer_that_does_nothing) {
  ModelSources model = model_with("6.0f");
  std::string& source = model.files[1].text;
  const size_t second = source.find("static __attribute__((noinline)) void two_layer_1");
  source.replace(second, source.find("static void (*const") - second,
                 "static __attribute__((noinline)) void two_layer_1(void) {}\n");
  const DeviceReport report = test(model);
  EXPECT_GT(report.layers[0].instructions, 64);
  EXPECT_LT(report.layers[1].instructions, 4);
}

TEST_P(Boards, end_a_firmware_that_does_not) {
  ModelSources model = model_with("6.0f");
  model.files[1].text = with(model.files[1].text, "++runs;", "for (;;) ++runs;");
  EXPECT_THROW(test(model, 1.0), Error);
}

TEST_P(Boards, report_a_fault) {
  ModelSources model = model_with("6.0f");
  model.files[1].text = with(model.files[1].text, "++runs;", "__builtin_trap();");
  try {
    test(model);
    FAIL() << "passed";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("hardware fault"), std::string::npos) << error.what();
  }
}

TEST_P(Boards, name_the_package_of_an_absent_tool) {
  const std::string path = std::getenv("PATH");
  ASSERT_EQ(setenv("PATH", "/nowhere", 1), 0);
  std::string message;
  try {
    test(model_with("6.0f"));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kIo);
    message = error.what();
  }
  setenv("PATH", path.c_str(), 1);
  EXPECT_NE(message.find(info(GetParam()).compiler_package), std::string::npos) << message;
}

TEST_P(Boards, refuse_what_needs_a_library) {
  ModelSources model = model_with("6.0f");
  model.files[1].text.insert(0, "#include <math.h>\n");
  try {
    test(model);
    FAIL() << "passed";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnsupported) << error.what();
  }
}

TEST_P(Boards, name_what_else_is_linked) {
  const DeviceReport& report = good_report(GetParam());
  EXPECT_EQ(std::ranges::count(report.helpers, "memcpy"), 0);
  // RV32IMC has no FPU: comparisons of floats are calls.
  const bool has_fpu = GetParam() != Board::kRiscv;
  EXPECT_EQ(report.helpers.empty(), has_fpu);
}

TEST_P(Boards, refuse_what_does_not_fit) {
  ModelSources model = model_with("6.0f");
  model.files[1].text = with(model.files[1].text, "two_arena[512]", "two_arena[64 << 20]");
  try {
    test(model);
    FAIL() << "passed";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(All, Boards, testing::ValuesIn(enum_values(Board{})),
                         [](const auto& param) { return std::string(name(param.param)); });

}  // namespace
}  // namespace mote::device
