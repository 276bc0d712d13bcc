// Which version of a TFLite operator a node needs: runtimes refuse versions they do not know, and
// older ones refuse what their version does not do.
#pragma once

#include <vector>

#include "mote/formats/tflite/export.h"

namespace mote::tflite {

/// What decides the version of an operator.
struct OperatorFacts {
  schema::BuiltinOperator code;
  /// Operands and results; nullptr where an operand is absent.
  std::vector<const Exporter::FileTensor*> inputs;
  std::vector<const Exporter::FileTensor*> outputs;
  const void* options = nullptr;  ///< of the table that belongs to the code
};

/// The lowest version that does what the operator does.
/// Source: TensorFlow, "TFLite operator versions" (tensorflow/lite/tools/versioning/op_version.cc).
int operator_version(const OperatorFacts& facts);

}  // namespace mote::tflite
