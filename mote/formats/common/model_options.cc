#include "mote/formats/common/model_options.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>

#include "mote/base/error.h"

namespace mote {
namespace {

// Less than a page costs less as a copy than the page that it would hold.
constexpr size_t kLeastBorrowed = 4096;

}  // namespace

Tensor tensor_in_file(const ConstTensorView& content, const std::shared_ptr<const void>& owner) {
  const bool is_aligned =
      reinterpret_cast<uintptr_t>(content.bytes) % size_bytes(content.dtype) == 0;
  // Any bit pattern but two is no bool.
  const bool is_usable = is_aligned && content.dtype != DataType::kBool;
  if (owner == nullptr || !is_usable || content.size_bytes() < kLeastBorrowed) {
    return Tensor::copy_of(content);
  }
  return Tensor::borrowed(content, owner);
}

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
