// One row of the table of formats.
//
// mote/formats/<word>_format.cc defines `ModelFormat <word>_format()`, and the word `<word>_format`
// in that folder's CMakeLists.txt adds the row.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "mote/formats/common/model_options.h"
#include "mote/ir/graph.h"

namespace mote {

struct ModelFormat {
  std::string_view name;                     ///< "tflite"
  std::vector<std::string_view> extensions;  ///< ".tflite"; the first is the usual one
  /// True when the file's content shows that it is of this format, whatever its name.
  bool (*recognizes)(std::span<const std::byte> bytes) = nullptr;
  /// `folder` is where files that the model names by relative path may lie.
  Graph (*read)(std::span<const std::byte> bytes, const std::filesystem::path& folder,
                const LoadOptions& options) = nullptr;
  /// nullptr: the format is only read.
  std::vector<std::byte> (*write)(const Graph& graph, const SaveOptions& options) = nullptr;
};

}  // namespace mote
