#include "mote/api/bench.h"

#include <algorithm>
#include <memory>

#include "mote/exec/prepare.h"
#include "mote/kernels/kernel_table.h"

namespace mote {
namespace {

int64_t macs_of(const Program& program, const Node& node) {
  return node.op->cost == nullptr ? 0 : node.op->cost(program.graph, node).macs;
}

CallReport report_of(const Program& program, const Call& call) {
  const Node& node = program.graph.node(call.node);
  CallReport report{.node = node.name,
                    .op = std::string(node.op->name),
                    .kernel = "reference of the operator",
                    .isa = "reference",
                    .rejected = call.rejected,
                    .macs = macs_of(program, node)};
  if (call.kernel != nullptr) {
    report.kernel = call.kernel->name;
    if (call.kernel->isa != MOTE_ISA_AUTO) report.isa = mote_isa_name(call.kernel->isa);
  }
  for (const std::vector<int32_t>* operands : {&call.inputs, &call.outputs}) {
    for (const int32_t buffer : *operands) {
      if (buffer != Call::kAbsent) {
        report.bytes += program.buffers[static_cast<size_t>(buffer)].size_bytes;
      }
    }
  }
  return report;
}

ExplainResult report_of(const Program& program, PlanKind plan) {
  ExplainResult result{.isa = std::string(name(program.isa)),
                       .plan = std::string(name(plan)),
                       .arena_bytes = program.arena_bytes,
                       .state_bytes = program.state_bytes,
                       .largest_live_bytes = program.largest_live_bytes,
                       .proven_optimal = program.proven_optimal};
  for (const Call& call : program.calls) result.calls.push_back(report_of(program, call));
  return result;
}

bool computes_in_floats(const Program& program) {
  int64_t f32 = 0;
  int64_t all = 0;
  for (const Call& call : program.calls) {
    const Node& node = program.graph.node(call.node);
    const int64_t macs = macs_of(program, node);
    all += macs;
    if (program.graph.value(node.outputs[0]).type.dtype == DataType::kF32) f32 += macs;
  }
  return 2 * f32 > all;
}

// The roofline: a call cannot be quicker than its MACs at the peak, nor than its bytes from memory;
// one that takes many times longer than both is overhead.
constexpr double kOverheadFactor = 8.0;

CallTiming timing_of(const CallReport& call, double us, double peak_macs, double bandwidth) {
  const double compute_us = static_cast<double>(call.macs) / peak_macs * 1e6;
  const double memory_us = static_cast<double>(call.bytes) / bandwidth * 1e6;
  CallTiming timing{.median_us = us};
  timing.gmacs_per_s = us > 0.0 ? static_cast<double>(call.macs) / us / 1e3 : 0.0;
  if (us <= kOverheadFactor * std::max(compute_us, memory_us)) {
    timing.bound = compute_us >= memory_us ? Bound::kCompute : Bound::kMemory;
  }
  return timing;
}

}  // namespace

std::shared_ptr<const Program> lower_model(const ProgramRequest& request) {
  return prepare_program(open_model(request.model), {.lower = {.numerics = request.numerics,
                                                               .isa = request.isa,
                                                               .plan = request.plan,
                                                               .callers = request.threads,
                                                               .plan_carefully = true},
                                                     .rewrite = request.rewrite});
}

std::string_view name(Bound bound) {
  switch (bound) {
    case Bound::kCompute:
      return "compute";
    case Bound::kMemory:
      return "memory";
    case Bound::kOverhead:
      return "overhead";
  }
  return {};
}

ExplainResult explain(const ProgramRequest& request) {
  return report_of(*lower_model(request), request.plan);
}

BenchResult bench(const BenchRequest& request) {
  const std::shared_ptr<const Program> program = lower_model(request.program);
  std::unique_ptr<WorkerPool> pool;
  if (program->callers > 1) pool = std::make_unique<WorkerPool>(program->callers);
  Session session(program, pool.get());
  BenchResult result{.program = report_of(*program, request.program.plan),
                     .timing = time_session(session, request.timing)};
  for (const CallReport& call : result.program.calls) result.macs += call.macs;
  result.gmacs_per_s = static_cast<double>(result.macs) / result.timing.median_us / 1e3;
  const PeakRates peak = measure_peak(program->isa);
  const double peak_macs = computes_in_floats(*program) ? peak.f32 : peak.i8;
  result.peak_gmacs_per_s = peak_macs / 1e9;
  result.percent_of_peak =
      100.0 * result.gmacs_per_s / (result.peak_gmacs_per_s * program->callers);
  if (!request.profile) return result;
  const double bandwidth = measure_bandwidth();
  const std::vector<double> medians = time_calls(session, request.timing);
  for (size_t i = 0; i < medians.size(); ++i) {
    result.calls.push_back(
        timing_of(result.program.calls[i], medians[i], peak_macs * program->callers, bandwidth));
  }
  return result;
}

}  // namespace mote
