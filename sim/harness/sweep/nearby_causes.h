// The symptoms that a shrunk scenario shows when it is varied a little: other schedules, other images at each crash point, without
// its reads, without its faults. It holds little besides what its bug needs, so a bug with several symptoms shows them here: a
// write told too early is missing after a crash, or read by nobody, or breaks the error mode, as the schedule and the crash fall.
//
// Threading: one thread; the runs are in a child process, which may die of them.
#ifndef HARROW_SIM_HARNESS_SWEEP_NEARBY_CAUSES_H_
#define HARROW_SIM_HARNESS_SWEEP_NEARBY_CAUSES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/harness/scenario.h"

namespace harrow::harness {

// The causes (cause.h) of all variants that break a rule, sorted, each once; those seen within `time_ms` of wall time, or before
// a variant ended the process.
std::vector<std::string> NearbyCauses(const Scenario& smallest, std::uint64_t time_ms);

// The variants, in the order in which they are tried; the first is `smallest` itself.
std::vector<Scenario> NearbyScenarios(const Scenario& smallest);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_NEARBY_CAUSES_H_
