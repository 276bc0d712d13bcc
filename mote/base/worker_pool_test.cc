#include "mote/base/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace mote {
namespace {

struct Counts {
  std::atomic<int> calls[4] = {};
};

void count(void* context, int worker) { ++static_cast<Counts*>(context)->calls[worker]; }

TEST(WorkerPool, calls_every_worker_once_a_round) {
  for (int workers = 1; workers <= 4; ++workers) {
    WorkerPool pool(workers);
    EXPECT_EQ(pool.workers(), workers);
    Counts counts;
    constexpr int kRounds = 1000;
    for (int round = 0; round < kRounds; ++round) pool.run(&counts, count);
    for (int worker = 0; worker < 4; ++worker) {
      EXPECT_EQ(counts.calls[worker], worker < workers ? kRounds : 0);
    }
  }
}

TEST(WorkerPool, wakes_workers_that_went_to_sleep) {
  WorkerPool pool(2);
  Counts counts;
  for (int round = 1; round <= 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pool.run(&counts, count);
    EXPECT_EQ(counts.calls[1], round);
  }
}

}  // namespace
}  // namespace mote
