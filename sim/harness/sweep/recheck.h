// Finds where two runs of one scenario part.
//
// Threading: one thread.
#ifndef HARROW_SIM_HARNESS_SWEEP_RECHECK_H_
#define HARROW_SIM_HARNESS_SWEEP_RECHECK_H_

#include <cstdint>
#include <string>

#include "sim/harness/run.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

// Runs the scenario twice more, recorded, and names the first step that differs; `first` and `second` are the hashes that
// did.
std::string DescribeFirstDifference(const Scenario& scenario, std::uint64_t first,
                                    std::uint64_t second);

// The first step at which two recordings differ, or an empty text.
std::string FirstDifference(const Recording& a, const Recording& b);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_RECHECK_H_
