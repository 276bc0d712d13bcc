// Programs of real models: every plan, instruction set (of this machine, or emulated) and number of
// threads gives the bytes of the references, also in an arena whose unused bytes are poisoned
// before each call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "mote/exec/executor.h"
#include "mote/exec/prepare.h"
#include "mote/exec/session.h"
#include "mote/formats/model_file.h"
#include "mote/kernels/kernel_table.h"
#include "mote/kernels/suite/emulated_table.h"
#include "mote/lower/lower.h"
#include "tests/golden_models.h"
#include "tests/samples.h"
#include "tests/test_environment.h"

namespace mote {
namespace {

struct Lifetime {
  size_t first = 0;
  size_t last = 0;
};

// From the call that writes a buffer to the last that reads it; inputs from the start, outputs to
// the end.
std::vector<Lifetime> lifetimes(const Program& program) {
  std::vector<Lifetime> result(program.buffers.size(), Lifetime{program.calls.size(), 0});
  const auto use = [&](int32_t buffer, size_t call) {
    if (buffer == Call::kAbsent) return;
    Lifetime& life = result[static_cast<size_t>(buffer)];
    life.first = std::min(life.first, call);
    life.last = std::max(life.last, call);
  };
  for (const int32_t input : program.inputs) use(input, 0);
  for (size_t i = 0; i < program.calls.size(); ++i) {
    for (const int32_t input : program.calls[i].inputs) use(input, i);
    for (const int32_t output : program.calls[i].outputs) use(output, i);
  }
  for (const int32_t output : program.outputs) use(output, program.calls.size());
  return result;
}

// Runs call by call; before each, every byte of the arena that is not alive becomes `poison`.
void run_poisoned(Session& session, std::byte poison) {
  const Program& program = session.program();
  const std::vector<Lifetime> lives = lifetimes(program);
  std::byte* arena = nullptr;
  for (size_t b = 0; b < program.buffers.size(); ++b) {
    if (program.buffers[b].place != Buffer::Place::kArena || lives[b].first > lives[b].last)
      continue;
    arena = session.buffer(b).bytes - program.buffers[b].offset;
  }
  ASSERT_NE(arena, nullptr);
  for (size_t i = 0; i < program.calls.size(); ++i) {
    std::vector<bool> alive(static_cast<size_t>(program.arena_bytes), false);
    for (size_t b = 0; b < program.buffers.size(); ++b) {
      const Buffer& buffer = program.buffers[b];
      // What this call writes is dead until then.
      const bool holds =
          lives[b].first < i ||
          (i == 0 && std::ranges::count(program.inputs, static_cast<int32_t>(b)) > 0);
      if (buffer.place != Buffer::Place::kArena || !holds || lives[b].last < i) continue;
      std::fill_n(alive.begin() + buffer.offset, buffer.size_bytes, true);
    }
    for (size_t byte = 0; byte < alive.size(); ++byte) {
      if (!alive[byte]) arena[byte] = poison;
    }
    session.run_call(i);
  }
}

// Kernels that run on any machine, and those of all instruction sets as SIMDe emulates them.
std::vector<const mote_kernel*> emulated_table() {
  std::vector<const mote_kernel*> table;
  for (int32_t i = 0; const mote_kernel* kernel = mote_kernel_at(i); ++i) {
    if (kernel->isa == MOTE_ISA_AUTO || kernel->isa == MOTE_ISA_PORTABLE) table.push_back(kernel);
  }
  for (int32_t i = 0; const mote_kernel* kernel = mote_emulated_kernel_at(i); ++i) {
    table.push_back(kernel);
  }
  return table;
}

const mote_kernel* emulated_at(int32_t index) {
  static const std::vector<const mote_kernel*> table = emulated_table();
  return index < std::ssize(table) ? table[static_cast<size_t>(index)] : nullptr;
}

struct Machine {
  Isa isa;
  bool emulated;
};

// This one with each of its instruction sets, and those that have the others.
std::vector<Machine> machines() {
  std::vector<Machine> found;
  for (const Isa isa : enum_values(Isa{})) {
    const bool is_here = mote_machine_has(static_cast<mote_isa>(isa));
    if (isa == Isa::kAuto || (!is_here && mote_emulated_kernel_at(0) == nullptr)) continue;
    found.push_back({isa, !is_here});
  }
  return found;
}

Program lower_for(const Graph& graph, const Machine& machine, LowerOptions options) {
  options.isa = machine.isa;
  options.kernel_at = machine.emulated ? emulated_at : mote_kernel_at;
  return lower(graph, options);
}

void write_inputs(const Session& session, const std::vector<Tensor>& inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    copy_bytes(session.input(i).bytes, inputs[i].bytes(), inputs[i].size_bytes());
  }
}

std::vector<Tensor> outputs_of(const Session& session) {
  std::vector<Tensor> result;
  for (size_t i = 0; i < session.program().outputs.size(); ++i) {
    result.push_back(Tensor::copy_of(session.output(i)));
  }
  return result;
}

void expect_same(const std::vector<Tensor>& expected, const std::vector<Tensor>& actual) {
  ASSERT_EQ(expected.size(), actual.size());
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_TRUE(test::same(actual[i], expected[i]));
}

void expect_the_references_results_in_every_way(const Graph& graph, Numerics numerics) {
  Rng rng(7);
  const std::vector<Tensor> inputs = test::random_inputs(graph, rng);
  const std::vector<Tensor> expected = test::run(graph, inputs, Kernels::kReference, numerics);
  for (const Machine& machine : machines()) {
    for (const PlanKind plan : enum_values(PlanKind{})) {
      for (const int threads : {1, 2}) {
        SCOPED_TRACE(fmt::format("{}{}, plan {}, {} threads", name(machine.isa),
                                 machine.emulated ? " emulated" : "", name(plan), threads));
        const auto program = std::make_shared<const Program>(
            lower_for(graph, machine, {.numerics = numerics, .plan = plan, .callers = threads}));
        WorkerPool pool(program->callers);
        Session session(program, &pool);
        write_inputs(session, inputs);
        session.run();
        expect_same(expected, outputs_of(session));
        session.reset();
        write_inputs(session, inputs);
        run_poisoned(session, std::byte{0xA5});
        expect_same(expected, outputs_of(session));
      }
    }
  }
}

class ProgramOfModel : public testing::TestWithParam<std::string> {};

TEST_P(ProgramOfModel, gives_the_bytes_of_the_references_in_every_way) {
  const Graph graph =
      bind_batch(load_model(*shared_data() / "golden" / GetParam() / "model.tflite"), 1);
  expect_the_references_results_in_every_way(graph, Numerics::kTflm);
}

INSTANTIATE_TEST_SUITE_P(Models, ProgramOfModel, testing::ValuesIn(test::golden_folders()),
                         test::golden_test_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ProgramOfModel);

TEST(Program, of_a_dynamic_range_network_needs_no_reference_of_an_operator) {
  if (!shared_data()) GTEST_SKIP() << kNoSharedData;
  const Graph graph = bind_batch(load_model(*shared_data() / "models" / "kws_hybrid.tflite"), 1);
  expect_the_references_results_in_every_way(graph, Numerics::kTflm);
  const Program program = lower(graph);
  for (const Call& call : program.calls) {
    EXPECT_NE(call.kernel, nullptr) << describe(program.graph.node(call.node));
  }
}

TEST(Program, of_a_network_in_onnx_gives_the_bytes_of_the_references_in_every_way) {
  if (!shared_data()) GTEST_SKIP() << kNoSharedData;
  const Graph graph = bind_batch(load_model(*shared_data() / "models" / "kws_qdq.onnx"), 1);
  expect_the_references_results_in_every_way(graph, Numerics::kOnnx);
}

TEST(Program, takes_emulated_kernels_for_an_instruction_set_that_the_machine_lacks) {
  if (!shared_data()) GTEST_SKIP() << kNoSharedData;
  const Graph graph =
      bind_batch(load_model(*shared_data() / "golden" / "mlperf_kws_int8" / "model.tflite"), 1);
  for (const Machine& machine : machines()) {
    if (!machine.emulated) continue;
    int own = 0;
    for (const Call& call : lower_for(graph, machine, {}).calls) {
      own += call.kernel != nullptr && static_cast<Isa>(call.kernel->isa) == machine.isa;
    }
    EXPECT_GT(own, 0) << name(machine.isa);
  }
}

TEST(Program, names_the_instruction_set_that_the_machine_lacks) {
  Graph graph("empty");
  const ValueId x = graph.add_input("x", {DataType::kF32, {1, 2}});
  graph.set_outputs({x});
  const Isa foreign = mote_machine_has(MOTE_ISA_NEON) ? Isa::kAvx2 : Isa::kNeon;
  try {
    lower(graph, {.isa = foreign});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(std::string(name(foreign))));
  }
}

}  // namespace
}  // namespace mote
