#include "mote/exec/timing.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <numeric>

#include "mote/exec/made_up_inputs.h"
#include "mote/kernels/peak/peak.h"

namespace mote {
namespace {

using Clock = std::chrono::steady_clock;

// A measurement lasts at least this long, some hundred times reading the clock.
constexpr double kShortestMeasurementUs = 20.0;
constexpr int64_t kMostMeasurements = 100'000;
constexpr int kWarmUpRuns = 3;

double elapsed_us(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

double quantile(const std::vector<double>& sorted, double share) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<size_t>(std::lround(share * last))];
}

double median(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  return quantile(values, 0.5);
}

double clock_cost_us() {
  std::vector<double> costs;
  for (int i = 0; i < 101; ++i) costs.push_back(elapsed_us(Clock::now()));
  return median(costs);
}

}  // namespace

Timing time_session(Session& session, const TimingOptions& options) {
  Rng rng(options.seed);
  const std::vector<Tensor> inputs = made_up_inputs(session, rng);
  double once = 0.0;
  for (int i = 0; i < kWarmUpRuns; ++i) {
    write_inputs(session, inputs);
    const auto start = Clock::now();
    session.run();
    once = elapsed_us(start);
  }
  Timing timing;
  timing.runs_per_measurement = std::max<int64_t>(
      1, static_cast<int64_t>(std::ceil(kShortestMeasurementUs / std::max(once, 0.1))));
  std::vector<double> measured;
  const auto begin = Clock::now();
  while (measured.empty() ||
         (elapsed_us(begin) < options.seconds * 1e6 && std::ssize(measured) < kMostMeasurements)) {
    write_inputs(session, inputs);
    const auto start = Clock::now();
    for (int64_t run = 0; run < timing.runs_per_measurement; ++run) session.run();
    measured.push_back(elapsed_us(start) / static_cast<double>(timing.runs_per_measurement));
  }
  std::sort(measured.begin(), measured.end());
  timing.measurements = std::ssize(measured);
  timing.median_us = quantile(measured, 0.5);
  timing.p90_us = quantile(measured, 0.9);
  timing.p99_us = quantile(measured, 0.99);
  return timing;
}

std::vector<double> time_calls(Session& session, const TimingOptions& options) {
  Rng rng(options.seed);
  const std::vector<Tensor> inputs = made_up_inputs(session, rng);
  const size_t count = session.program().calls.size();
  const double clock_us = clock_cost_us();
  std::vector<std::vector<double>> measured(count);
  const auto begin = Clock::now();
  for (int64_t round = 0; round < kWarmUpRuns || elapsed_us(begin) < options.seconds * 1e6;
       ++round) {
    write_inputs(session, inputs);
    for (size_t i = 0; i < count; ++i) {
      const auto start = Clock::now();
      session.run_call(i);
      measured[i].push_back(elapsed_us(start) - clock_us);
    }
    if (round >= kMostMeasurements) break;
  }
  std::vector<double> medians;
  for (std::vector<double>& times : measured) medians.push_back(std::max(0.0, median(times)));
  return medians;
}

PeakRates measure_peak(Isa isa) {
  // The best of several short runs: whatever else the machine does only slows them.
  constexpr int64_t kRounds = 20'000;
  constexpr int kAttempts = 25;
  const mote_peak_loops* loops = mote_peak_loops_for(static_cast<mote_isa>(isa));
  const auto rate = [](int64_t (*loop)(int64_t)) {
    double best = 0.0;
    for (int i = 0; i < kAttempts; ++i) {
      const auto start = Clock::now();
      const int64_t macs = loop(kRounds);
      best = std::max(best, static_cast<double>(macs) / elapsed_us(start) * 1e6);
    }
    return best;
  };
  return {rate(loops->f32), rate(loops->i8)};
}

double measure_bandwidth() {
  constexpr size_t kBytes = size_t{256} << 20;
  constexpr int kAttempts = 3;
  const AlignedBuffer buffer(kBytes);
  double best = 0.0;
  uint64_t sum = 0;
  for (int i = 0; i < kAttempts; ++i) {
    const auto* words = reinterpret_cast<const uint64_t*>(buffer.data());
    const auto start = Clock::now();
    for (size_t w = 0; w < kBytes / sizeof(uint64_t); w += 8) {
      sum += words[w] + words[w + 1] + words[w + 2] + words[w + 3] + words[w + 4] + words[w + 5] +
             words[w + 6] + words[w + 7];
    }
    asm volatile("" : : "r"(sum));
    best = std::max(best, static_cast<double>(kBytes) / elapsed_us(start) * 1e6);
  }
  return best;
}

}  // namespace mote
