// Small sound model files of our own: one for each operator and element type that a format has.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mote/base/error.h"
#include "mote/ops/op_table.h"

namespace mote::test {

struct SeedFile {
  std::string name;
  std::vector<std::byte> bytes;
};

using WriteModel = std::function<std::vector<std::byte>(const Graph&)>;

inline std::optional<std::vector<std::byte>> written(const WriteModel& write, const Graph& graph) {
  try {
    return write(graph);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUnsupported) throw;
    return std::nullopt;
  }
}

/// In a fixed order. Files above `max_bytes` and those that the format cannot express are left out.
inline std::vector<SeedFile> model_seeds(const WriteModel& write, size_t max_bytes) {
  std::vector<SeedFile> seeds;
  for (const OpDef* def : all_ops()) {
    if (def->sample == nullptr) continue;
    for (const SampleKind kind : enum_values(SampleKind{})) {
      Rng rng(1);
      const std::optional<Graph> graph = def->sample(rng, kind);
      if (!graph) continue;
      const auto bytes = written(write, *graph);
      if (!bytes || bytes->size() > max_bytes) continue;
      seeds.push_back({std::string(def->name) + "_" + std::string(name(kind)), *bytes});
    }
  }
  return seeds;
}

}  // namespace mote::test
