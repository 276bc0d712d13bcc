// How long a program takes on this machine.
//
//   const Timing timing = time_session(session, {});
//   timing.median_us;
//
// Inputs are filled with the same numbers before every measurement. Short networks are run several
// times per measurement, so that reading the clock does not count.
#pragma once

#include <cstdint>
#include <vector>

#include "mote/exec/session.h"

namespace mote {

struct TimingOptions {
  double seconds = 1.0;  ///< how long to measure, warming up not counted
  uint64_t seed = 0;     ///< of the inputs
};

struct Timing {
  double median_us = 0.0;
  double p90_us = 0.0;
  double p99_us = 0.0;
  int64_t measurements = 0;
  int64_t runs_per_measurement = 1;
};

Timing time_session(Session& session, const TimingOptions& options);

/// The median time of each call of the program, in microseconds, the cost of reading the clock
/// taken off.
std::vector<double> time_calls(Session& session, const TimingOptions& options);

/// What one core of this machine reaches without reading memory, in multiply-accumulates per
/// second.
struct PeakRates {
  double f32 = 0.0;
  double i8 = 0.0;
};
PeakRates measure_peak(Isa isa);
/// Bytes per second that one core reads from memory beyond its caches.
double measure_bandwidth();

}  // namespace mote
