// The steps by which a scenario gets smaller: each candidate is the scenario with one thing left out or made simpler.
//
// Threading: pure function.
// Invariants: every candidate is strictly smaller by SizeOf, so that following candidates ends.
#ifndef HARROW_SIM_HARNESS_SHRINK_SHRINK_STEPS_H_
#define HARROW_SIM_HARNESS_SHRINK_SHRINK_STEPS_H_

#include <cstdint>
#include <vector>

#include "sim/harness/scenario.h"

namespace harrow::harness {

// What shrinking reduces: lives, clients, operations, entries, value bytes, faults, images, the schedule's freedom.
std::uint64_t SizeOf(const Scenario& scenario);

// Candidates, boldest first: without a life, a client, half of a client's operations, one operation, a fault, an image; smaller
// values; a plainer schedule; no exploration.
std::vector<Scenario> SmallerScenarios(const Scenario& scenario);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SHRINK_SHRINK_STEPS_H_
