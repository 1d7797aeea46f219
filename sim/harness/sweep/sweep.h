// Runs many seeds in worker processes and gathers what they found. A target that crashes or hangs costs one seed.
//
// Each worker takes the next seed from a counter that all share, and puts it on record in shared memory before it runs it, so
// that a worker that dies names the seed it died of. Failures come back over a pipe, counts through the shared record.
//
// Threading: single-threaded parent, forked workers.
// Invariants:
//  1. No worker outlives its parent, however that ends.
//  2. Every seed taken is done, or named in `unfinished`; where the two sums differ `claimed` shows it.
#ifndef HARROW_SIM_HARNESS_SWEEP_SWEEP_H_
#define HARROW_SIM_HARNESS_SWEEP_SWEEP_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/harness/counts.h"
#include "sim/harness/generator.h"

namespace harrow::harness {

struct SweepOptions {
  std::uint64_t first_seed = 1;
  std::uint64_t seeds = 10'000;  // ~0: until the time is over
  // Wall time after which no seed is begun; 0: no bound. What still runs kTimeGraceMs later is killed.
  std::uint64_t time_ms = 0;
  std::uint32_t jobs = 1;
  std::uint64_t recheck_one_in =
      20;                          // every so many seeds run twice and must hash the same; 0: never
  std::uint64_t hang_ms = 60'000;  // wall time after which a worker's seed counts as hung
  std::uint64_t max_failures = 10;  // the sweep ends after this many
  GeneratorLimits limits;
};

// From the end of the time, and from an interrupt, to the moment at which the seeds still running are killed.
constexpr std::uint64_t kTimeGraceMs = 2000;
constexpr std::uint64_t kInterruptGraceMs = 700;

enum class FailureKind : std::uint8_t {
  kRule,
  kDied,
  kHung,
  kMemory,
  kUnserved,
  kNotDeterministic,
  kWorkerDied  // between two seeds: `seed` means nothing
};

struct Failure {
  std::uint64_t seed = 0;
  FailureKind kind = FailureKind::kRule;
  std::uint64_t hash = 0;  // of the run; 0 where it did not end
  std::string text;        // what was found, several lines
};

struct SweepProgress {
  std::uint64_t done = 0;
  std::uint64_t failures = 0;
  std::uint64_t elapsed_ms = 0;
};

struct SweepResult {
  Counts counts;
  std::uint64_t done = 0;
  std::uint64_t rechecked = 0;
  std::uint64_t claimed = 0;              // seeds taken
  std::vector<Failure> failures;          // in the order of arrival
  std::vector<std::uint64_t> unknown;     // seeds with a verdict that reached a bound, nothing red
  std::vector<std::uint64_t> unfinished;  // seeds killed at the end of the time, or interrupted
  bool interrupted = false;
  std::uint64_t elapsed_ms = 0;
  std::uint64_t cpu_ms = 0;           // of all workers
  std::uint64_t peak_memory_kib = 0;  // of the largest worker
};

struct SweepListener {
  std::function<void(const Failure&)> failed;
  std::function<void(const SweepProgress&)> progressed;  // a few times a second
};

// InterruptSweep() (from a signal handler, or a listener) ends it early, with everything found so far.
SweepResult RunSweep(const SweepOptions& options, const SweepListener& listener);
void InterruptSweep();

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_SWEEP_H_
