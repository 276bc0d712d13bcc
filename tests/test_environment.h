// Where tests find what does not lie in the repository: shared data and a Python with other
// runtimes.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#ifndef MOTE_SOURCE_DIR
#error "MOTE_SOURCE_DIR must name the repository's root"
#endif

namespace mote {

/// A path from the environment, else `fallback` under the repository's root; nothing when it is not
/// there.
inline std::optional<std::filesystem::path> path_from_environment(const char* variable,
                                                                  const char* fallback) {
  const char* given = std::getenv(variable);
  const std::filesystem::path path = given != nullptr
                                         ? std::filesystem::path(given)
                                         : std::filesystem::path(MOTE_SOURCE_DIR) / fallback;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path;
}

inline std::optional<std::filesystem::path> shared_data() {
  return path_from_environment("MOTE_DATA", "../shared/data");
}

inline std::optional<std::filesystem::path> peer_python() {
  return path_from_environment("MOTE_PYTHON", ".venv/bin/python");
}

inline constexpr const char* kNoSharedData = "shared data is absent: set MOTE_DATA to its folder";
inline constexpr const char* kNoPeerPython =
    "no Python with other runtimes: set MOTE_PYTHON, or make .venv as tools/dev does";

}  // namespace mote
