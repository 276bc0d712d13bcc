// What every fuzz target does around the reader it feeds.
//
//   extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
//     return mote::test::fuzz_one({data, size}, [](std::span<const std::byte> file) { ... });
//   }
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mote/base/random.h"

namespace mote::test {

/// Calls `use` with the input and returns 0. An Error is a good answer, unless it is mote's own
/// fault. Ends the program with a message, which libFuzzer takes for a crash, when the input needs
/// more than a second of processor time or more than 256 MB beside what was in use before.
int fuzz_one(std::span<const uint8_t> input, void (*use)(std::span<const std::byte> file));

/// The buffer libFuzzer hands to a mutator.
struct FuzzBuffer {
  uint8_t* data;
  size_t size;
  size_t max_size;
};

/// Damages the buffer half of the times by libFuzzer's own means, else by `mutate`, which knows the
/// format, so that checks behind the first ones are reached; what `mutate` leaves empty or makes
/// too large goes to libFuzzer. Returns the new size.
size_t mutate_one(FuzzBuffer buffer, unsigned seed,
                  std::vector<std::byte> (*mutate)(std::span<const std::byte> file, Rng& rng));

}  // namespace mote::test
