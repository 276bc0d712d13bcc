// The golden models of the shared data: a folder each, with a model and what another runtime gives.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/test_environment.h"

namespace mote::test {

/// Names of the folders, sorted; none where the shared data are absent.
inline std::vector<std::string> golden_folders() {
  const auto data = shared_data();
  std::vector<std::string> names;
  if (!data || !std::filesystem::is_directory(*data / "golden")) return names;
  for (const auto& entry : std::filesystem::directory_iterator(*data / "golden")) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

inline std::string golden_test_name(const testing::TestParamInfo<std::string>& folder) {
  std::string name = folder.param;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

}  // namespace mote::test
