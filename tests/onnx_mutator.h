// Damages an ONNX file: its bytes, or what its messages say while they stay well formed.
//
//   const OnnxMutator mutator(bytes);
//   std::vector<std::byte> damaged = mutator.mutate(rng);
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "mote/base/random.h"

namespace mote::onnxpb {
class ModelProto;
}

namespace mote::test {

class OnnxMutator {
 public:
  /// `file` must be a sound ONNX file.
  explicit OnnxMutator(std::span<const std::byte> file);
  OnnxMutator(OnnxMutator&&) noexcept;
  ~OnnxMutator();

  /// One to four changes of bytes (one time in four) or of shapes, types, attributes, indices,
  /// tensor contents, connections and operators.
  std::vector<std::byte> mutate(Rng& rng) const;

 private:
  std::vector<std::byte> file_;
  std::unique_ptr<onnxpb::ModelProto> model_;
};

}  // namespace mote::test
