#include "mote/data/fingerprint.h"

namespace mote::data {
namespace {

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014), a bijection of 64-bit words.
uint64_t mix(uint64_t z) {
  z += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

uint64_t fingerprint(std::span<const std::byte> bytes, uint64_t seed) {
  uint64_t hash = mix(seed ^ bytes.size());
  while (!bytes.empty()) {
    const size_t count = bytes.size() < 8 ? bytes.size() : 8;
    uint64_t word = 0;
    for (size_t i = 0; i < count; ++i) word |= std::to_integer<uint64_t>(bytes[i]) << (8 * i);
    hash = mix(hash ^ word);
    bytes = bytes.subspan(count);
  }
  return hash;
}

}  // namespace mote::data
