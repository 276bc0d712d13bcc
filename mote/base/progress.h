// What a long piece of work tells its caller, and how the caller stops it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>

#include "mote/base/error.h"

namespace mote {

/// Set from a signal handler or another thread; long work checks it between samples.
class CancelToken {
 public:
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_{false};
};

/// The library never prints: it reports here. Every member may be empty.
struct Observer {
  /// `done` of `total` steps of `phase` are finished. Called from one thread at a time.
  std::function<void(std::string_view phase, int64_t done, int64_t total)> progress;
  /// One line that the user should read although nothing failed.
  std::function<void(std::string_view line)> warning;
  const CancelToken* cancel = nullptr;

  void report(std::string_view phase, int64_t done, int64_t total) const {
    if (progress) progress(phase, done, total);
  }
  void warn(std::string_view line) const {
    if (warning) warning(line);
  }
  /// Throws kCancelled when the user asked to stop.
  void check_cancelled() const {
    if (cancel != nullptr && cancel->cancelled()) {
      throw Error(ErrorKind::kCancelled, "stopped; nothing was written");
    }
  }
};

}  // namespace mote
