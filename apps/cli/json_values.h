// Results of the API as JSON, for `--json`.
#pragma once

#include <nlohmann/json.hpp>

#include "mote/formats/common/conversion_report.h"
#include "mote/ir/graph.h"

namespace mote::cli {

/// Keys keep the order in which they were set.
using Json = nlohmann::ordered_json;

/// Indented, with a line feed; bytes that are not UTF-8 are replaced.
std::string json_text(const Json& json);

/// {"dtype", "shape", "scale"?, "zero_point"?}; a dynamic extent is null.
Json to_json(const TensorType& type);
/// [{"subject", "change"}].
Json to_json(const std::vector<ConversionChange>& changes);

}  // namespace mote::cli
