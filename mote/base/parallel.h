// Data parallelism over independent items.
#pragma once

#include <cstdint>
#include <functional>

namespace mote {

/// Calls `body(item, worker)` for every item in [0, count), worker in [0, threads). Which worker
/// gets which item is not defined, so results must be stored by item. The first exception (lowest
/// item that threw) is rethrown after all workers stopped. `threads` <= 1 runs in the caller.
void parallel_for(int64_t count, int threads,
                  const std::function<void(int64_t item, int worker)>& body);

/// The number of threads to use when the user gave none: the processors this process may run on.
int default_threads();

}  // namespace mote
