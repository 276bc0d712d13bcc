// Bytes as text: RFC 4648 base64 with padding.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mote {

std::string base64_encode(std::span<const std::byte> bytes);
/// Nothing when `text` is not base64 (wrong length, alphabet or padding).
std::optional<std::vector<std::byte>> base64_decode(std::string_view text);

}  // namespace mote
