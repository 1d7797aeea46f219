// Shrinks one failure of each cause, so that causes that are one bug can be told.
//
// Threading: single-threaded parent, forked workers.
#ifndef HARROW_SIM_HARNESS_SWEEP_SHRINK_CAUSES_H_
#define HARROW_SIM_HARNESS_SWEEP_SHRINK_CAUSES_H_

#include <cstdint>
#include <functional>

#include "sim/harness/generator.h"
#include "sim/harness/sweep/sweep_record.h"

namespace harrow::harness {

struct ShrinkCausesOptions {
  GeneratorLimits limits;
  KnownFindings known;              // of the sweep: no broken rule is shrunk into one of these
  std::uint64_t each_ms = 2000;     // wall time for one cause
  std::uint64_t total_ms = 10'000;  // for all: causes of most failures come first
  std::uint32_t jobs = 1;
  std::function<void(std::size_t at, std::size_t causes)> progressed;
  std::function<bool()>
      stopped;  // asked between two causes; InterruptShrink() ends the one under way
};

// Adds to the record what came out, for each cause that has no such result yet. Hangs, exhausted memory and runs that differ are
// not shrunk: each try would cost the bound, or prove nothing.
void ShrinkCauses(const ShrinkCausesOptions& options, SweepRecord* record);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_SHRINK_CAUSES_H_
