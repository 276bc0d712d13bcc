// How fast a model runs on this machine, and why: bench and explain.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mote/api/requests.h"
#include "mote/exec/timing.h"
#include "mote/lower/lower.h"

namespace mote {

/// The model as lowered for this machine; the batch of an open shape is 1.
struct ProgramRequest {
  ModelRequest model;
  Isa isa = Isa::kAuto;
  Numerics numerics = Numerics::kTflm;
  PlanKind plan = PlanKind::kSpeed;
  int threads = 1;
  bool rewrite = true;  ///< the exact passes first, as `optimize` does
};

/// Throws what open_model and lower throw.
std::shared_ptr<const Program> lower_model(const ProgramRequest& request);

/// One call of the program.
struct CallReport {
  std::string node;
  std::string op;
  std::string kernel;  ///< "reference of the operator" where no kernel has these types
  std::string isa;     ///< "reference" for the oracles
  std::vector<RejectedKernel> rejected;
  int64_t macs = 0;
  int64_t bytes = 0;  ///< read and written: operands and constants, each once
};

struct ExplainResult {
  std::string isa;
  std::string plan;
  int64_t arena_bytes = 0;
  int64_t state_bytes = 0;
  int64_t largest_live_bytes = 0;
  bool proven_optimal = false;
  std::vector<CallReport> calls;
};

/// Throws what open_model and lower throw.
ExplainResult explain(const ProgramRequest& request);

/// What bounds a call's time.
enum class Bound { kCompute, kMemory, kOverhead };
std::string_view name(Bound bound);

struct CallTiming {
  double median_us = 0.0;
  double gmacs_per_s = 0.0;
  Bound bound = Bound::kOverhead;
};

struct BenchRequest {
  ProgramRequest program;
  TimingOptions timing;
  bool profile = false;  ///< time every call as well
};

struct BenchResult {
  ExplainResult program;
  Timing timing;
  int64_t macs = 0;
  double gmacs_per_s = 0.0;
  double peak_gmacs_per_s = 0.0;  ///< of one core, for the element type of most MACs; measured
  double percent_of_peak = 0.0;   ///< of all threads' cores
  std::vector<CallTiming> calls;  ///< as program.calls; empty without `profile`
};

BenchResult bench(const BenchRequest& request);

}  // namespace mote
