// What a model takes of a microcontroller, as text and as JSON.
#pragma once

#include "apps/cli/json_values.h"
#include "mote/measure/device_use.h"

namespace mote::cli {

Json to_json(const DeviceUse& use);
std::string to_text(const DeviceUse& use);

}  // namespace mote::cli
