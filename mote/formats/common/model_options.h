// What readers and writers of every format are told.
#pragma once

#include <map>
#include <memory>
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
  /// Whoever holds it keeps the bytes that are read alive and as they are: large constants refer to
  /// them where the file stores them as they are used. Absent: all are copied.
  std::shared_ptr<const void> owner = nullptr;
};

/// A tensor with the content `bytes` of a file: borrowed where `owner` allows it and that saves
/// memory, else a copy.
Tensor tensor_in_file(const ConstTensorView& content, const std::shared_ptr<const void>& owner);

/// Throws kInvalidArgument when `options` names an input that is not among `inputs`.
void check_input_names(const LoadOptions& options, std::span<const std::string> inputs);

struct SaveOptions {
  /// Gets what changed in meaning; may be absent.
  ConversionReport* report = nullptr;
};

}  // namespace mote
