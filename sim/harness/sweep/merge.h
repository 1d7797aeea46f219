// Joins the results of shards, and of files that hold some of the same seeds.
//
// Threading: pure functions.
// Invariants: a seed is counted once, in whatever order and how often files are joined.
#ifndef HARROW_SIM_HARNESS_SWEEP_MERGE_H_
#define HARROW_SIM_HARNESS_SWEEP_MERGE_H_

#include <string>

#include "absl/status/status.h"
#include "sim/harness/sweep/results.h"

namespace harrow::harness {

// FailedPrecondition: the files are of different sweeps; the option is named. DataLoss: they disagree about a seed.
absl::Status JoinResults(const SweepResults& from, SweepResults* into);

// A result file with all of it, which can be joined again.
std::string ResultFileText(const SweepResults& results);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_MERGE_H_
