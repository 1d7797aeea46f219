// The smallest scenario that still fails in the same way, by trying the smaller scenarios next to one (shrink_steps.h, search.h)
// until none of them fails. Each candidate runs in a worker process, so that one that crashes or hangs is an answer like any other.
//
// Threading: single-threaded parent, forked workers.
// Invariants:
//  1. `smallest` failed in the class `failure` in a process that had run nothing else; unless it was interrupted before that.
//  2. Found within half of the time, `smallest` is a function of the scenario; the number of jobs does not matter.
//  3. A candidate that hangs is told by processor time, many times that of the longest run that ended.
// Source: Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, TSE 2002.
#ifndef HARROW_SIM_HARNESS_SHRINK_SHRINK_H_
#define HARROW_SIM_HARNESS_SHRINK_SHRINK_H_

#include <cstdint>
#include <functional>
#include <string>

#include "sim/harness/failure_class.h"
#include "sim/harness/known_findings.h"
#include "sim/harness/scenario.h"
#include "sim/harness/shrink/scenario_size.h"

namespace harrow::harness {

struct ShrinkProgress {
  const Scenario* best = nullptr;
  std::uint64_t tried = 0;
  std::uint64_t elapsed_ms = 0;
};

struct ShrinkOptions {
  std::uint64_t time_ms = 10'000;  // wall time of the search; 0: until nothing smaller fails
  std::uint32_t jobs = 1;
  std::uint64_t hang_ms = 10'000;  // for one candidate
  // Any class of failure will do, not only the one that the scenario showed.
  bool any_failure = false;
  KnownFindings
      known;  // a candidate that breaks a rule as one of these is as good as one that breaks none
  std::function<void(const ShrinkProgress&)>
      progressed;  // a few times a second, and at each step down
};

struct ShrinkResult {
  Scenario smallest;
  FailureClass failure;    // kNone: the scenario did not fail, and `smallest` is that scenario
  std::uint64_t hash = 0;  // of the run of `smallest`; 0 where it did not end
  std::string
      text;  // its failure report, as a sweep prints it; of a broken rule with the profiles in which it is
  std::uint64_t tried = 0;
  bool finished = false;  // nothing smaller fails; false: the time was over, or InterruptShrink()
  bool interrupted =
      false;  // InterruptShrink(); with `failure` kNone: before it was known how the scenario fails
  std::uint64_t elapsed_ms = 0;
};

ShrinkResult Shrink(const Scenario& scenario, const ShrinkOptions& options);
// From a signal handler or a listener: the shrink ends with the best so far.
void InterruptShrink();

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SHRINK_SHRINK_H_
