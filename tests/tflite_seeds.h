// Small sound TFLite files of our own: one for each operator and element type that TFLite has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mote/formats/tflite/tflite_model.h"
#include "tests/samples.h"

namespace mote::test {

struct SeedFile {
  std::string name;
  std::vector<std::byte> bytes;
};

inline std::optional<std::vector<std::byte>> written(const Graph& graph) {
  try {
    return write_tflite(graph);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUnsupported) throw;
    return std::nullopt;
  }
}

/// In a fixed order. Files above `max_bytes` are left out.
inline std::vector<SeedFile> tflite_seeds(size_t max_bytes) {
  std::vector<SeedFile> seeds;
  for (const OpDef* def : all_ops()) {
    if (def->sample == nullptr) continue;
    for (const SampleKind kind : enum_values(SampleKind{})) {
      Rng rng(1);
      const std::optional<Graph> graph = def->sample(rng, kind);
      if (!graph) continue;
      const auto bytes = written(*graph);
      if (!bytes || bytes->size() > max_bytes) continue;
      seeds.push_back({std::string(def->name) + "_" + std::string(name(kind)), *bytes});
    }
  }
  return seeds;
}

}  // namespace mote::test
