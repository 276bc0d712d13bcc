// Threads that share short pieces of work again and again, without allocating.
//
//   WorkerPool pool(2);
//   pool.run(context, [](void* context, int worker) { ... });  // workers 0 (the caller) and 1
//
// Made for work of tens of microseconds: workers wait for the next piece by looking for it for a
// while before they sleep.
#pragma once

#include <memory>

namespace mote {

/// Somebody's threads.
class Workers {
 public:
  using Function = void (*)(void* context, int worker);
  virtual ~Workers() = default;
  virtual int workers() const = 0;
  /// Calls function(context, worker) once on every worker and returns when all are done. `function`
  /// must not throw. One caller at a time.
  virtual void run(void* context, Function function) = 0;
};

class WorkerPool final : public Workers {
 public:
  /// `workers` >= 1, the caller counted; threads are started here.
  explicit WorkerPool(int workers);
  ~WorkerPool() override;
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  int workers() const override;
  void run(void* context, Function function) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mote
