// The worker's side of a sweep: what it shares with its parent, and its loop over seeds.
//
// Threading: one worker process writes its own slot; the parent reads it.
#ifndef HARROW_SIM_HARNESS_SWEEP_SWEEP_WORKER_H_
#define HARROW_SIM_HARNESS_SWEEP_SWEEP_WORKER_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <type_traits>

#include "sim/harness/sweep/seed_space.h"
#include "sim/harness/sweep/sweep.h"
#include "sim/harness/sweep/tally.h"

namespace harrow::harness {

// One worker's record in shared memory.
struct WorkerSlot {
  // 1 + the index (in the list of what remains to do) of the seed it runs, or is about to take; 0: none.
  std::atomic<std::uint64_t> running{0};
};

struct SharedSweep {
  static constexpr std::uint32_t kMaxJobs = 256;
  std::atomic<std::uint64_t> next{0};  // index of the next seed to take: so many were taken
  std::atomic<bool> stop{false};
  WorkerSlot slots[kMaxJobs];
};

// What crosses the pipe for each seed that ended: this, then the texts.
struct SeedMessage {
  std::uint64_t index = 0;
  Tally tally;
  std::uint64_t hash = 0;
  FailureClass failure;
  kernel::StrategyKind strategy = kernel::StrategyKind::kDefault;  // of the life in which it failed
  bool unknown = false;
  bool last = false;  // the worker ends itself after this one
  std::uint64_t cause_size = 0;
  std::uint64_t text_size = 0;
  std::uint64_t output_size = 0;
};
static_assert(std::is_trivially_copyable_v<SeedMessage>, "crosses process borders as bytes");

// What a worker is forked with.
struct WorkerTask {
  const SweepOptions* options = nullptr;
  const RemainingPositions* remaining = nullptr;
  SharedSweep* shared = nullptr;
  WorkerSlot* slot = nullptr;
  int pipe = -1;    // messages
  int output = -1;  // a file for what the target writes to its outputs
};

// Of the caught output so much is kept, the end of it.
constexpr std::size_t kOutputKept = 16 << 10;
std::string EndOfOutput(int output);

std::uint64_t MonotonicMs();
std::uint64_t ResidentBytes(pid_t pid);  // of a process; 0 when it cannot be told

// Runs seeds until there are none left or `shared->stop` is set; when nobody reads the pipe any more the process ends.
void RunWorker(const WorkerTask& task);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_SWEEP_WORKER_H_
