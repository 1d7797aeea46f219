// Runs many seeds in worker processes and gathers what they found. A target that crashes, hangs or uses up its memory costs
// one seed.
//
// Each worker takes the next seed from a counter that all share, and puts it on record in shared memory before it runs it, so
// that a worker that dies names the seed it died of. Each seed's result comes back over a pipe as one message, so that a worker
// that dies takes no earlier seed with it. What a seed writes to its outputs is caught, and kept with its failure.
//
// Threading: single-threaded parent, forked workers.
// Invariants:
//  1. No worker outlives its parent, however that ends.
//  2. Every seed taken is done, or named in `unfinished`; where the two sums differ `claimed` shows it.
#ifndef HARROW_SIM_HARNESS_SWEEP_SWEEP_H_
#define HARROW_SIM_HARNESS_SWEEP_SWEEP_H_

#include <cstdint>
#include <functional>

#include "sim/harness/generator.h"
#include "sim/harness/known_findings.h"
#include "sim/harness/sweep/pending_done.h"
#include "sim/harness/sweep/results.h"

namespace harrow::harness {

struct SweepOptions {
  SeedSpace space = {1, 10'000, 1};
  std::uint32_t shard = 0;
  std::uint32_t session = 1;
  // Wall time after which no seed is begun; 0: no bound. What still runs kTimeGraceMs later is killed.
  std::uint64_t time_ms = 0;
  std::uint32_t jobs = 1;
  std::uint64_t recheck_one_in =
      20;  // every so many seeds run twice and must hash the same; 0: never
  std::uint64_t hang_ms =
      60'000;  // wall time, as the parent sees it pass, after which a worker's seed counts as hung
  // Resident memory of a worker above which its seed counts as out of memory; 0: no bound.
  std::uint64_t memory_bytes = std::uint64_t{2} << 30;
  std::uint64_t max_failures = 10;  // the sweep ends after this many
  GeneratorLimits limits;
  KnownFindings known;  // what is no failure; counted in the tally
};

// From the end of the time, and from an interrupt, to the moment at which the seeds still running are killed.
constexpr std::uint64_t kTimeGraceMs = 2000;
constexpr std::uint64_t kInterruptGraceMs = 700;
// A sweep ends when so many workers died between two seeds, however many failures it was to go on after.
constexpr std::uint64_t kMaxWorkerDeaths = 10;

struct SweepProgress {
  std::uint64_t done = 0;  // in this session
  std::uint64_t elapsed_ms = 0;
};

// All are called in the parent.
struct SweepListener {
  std::function<void(const DoneSeed&)> done;
  std::function<void(const Failure&)> failed;            // not for a seed already known to be red
  std::function<void(const SweepProgress&)> progressed;  // a few times a second, and at the end
};

struct SweepEnd {
  SessionEnd session;
  std::uint64_t claimed = 0;  // seeds taken
  std::uint64_t done = 0;     // in this session
};

// Runs the seeds of the shard that `results` has not, and adds to `total`, `done`, `unknown` and `failures` what they give.
// InterruptSweep() (from a signal handler, or a listener) ends it early, with everything found so far; the listener whose
// output cannot be written says so with EndReason::kOutput.
SweepEnd RunSweep(const SweepOptions& options, SweepResults* results,
                  const SweepListener& listener);
void InterruptSweep(EndReason reason = EndReason::kInterrupted);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_SWEEP_H_
