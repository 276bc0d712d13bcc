// One call of a model on files.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "mote/api/requests.h"

namespace mote {

struct RunRequest {
  ModelRequest model;
  /// One file per input in order, or one .bin or .npz for all: see data::read_input_files.
  std::vector<std::filesystem::path> inputs;
  /// Prepare inputs as this dataset.toml says; empty: by `preprocess` alone.
  std::filesystem::path description = {};
  /// Keys of [preprocess] of a dataset description, for pictures and sounds; they overrule it.
  std::map<std::string, std::string> preprocess = {};
  /// Empty: nothing is written. `.bin`: the raw little-endian bytes of all outputs in order.
  /// `.npy`: the output; of several, `x.npy` becomes x.0.npy, x.1.npy, ...
  std::filesystem::path output = {};
  /// Empty: none. Every node's outputs as .npy, and index.csv that names them; the folder is made.
  std::filesystem::path dump_layers = {};
  ComputeOptions compute = {};
};

struct RunOutput {
  std::string name;
  TensorType type;
  Tensor tensor;
};

struct RunResult {
  std::vector<RunOutput> outputs;
  std::vector<std::filesystem::path> written;
};

/// Throws what reading the model and the inputs throws; kInvalidArgument for an output of unknown
/// extension or one that is an input.
RunResult run(const RunRequest& request);

}  // namespace mote
