// From Graph to Program: which kernel runs each node, its constants packed, and a memory plan.
//
//   const Program program = lower(graph, {.plan = PlanKind::kRam});
//
// Every node becomes one call. The kernel is the best of its family for the instruction set
// (kernel.h says which that is); with PlanKind::kRam another one where that makes the arena
// smaller.
#pragma once

#include <string_view>

#include "mote/kernels/kernel_table.h"
#include "mote/lower/program.h"

namespace mote {

enum class PlanKind {
  kSpeed,  ///< the best kernels; buffers are shared element-wise only, so that threads may split
  kRam,    ///< one thread; calls reordered, outputs overlap inputs as far as kernels allow
};
std::string_view name(PlanKind kind);
constexpr std::array<PlanKind, 2> enum_values(PlanKind) {
  return {PlanKind::kSpeed, PlanKind::kRam};
}

struct LowerOptions {
  Numerics numerics = Numerics::kTflm;
  Isa isa = Isa::kAuto;
  PlanKind plan = PlanKind::kSpeed;
  /// Threads that will share one call; each gets scratch of its own.
  int32_t callers = 1;
  /// false: the operators' references throughout, for oracles.
  bool use_kernels = true;
  /// Constants and packed weights that are the same bytes in this program are taken from it: the
  /// same network for another batch.
  const Program* shared_with = nullptr;
  /// The table that kernels are taken from, as mote_kernel_at: tests have one that emulates other
  /// machines' kernels, with which this machine need not have `isa`.
  const mote_kernel* (*kernel_at)(int32_t index) = mote_kernel_at;
  /// Effort for the smallest arena; without it greedy layouts only, for programs that run once.
  bool plan_carefully = false;
};

/// `graph` must have static shapes. Throws kInvalidArgument when this machine lacks `isa`.
Program lower(const Graph& graph, const LowerOptions& options = {});

}  // namespace mote
