#include "mote/base/worker_pool.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace mote {
namespace {

// How often a worker looks for work before it sleeps: some tens of microseconds.
constexpr int kLooks = 20'000;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

struct WorkerPool::Impl {
  std::atomic<uint64_t> round{0};  // counts pieces of work; the threads wait for it to move
  std::atomic<int> unfinished{0};  // threads that still work on this round
  std::atomic<int> sleepers{0};
  std::atomic<bool> stopping{false};
  Function function = nullptr;
  void* context = nullptr;
  std::mutex mutex;
  std::condition_variable wake;
  std::vector<std::thread> threads;

  void wait_for_round_after(uint64_t last) {
    for (int look = 0; look < kLooks; ++look) {
      if (round.load(std::memory_order_acquire) != last) return;
      pause();
    }
    std::unique_lock lock(mutex);
    ++sleepers;
    wake.wait(lock, [&] { return round.load(std::memory_order_acquire) != last; });
    --sleepers;
  }

  void work(int worker) {
    for (uint64_t last = 0;; ++last) {
      wait_for_round_after(last);
      if (stopping) return;
      function(context, worker);
      unfinished.fetch_sub(1, std::memory_order_release);
    }
  }

  void start_round() {
    unfinished.store(static_cast<int>(threads.size()), std::memory_order_relaxed);
    {
      // Under the lock, so that a thread that is about to sleep does not miss it.
      const std::lock_guard lock(mutex);
      round.fetch_add(1, std::memory_order_release);
    }
    if (sleepers > 0) wake.notify_all();
  }
};

WorkerPool::WorkerPool(int workers) : impl_(std::make_unique<Impl>()) {
  for (int worker = 1; worker < workers; ++worker) {
    impl_->threads.emplace_back([impl = impl_.get(), worker] { impl->work(worker); });
  }
}

WorkerPool::~WorkerPool() {
  impl_->stopping = true;
  impl_->start_round();
  for (std::thread& thread : impl_->threads) thread.join();
}

int WorkerPool::workers() const { return static_cast<int>(impl_->threads.size()) + 1; }

void WorkerPool::run(void* context, Function function) {
  impl_->context = context;
  impl_->function = function;
  impl_->start_round();
  function(context, 0);
  // A thread that lost its processor would be waited for by looking for long: let others run then.
  for (int look = 0; impl_->unfinished.load(std::memory_order_acquire) > 0; ++look) {
    if (look < kLooks) {
      pause();
    } else {
      std::this_thread::yield();
    }
  }
}

}  // namespace mote
