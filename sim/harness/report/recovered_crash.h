// The crashes of a recording, each with the recovery from it: what a report shows bytes, names and allowed states of.
//
// Threading: pure functions; the results point into the recording.
// Lives are numbered as a report numbers them: the chain from 0, then the recovery outside of it, if there is one.
#ifndef HARROW_SIM_HARNESS_REPORT_RECOVERED_CRASH_H_
#define HARROW_SIM_HARNESS_REPORT_RECOVERED_CRASH_H_

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "models/history.h"
#include "sim/harness/recording.h"
#include "sim/harness/run.h"

namespace harrow::harness {

struct RecoveredCrash {
  std::size_t life = 0;  // in which the power went
  const CrashView* crash = nullptr;
  std::optional<std::size_t> recovery;      // the life that began on what survived
  std::span<const models::Cell> recovered;  // what it read back; empty: nothing
  bool judged = false;                      // the verdict is about this recovery
};

// In order of lives; within a life the one outside the chain first. At most one is judged.
std::vector<RecoveredCrash> CrashesOf(const RunResult& result, const Recording& recording);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPORT_RECOVERED_CRASH_H_
