// What a model takes of a microcontroller, without one: `mote inspect --target`.
#pragma once

#include <filesystem>
#include <string>

#include "mote/api/requests.h"
#include "mote/lower/lower.h"
#include "mote/measure/device_use.h"

namespace mote {

struct DeviceReportRequest {
  ModelRequest model;
  std::string target;      ///< of the cost table: "cortex-m4"
  double clock_mhz = 0.0;  ///< 0: the target's
  /// A table of the user's, over the built-in one; empty: none.
  std::filesystem::path cost_table;
  PlanKind plan = PlanKind::kSpeed;
  Numerics numerics = Numerics::kAuto;
  bool rewrite = true;  ///< the exact passes first, as code generation does
};

/// Throws what open_model, lower and reading the table throw; kInvalidArgument for a target that
/// the table has not.
DeviceUse report_device(const DeviceReportRequest& request);

/// The built-in table with the user's over it.
DeviceCosts device_costs(const std::filesystem::path& cost_table);

}  // namespace mote
