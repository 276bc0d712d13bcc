// Damages a TFLite file in its structure: field values, offsets, lengths, shapes, enumerations.
//
//   const FlatbufferMutator mutator(bytes);
//   std::vector<std::byte> damaged = mutator.mutate(rng);
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "mote/base/random.h"

namespace mote::test {

class FlatbufferMutator {
 public:
  /// Whether all offsets lie inside of the file.
  static bool is_sound(std::span<const std::byte> file);

  /// `file` must be sound; its tables, fields and vectors are found once.
  explicit FlatbufferMutator(std::span<const std::byte> file);

  /// One to four changes: of a field or vector (mostly), of any byte, or the end cut off.
  std::vector<std::byte> mutate(Rng& rng) const;

 private:
  void change_place(Rng& rng, std::vector<std::byte>& bytes) const;

  std::vector<std::byte> file_;
  std::vector<size_t> places_;  ///< where a field, vtable entry, length or element starts
};

}  // namespace mote::test
