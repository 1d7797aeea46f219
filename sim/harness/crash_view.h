// A power loss as a recording has it: what the target saw, what was durable, what survived, and what became of each pending thing.
//
// Threading: on a task, under HostMemory.
#ifndef HARROW_SIM_HARNESS_CRASH_VIEW_H_
#define HARROW_SIM_HARNESS_CRASH_VIEW_H_

#include <cstdint>

#include "faults/crash.h"
#include "models/history.h"
#include "sim/disk/disk.h"
#include "sim/harness/recording.h"

namespace harrow::harness {

struct CrashMoment {
  std::uint64_t before_mutation = 0;  // 0: the end of the life
  models::Time at = 0;                // of the history's clock
};

// What a power loss finds now in a life that is recorded, whatever it leaves.
CrashView FindAtCrash(const disk::Disk& disk, const RecordedLife& life, const CrashMoment& moment);
// What this choice leaves of it.
void LeaveAtCrash(const disk::Disk& disk, const faults::CrashImageChoice& choice, CrashView* view);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_CRASH_VIEW_H_
