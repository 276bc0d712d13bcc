#include "mote/api/memory.h"

#include "mote/lower/check_program.h"

namespace mote {
namespace {

MemoryMap map_of(const Program& program) {
  const PlanCalls calls = plan_calls_of(program);
  const MemoryPlan plan = plan_of(program);
  const MemoryProblem problem = memory_problem(calls, plan.order, plan.kernels);
  MemoryMap map = {.arena_bytes = program.arena_bytes};
  const auto add = [&](std::string label, const MemoryBuffer& buffer, int64_t offset) {
    if (buffer.size_bytes == 0) return;
    map.blocks.push_back(
        {std::move(label), offset, buffer.size_bytes, buffer.first_step, buffer.last_step});
  };
  for (size_t v = 0; v < program.buffers.size(); ++v) {
    const std::string& name = program.graph.value(program.buffers[v].value).name;
    add(name, problem.buffers[v], plan.value_offsets[v]);
  }
  for (size_t c = 0; c < program.calls.size(); ++c) {
    const std::string& node = program.graph.node(program.calls[c].node).name;
    map.steps.push_back(node);
    const size_t values = map.blocks.size();
    add("scratch of " + node, problem.buffers[program.buffers.size() + c], plan.scratch_offsets[c]);
    if (map.blocks.size() > values) map.blocks.back().is_scratch = true;
  }
  return map;
}

}  // namespace

MemoryResult inspect_memory(const ProgramRequest& request) {
  const std::shared_ptr<const Program> program = lower_model(request);
  MemoryResult result = {.plan = std::string(name(request.plan)),
                         .isa = std::string(name(program->isa)),
                         .map = map_of(*program),
                         .state_bytes = program->state_bytes,
                         .largest_live_bytes = program->largest_live_bytes,
                         .proven_optimal = program->proven_optimal};
  for (const Call& call : program->calls) {
    result.kernels.emplace_back(call.kernel == nullptr ? "reference of the operator"
                                                       : call.kernel->name);
  }
  return result;
}

}  // namespace mote
