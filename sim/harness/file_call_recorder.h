// Turns a call that the front end of the disk shows into a FileCall of a recorded life.
//
// Threading: on a task, under HostMemory.
#ifndef HARROW_SIM_HARNESS_FILE_CALL_RECORDER_H_
#define HARROW_SIM_HARNESS_FILE_CALL_RECORDER_H_

#include "sim/disk/disk.h"
#include "sim/disk/posix.h"
#include "sim/harness/recording.h"
#include "sim/targets/target.h"

namespace harrow::harness {

// What is needed to say what a call is about. `describe` may be nullptr.
struct CallContext {
  targets::Describer describe = nullptr;
  const models::History* history = nullptr;
};

// The call is the last event of the running trace.
void RecordCall(const disk::Disk& disk, const disk::CallRecord& call, const CallContext& context,
                RecordedLife* life);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_FILE_CALL_RECORDER_H_
