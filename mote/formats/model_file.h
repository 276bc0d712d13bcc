// Model files of any format: the one door for loading and saving.
//
//   Graph graph = load_model("kws.tflite", {.shapes = {{"input", {1, 49, 10, 1}}}});
//   save_model("kws.onnx", graph, {.source = "kws.tflite"});
//
// A file is read in the format its content shows, else the one its extension names; it is written
// in the format of its extension. The table of formats comes from the build list.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "mote/formats/common/model_format.h"
#include "mote/formats/common/model_options.h"
#include "mote/ir/graph.h"

namespace mote {

/// A model in memory, of the format its content shows; data files beside it are not found.
Graph read_model(std::span<const std::byte> bytes, const LoadOptions& options = {});

/// In the order of the build list.
std::span<const ModelFormat> model_formats();

/// Throws kIo when the file cannot be read, kInvalidModel or kUnsupported when it cannot be used;
/// the message names the file. The file stays mapped as long as constants of the graph refer to it:
/// it may be removed or replaced (as save_model does), but not be cut or written in place.
Graph load_model(const std::filesystem::path& path, const LoadOptions& options = {});

struct SaveModelOptions {
  /// The file the graph was loaded from: it is never overwritten.
  std::filesystem::path source = {};
  ConversionReport* report = nullptr;
};

/// The bytes of the file that save_model writes. Throws what it throws, but for the disk.
std::vector<std::byte> encode_model(const std::filesystem::path& path, const Graph& graph,
                                    const SaveModelOptions& options = {});

/// Writes whole or not at all. Throws kInvalidArgument when the extension is unknown or `path` is
/// the source, kUnsupported when the format cannot express the graph, kIo when the disk fails.
void save_model(const std::filesystem::path& path, const Graph& graph,
                const SaveModelOptions& options = {});

}  // namespace mote
