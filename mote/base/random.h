// A small seeded generator whose sequence is the same on every machine and standard library.
#pragma once

#include <cstdint>

namespace mote {

/// SplitMix64 (Steele, Lea, Flood 2014). Distribution functions are our own because those of the
/// standard library differ between implementations.
class Rng {
 public:
  explicit Rng(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    state_ += 0x9e3779b97f4a7c15u;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// Uniform in [low, high], both included. The modulo bias is below 2^-40 for ranges under 2^24.
  int64_t integer(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(next() % static_cast<uint64_t>(high - low + 1));
  }
  /// Uniform in [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  float uniform(float low, float high) {
    return low + static_cast<float>(uniform()) * (high - low);
  }
  /// Standard normal (Box-Muller).
  double normal();

 private:
  uint64_t state_;
};

}  // namespace mote
