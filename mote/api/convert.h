// From one model format to another. The exact passes run between: what one format says with several
// operators (a batch norm behind a convolution) the other may only know as one.
#pragma once

#include <cstdint>
#include <vector>

#include "mote/api/requests.h"

namespace mote {

struct ConvertRequest {
  ModelRequest model;
  std::filesystem::path output;  ///< its extension names the format
};

struct ConvertResult {
  int64_t input_bytes = 0;
  int64_t output_bytes = 0;
  /// Everything that changed in meaning; empty when nothing did.
  std::vector<ConversionChange> changes;
};

/// Throws what load_model and save_model throw. Nothing is written on failure.
ConvertResult convert(const ConvertRequest& request);

/// Throws kInvalidArgument when `output` is `source` or its extension names no model format, kIo
/// when its folder is missing or closed: to be asked before long work begins.
void check_output_path(const std::filesystem::path& output, const std::filesystem::path& source);

/// Bytes of a file, for results. Throws kIo when it is not there.
int64_t file_bytes(const std::filesystem::path& path);

}  // namespace mote
