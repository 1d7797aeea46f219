// The worker's side of a sweep: what it shares with its parent, and its loop over seeds.
//
// Threading: one worker process writes its own slot; the parent reads it.
#ifndef HARROW_SIM_HARNESS_SWEEP_SWEEP_WORKER_H_
#define HARROW_SIM_HARNESS_SWEEP_SWEEP_WORKER_H_

#include <atomic>
#include <cstdint>

#include "sim/harness/counts.h"
#include "sim/harness/sweep/sweep.h"

namespace harrow::harness {

// One worker's record in shared memory.
struct WorkerSlot {
  // 1 + the index of the seed it runs, or is about to take; 0: none.
  std::atomic<std::uint64_t> running{0};
  std::atomic<std::uint64_t> started_ms{0};  // monotonic
  std::atomic<std::uint64_t> done{0};
  std::atomic<std::uint64_t> rechecked{0};
  Counts counts;  // of the seeds done
};

struct SharedSweep {
  static constexpr std::uint32_t kMaxJobs = 256;
  std::atomic<std::uint64_t> next{0};  // index of the next seed to take: so many were taken
  std::atomic<bool> stop{false};
  WorkerSlot slots[kMaxJobs];
};

enum class MessageKind : std::uint8_t { kFailure, kUnknown };

// What crosses the pipe: this, then `text_size` bytes.
struct MessageHeader {
  std::uint64_t seed = 0;
  std::uint64_t hash = 0;
  std::uint64_t text_size = 0;
  MessageKind message = MessageKind::kFailure;
  FailureKind kind = FailureKind::kRule;  // of a failure
};

std::uint64_t MonotonicMs();

// Runs seeds until there are none left or `shared->stop` is set. Failures go to the descriptor `pipe`;
// when nobody reads it any more the process ends.
void RunWorker(const SweepOptions& options, SharedSweep* shared, WorkerSlot* slot, int pipe);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_SWEEP_WORKER_H_
