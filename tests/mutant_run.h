// Holds damaged files, one after another, to their bounds: a result or an Error, each within a
// second and 256 MB.
//
//   const MutantCounts counts = run_mutants({.count = 10'000, .make = ..., .use = ...});
//
// A failure, a crash too, prints its seed; MOTE_MUTATION_SEED=<seed> runs that one alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mote/base/random.h"
#include "mote/ir/graph.h"

namespace mote::test {

struct Mutants {
  uint64_t count = 0;
  /// The file with this seed; `rng` starts from it.
  std::function<std::vector<std::byte>(uint64_t seed, Rng& rng)> make;
  /// Throws Error when it refuses the file.
  std::function<void(std::span<const std::byte> file)> use;
};

struct MutantCounts {
  int64_t run = 0;
  int64_t accepted = 0;
};

/// Adds a gtest failure for each mutant that leaves its bounds or throws anything but an Error of
/// the user's (kInternal is mote's own). Works on the calling thread.
MutantCounts run_mutants(const Mutants& mutants);

/// Every file in the folder of a fuzz target's corpus, tests/fuzz/corpus/<target>, in the order of
/// names, is held to the same bounds: what fuzzing found stays found.
MutantCounts run_corpus(const std::string& target,
                        const std::function<void(std::span<const std::byte> file)>& use);

/// What must go well with any graph that a reader gave: it is verified, printed and, when it is
/// small, run for one step by both sets of kernels. Throws Error.
void exercise(const Graph& graph);

}  // namespace mote::test
