// The parts that requests share: which model, which data, how to compute.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "mote/base/progress.h"
#include "mote/data/dataset.h"
#include "mote/exec/executor.h"
#include "mote/formats/common/conversion_report.h"
#include "mote/ir/graph.h"

namespace mote {

/// A model file and how to read it.
struct ModelRequest {
  std::filesystem::path path;
  /// Shapes of inputs instead of those in the file.
  std::map<std::string, Shape> shapes = {};
  /// Inputs that become constants: the .npy file with the content of each.
  std::map<std::string, std::filesystem::path> binds = {};
};

/// Samples and how to prepare them.
struct DataRequest {
  std::filesystem::path path;
  data::DatasetOptions options = {};
};

/// How to compute. Results are the same for any number of threads.
struct ComputeOptions {
  /// kAuto: the numerics that go with each model's file.
  ExecOptions exec = {.numerics = Numerics::kAuto};
  int threads = 1;
};

/// Throws what load_model and reading the bound files throw. `report` may be absent.
Graph open_model(const ModelRequest& request, ConversionReport* report = nullptr);

/// The numerics that kAuto stands for with this model: those of the runtime its format is for.
Numerics numerics_for(Numerics chosen, const ModelRequest& model);
/// `chosen` with the numerics for this model.
ExecOptions exec_for(ExecOptions chosen, const ModelRequest& model);

/// Throws kInvalidArgument when no dataset is named, else what Dataset::open throws.
data::Dataset open_data(const DataRequest& request);

/// Labels of `dataset` moved to the classes of `graph`: see Dataset::label_offset.
int64_t label_offset_for(const data::Dataset& dataset, const Graph& graph);

}  // namespace mote
