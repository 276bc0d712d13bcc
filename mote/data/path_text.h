// Paths as written in a dataset.toml.
#pragma once

#include <filesystem>
#include <string_view>

namespace mote::data {

/// `text` as an absolute path, with every ${NAME} replaced by the environment variable; relative
/// paths are taken from `base`. MOTE_DATA has a default: `../shared/data` beside the first folder
/// above `base` that has one. Throws kInvalidArgument naming the variable that is not set.
std::filesystem::path expand_path(std::string_view text, const std::filesystem::path& base);

}  // namespace mote::data
