#include "mote/formats/common/model_options.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "mote/base/error.h"

namespace mote {

void check_input_names(const LoadOptions& options, std::span<const std::string> inputs) {
  const auto check = [&](const std::string& name) {
    if (std::find(inputs.begin(), inputs.end(), name) != inputs.end()) return;
    throw_error(ErrorKind::kInvalidArgument, "the model has no input '{}'; its inputs are '{}'",
                name, fmt::join(inputs, "', '"));
  };
  for (const auto& [name, shape] : options.shapes) check(name);
  for (const auto& [name, tensor] : options.binds) check(name);
}

}  // namespace mote
