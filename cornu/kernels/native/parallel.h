// A parallel loop on XLA's own thread pool: a second pool beside it costs more than it gives.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "xla/ffi/api/ffi.h"

namespace cornu {

inline int thread_count(xla::ffi::ThreadPool& pool) {
  return std::max<int>(1, static_cast<int>(pool.num_threads()));
}

// Calls body(0) ... body(count - 1). The caller works too and never waits for a thread that has
// not begun: inside a loop of XLA all threads of the pool may be busy with their own callers.
inline void parallel_for(xla::ffi::ThreadPool& pool, long count, std::function<void(long)> body) {
  struct Shared {
    std::atomic<long> next{0}, done{0};
    long count;
    std::function<void(long)> body;
    std::mutex mutex;
    std::condition_variable finished;

    void work() {
      for (long i; (i = next.fetch_add(1)) < count;) {
        body(i);
        if (done.fetch_add(1) + 1 == count) {
          std::lock_guard<std::mutex> lock(mutex);
          finished.notify_all();
        }
      }
    }
  };
  const long others = std::min<long>(thread_count(pool), count) - 1;
  if (others <= 0) {
    for (long i = 0; i < count; i++) body(i);
    return;
  }
  auto shared = std::make_shared<Shared>();
  shared->count = count;
  shared->body = std::move(body);
  for (long i = 0; i < others; i++) pool.Schedule([shared] { shared->work(); });
  shared->work();
  // The last pieces end within microseconds of each other: look a while before sleeping.
  for (int spin = 0; spin < 4000 && shared->done.load() < count; spin++) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  if (shared->done.load() < count) {
    std::unique_lock<std::mutex> lock(shared->mutex);
    shared->finished.wait(lock, [&] { return shared->done.load() >= count; });
  }
}

}  // namespace cornu
