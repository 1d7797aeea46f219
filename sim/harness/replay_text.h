// A recorded run as lines that a person can follow: one a step, tasks, locks, file operations with what they mean, faults, the
// crash and what survived, what recovery brought back, and the rule broken.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_REPLAY_TEXT_H_
#define HARROW_SIM_HARNESS_REPLAY_TEXT_H_

#include <cstddef>
#include <string>

#include "sim/harness/run.h"
#include "sim/harness/scenario.h"
#include "sim/kernel/trace.h"

namespace harrow::harness {

// One step of a recorded life, in one line; event < life.trace.events().size().
std::string EventLine(const RecordedLife& life, std::size_t event);
// Everything: each life with its plan, its steps and how it ended, then the verdict.
std::string ReplayText(const Scenario& scenario, const RunResult& result,
                       const Recording& recording);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPLAY_TEXT_H_
