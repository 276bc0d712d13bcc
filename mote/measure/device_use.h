// What a program takes of a microcontroller: flash, RAM and, by a cost table, time; call by call.
//
//   const DeviceUse use = device_use(*program, costs, costs.target("cortex-m4"));
//   use.ram_bytes(); use.totals.instructions;
//   check_budget(use, {.ram_bytes = 65536, .flash_bytes = 262144});   // throws with the table
//
// Weights, parameters and the arena are what generated code has; code, instructions and cycles are
// estimates (device_costs.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mote/lower/program.h"
#include "mote/measure/device_costs.h"

namespace mote {

struct CallUse {
  std::string node, op;
  std::string kernel;         ///< empty: the target has none for these types
  int64_t weight_bytes = 0;   ///< flash: constants that this call is the first to read, or packed
  int64_t param_bytes = 0;    ///< flash: parameters, requantization tables, the call's operands
  int64_t code_bytes = 0;     ///< flash: of a kernel that this call is the first to use; estimated
  int64_t live_bytes = 0;     ///< RAM: of the arena while it runs, scratch included
  int64_t scratch_bytes = 0;  ///< of them
  int64_t macs = 0, input_elements = 0, output_elements = 0;
  double instructions = 0.0;   ///< estimated
  bool is_calibrated = false;  ///< the table has this kernel, not only "*"
};

struct DeviceUse {
  DeviceTarget target;
  std::vector<CallUse> calls;
  CallUse totals;  ///< sums over the calls; live_bytes and scratch_bytes: the largest
  int64_t arena_bytes = 0;
  int64_t state_bytes = 0;
  int64_t initial_state_bytes = 0;  ///< flash: of states that do not start as zeros

  int64_t flash_bytes() const;  ///< weights, parameters, initial states, code
  int64_t ram_bytes() const;    ///< arena, states, stack
  double cycles() const;
  double milliseconds() const;
};

double cycles_of(const DeviceTarget& target, const CallUse& call);
double milliseconds_of(const DeviceTarget& target, const CallUse& call);

/// `program` should be lowered for the target's instruction set.
DeviceUse device_use(const Program& program, const DeviceCosts& costs, const DeviceTarget& target);

struct Budget {
  std::optional<int64_t> ram_bytes, flash_bytes;
};

/// Which limits are broken and what takes the space, layer by layer, largest first, as text; empty
/// when the budget holds.
std::string budget_violation(const DeviceUse& use, const Budget& budget);
/// Throws kInvalidArgument (the program exits with 2) with that text.
void check_budget(const DeviceUse& use, const Budget& budget);

/// "64K", "1.5M", "65536": bytes, K = 1024. Throws kInvalidArgument.
int64_t parse_bytes(std::string_view text);

}  // namespace mote
