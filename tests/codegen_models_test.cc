// Generated C of real models: compiles without a warning as C99 and computes the bytes of the
// golden data, here, with the kernels of every kind of device and both memory plans.
#include <gtest/gtest.h>

#include "mote/base/file.h"
#include "mote/codegen/codegen.h"
#include "mote/codegen/names.h"
#include "mote/codegen/target.h"
#include "mote/device/process.h"
#include "mote/exec/made_up_inputs.h"
#include "mote/exec/prepare.h"
#include "mote/exec/session.h"
#include "mote/formats/model_file.h"
#include "tests/golden_models.h"
#include "tests/test_environment.h"

namespace mote {
namespace {

namespace fs = std::filesystem;
using codegen::Target;
using codegen::TestVector;

bool is_integer_model(const Program& program) {
  return std::ranges::none_of(program.buffers, [&](const Buffer& buffer) {
    return is_float(program.graph.value(buffer.value).type.dtype);
  });
}

// Cuts the bytes of one golden file into the tensors of `buffers`.
std::vector<Tensor> tensors_of(const Program& program, const std::vector<int32_t>& buffers,
                               const fs::path& path) {
  const MappedFile file(path);
  std::span<const std::byte> rest = file.bytes();
  std::vector<Tensor> tensors;
  for (const int32_t buffer : buffers) {
    const Value& value = program.graph.value(program.buffers[static_cast<size_t>(buffer)].value);
    Tensor tensor(value.type.dtype, value.type.shape);
    copy_bytes(tensor.bytes(), rest.data(), tensor.size_bytes());
    rest = rest.subspan(tensor.size_bytes());
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

// The golden vectors; of a network with states the first, because each began anew.
std::vector<TestVector> golden_vectors(const Program& program, const fs::path& folder) {
  std::vector<TestVector> vectors;
  const int count = program.state_bytes > 0 ? 1 : 4;
  for (int i = 0; i < count; ++i) {
    vectors.push_back(
        {tensors_of(program, program.inputs, folder / fmt::format("in_{}.bin", i)),
         tensors_of(program, program.outputs, folder / fmt::format("out_{}.bin", i))});
  }
  return vectors;
}

// Floats are compared with the host's own, byte for byte: the same C computed them.
std::vector<TestVector> host_vectors(const std::shared_ptr<const Program>& program) {
  Session session(program);
  Rng rng(1);
  TestVector vector{.inputs = made_up_inputs(session, rng)};
  write_inputs(session, vector.inputs);
  session.run();
  for (size_t i = 0; i < program->outputs.size(); ++i) {
    vector.outputs.push_back(Tensor::copy_of(session.output(i)));
  }
  return {std::move(vector)};
}

// Reference kernels on a busy machine.
constexpr double kLimitSeconds = 300.0;

struct Way {
  Target target;
  PlanKind plan;
};

void expect_right(const fs::path& folder, const Way& way) {
  SCOPED_TRACE(fmt::format("{}, {}", name(way.target), name(way.plan)));
  const auto program = prepare_program(
      load_model(folder / "model.tflite"),
      {.lower = {.isa = info(way.target).isa, .plan = way.plan, .plan_carefully = true}});
  codegen::CodegenOptions options{.name = "net", .version = "test"};
  options.vectors =
      is_integer_model(*program) ? golden_vectors(*program, folder) : host_vectors(program);
  device::WorkFolder work;
  const std::vector<codegen::GeneratedFile> files = codegen::generate(*program, options);
  EXPECT_EQ(codegen::generate(*program, options), files) << "not the same bytes again";
  for (const codegen::GeneratedFile& file : files) write_file(work.path() / file.path, file.text);
  const device::ProcessResult compiled = device::run_process(
      {.arguments = {"cc", "-std=c99", "-O1", "-fwrapv", "-ffp-contract=off", "-Wall", "-Wextra",
                     "-Wpedantic", "-Wconversion", "-Werror", "-DNET_SELFTEST_MAIN", "net.c",
                     "net_selftest.c", "-o", "selftest", "-lm"},
       .folder = work.path(),
       .limit_seconds = kLimitSeconds});
  ASSERT_EQ(compiled.exit_code, 0) << compiled.output;
  const device::ProcessResult run = device::run_process(
      {.arguments = {"./selftest"}, .folder = work.path(), .limit_seconds = kLimitSeconds});
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

class GeneratedModel : public testing::TestWithParam<std::string> {};

TEST_P(GeneratedModel, computes_the_golden_bytes_in_every_way) {
  const fs::path folder = *shared_data() / "golden" / GetParam();
  for (const PlanKind plan : enum_values(PlanKind{})) {
    for (const Target target : {Target::kC99, Target::kCortexM4, Target::kCortexM55}) {
      expect_right(folder, {target, plan});
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, GeneratedModel, testing::ValuesIn(test::golden_folders()),
                         test::golden_test_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GeneratedModel);

}  // namespace
}  // namespace mote
