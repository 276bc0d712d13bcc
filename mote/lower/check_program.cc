#include "mote/lower/check_program.h"

#include <fmt/format.h>

#include <cstring>
#include <numeric>

#include "mote/base/random.h"
#include "mote/lower/plan_check.h"

namespace mote {
namespace {

const Buffer& buffer_at(const Program& program, int32_t index) {
  return program.buffers[static_cast<size_t>(index)];
}

bool is_in_arena(const Program& program, int32_t index) {
  return index != Call::kAbsent && buffer_at(program, index).place == Buffer::Place::kArena;
}

PlanKernel plan_kernel_of(const Program& program, const Call& call) {
  PlanKernel kernel = {.scratch_bytes = call.scratch_bytes * program.callers};
  if (call.kernel == nullptr || call.kernel->overlap == nullptr) return kernel;
  for (size_t k = 0; k < call.inputs.size(); ++k) {
    kernel.below.push_back(call.kernel->overlap(call.params.get(), static_cast<int32_t>(k)));
  }
  return kernel;
}

// Runs calls of a program on operands that lie anywhere.
class Runner {
 public:
  Runner(const Program& program, const CheckProgramOptions& options)
      : program_(program), options_(options), states_(static_cast<size_t>(program.state_bytes)) {}

  void reset() {
    for (const Buffer& buffer : program_.buffers) {
      if (buffer.place != Buffer::Place::kState) continue;
      std::memcpy(states_.data() + buffer.offset, buffer.constant->bytes(),
                  static_cast<size_t>(buffer.size_bytes));
    }
  }

  // Floats in [-1, 1), other types any bytes; the same for a value in every run.
  void fill(int32_t index, std::span<std::byte> bytes) const {
    Rng rng(options_.seed + static_cast<uint64_t>(index));
    if (program_.graph.value(buffer_at(program_, index).value).type.dtype == DataType::kF32) {
      for (size_t k = 0; k + sizeof(float) <= bytes.size(); k += sizeof(float)) {
        const float value = rng.uniform(-1.0F, 1.0F);
        std::memcpy(bytes.data() + k, &value, sizeof value);
      }
      return;
    }
    for (std::byte& b : bytes) b = static_cast<std::byte>(rng.next() & 0xFF);
  }

  void run(int32_t index, const PlanOperands& operands) {
    const Call& call = program_.calls[static_cast<size_t>(index)];
    std::vector<std::byte*> inputs;
    for (size_t k = 0; k < call.inputs.size(); ++k) {
      inputs.push_back(input_address(call.inputs[k], operands.inputs[k]));
    }
    if (call.kernel == nullptr) {
      run_reference(call, inputs, operands);
    } else {
      run_kernel(call, inputs, operands);
    }
  }

 private:
  std::byte* input_address(int32_t index, const std::byte* in_arena) {
    if (index == Call::kAbsent) return nullptr;
    const Buffer& buffer = buffer_at(program_, index);
    if (buffer.place == Buffer::Place::kState) return states_.data() + buffer.offset;
    // Only states are written through inputs.
    return const_cast<std::byte*>(
        buffer.place == Buffer::Place::kConstant ? buffer.constant->bytes() : in_arena);
  }

  void run_kernel(const Call& call, const std::vector<std::byte*>& inputs,
                  const PlanOperands& operands) const {
    const std::vector<const void*> in(inputs.begin(), inputs.end());
    const std::vector<void*> out(operands.outputs.begin(), operands.outputs.end());
    mote_kernel_args args = {.params = call.params.get(),
                             .packed = call.packed == nullptr ? nullptr : call.packed->data(),
                             .inputs = in.data(),
                             .outputs = out.data(),
                             .scratch = operands.scratch,
                             .begin = 0,
                             .end = call.units};
    if (!options_.reverse_units) return call.kernel->run(&args);
    for (int32_t unit = call.units - 1; unit >= 0; --unit) {
      args.begin = unit;
      args.end = unit + 1;
      call.kernel->run(&args);
    }
  }

  EvalContext::Operand operand(int32_t index, std::byte* bytes) const {
    if (index == Call::kAbsent) return {};
    return {&program_.graph.value(buffer_at(program_, index).value).type, bytes};
  }

  void run_reference(const Call& call, const std::vector<std::byte*>& inputs,
                     const PlanOperands& operands) const {
    EvalContext context;
    context.node = &program_.graph.node(call.node);
    context.numerics = program_.numerics;
    for (size_t k = 0; k < inputs.size(); ++k) {
      context.inputs.push_back(operand(call.inputs[k], inputs[k]));
    }
    for (size_t k = 0; k < call.outputs.size(); ++k) {
      context.outputs.push_back(operand(call.outputs[k], operands.outputs[k]));
    }
    context.node->op->reference(context);
  }

  const Program& program_;
  const CheckProgramOptions options_;
  AlignedBuffer states_;
};

}  // namespace

PlanCalls plan_calls_of(const Program& program) {
  PlanCalls result;
  for (const Buffer& buffer : program.buffers) {
    const bool in_arena = buffer.place == Buffer::Place::kArena;
    result.values.push_back({.size_bytes = in_arena ? buffer.size_bytes : 0});
  }
  for (const int32_t i : program.inputs) result.values[static_cast<size_t>(i)].is_input = true;
  for (const int32_t i : program.outputs) result.values[static_cast<size_t>(i)].is_output = true;
  for (const Call& call : program.calls) {
    PlanCall planned = {.outputs = call.outputs, .kernels = {plan_kernel_of(program, call)}};
    for (const int32_t i : call.inputs) {
      planned.inputs.push_back(is_in_arena(program, i) ? i : -1);
      if (i != Call::kAbsent && buffer_at(program, i).place == Buffer::Place::kState) {
        planned.states.push_back(i);
      }
    }
    result.calls.push_back(std::move(planned));
  }
  return result;
}

MemoryPlan plan_of(const Program& program) {
  MemoryPlan plan = {.kernels = std::vector<int32_t>(program.calls.size(), 0),
                     .arena_bytes = program.arena_bytes,
                     .largest_live_bytes = program.largest_live_bytes,
                     .proven_optimal = program.proven_optimal};
  plan.order.resize(program.calls.size());
  std::iota(plan.order.begin(), plan.order.end(), 0);
  for (const Buffer& buffer : program.buffers) {
    plan.value_offsets.push_back(buffer.place == Buffer::Place::kArena ? buffer.offset : 0);
  }
  for (const Call& call : program.calls) plan.scratch_offsets.push_back(call.scratch_offset);
  return plan;
}

std::string check_program(const Program& program, const CheckProgramOptions& options) {
  Runner runner(program, options);
  const PlanRun run = {
      .fill = [&](int32_t value, std::span<std::byte> bytes) { runner.fill(value, bytes); },
      .reset = [&] { runner.reset(); },
      .run =
          [&](int32_t call, int32_t, const PlanOperands& operands) {
            with_context(
                [&] {
                  return describe(
                      program.graph.node(program.calls[static_cast<size_t>(call)].node));
                },
                [&] { runner.run(call, operands); });
          }};
  return check_plan(plan_calls_of(program), plan_of(program), run);
}

}  // namespace mote
