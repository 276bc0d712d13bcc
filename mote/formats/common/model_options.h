// What readers and writers of every format are told.
#pragma once

#include <map>
#include <span>
#include <string>

#include "mote/base/tensor.h"
#include "mote/formats/common/conversion_report.h"

namespace mote {

struct LoadOptions {
  /// Shapes of inputs, by name, instead of those in the file (`--shape input=1,224,224,3`). The
  /// first extent may be kDynamic. A name the model does not have is an error.
  std::map<std::string, Shape> shapes = {};
  /// Inputs that become constants with this content (`--bind name=file`).
  std::map<std::string, Tensor> binds = {};
  /// Gets what changed in meaning; may be absent.
  ConversionReport* report = nullptr;
};

/// Throws kInvalidArgument when `options` names an input that is not among `inputs`.
void check_input_names(const LoadOptions& options, std::span<const std::string> inputs);

struct SaveOptions {
  /// Gets what changed in meaning; may be absent.
  ConversionReport* report = nullptr;
};

}  // namespace mote
