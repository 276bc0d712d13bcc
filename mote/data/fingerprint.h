// A stable name for the content of a sample, to recognise it under another file name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mote::data {

/// 64-bit hash of `bytes`, continuing from `seed`; the same on every machine. Not cryptographic:
/// two different samples of a set of a million collide with a probability below 1e-7.
uint64_t fingerprint(std::span<const std::byte> bytes, uint64_t seed = 0);

}  // namespace mote::data
