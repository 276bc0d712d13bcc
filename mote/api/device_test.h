// A model on an emulated microcontroller: its bytes beside the host's, and what it costs there.
#pragma once

#include <cstdint>

#include "mote/api/requests.h"
#include "mote/device/on_device.h"
#include "mote/lower/lower.h"

namespace mote {

struct DeviceTestRequest {
  ModelRequest model;
  PlanKind optimize = PlanKind::kSpeed;
  Numerics numerics = Numerics::kAuto;
  bool rewrite = true;  ///< the exact passes first, as `optimize` does
  /// Without a path: made-up inputs.
  DataRequest data = {};
  int64_t samples = 2;  ///< at most, of the dataset
  device::DeviceOptions device = {};
};

/// The generated C with its self-test, on the board, fed with samples, each from the initial state.
/// Throws what open_model, lower, codegen::generate, open_data and device::test_on_device throw.
device::DeviceReport device_test(const DeviceTestRequest& request, const Observer& observer = {});

}  // namespace mote
