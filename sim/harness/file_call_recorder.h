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

// The call is the last event of the running trace. `describe` may be nullptr.
void RecordCall(const disk::Disk& disk, const disk::CallRecord& call, targets::Describer describe,
                RecordedLife* life);

// Records the calls of a life and does nothing else.
class FileCallRecorder : public disk::Observer {
 public:
  FileCallRecorder(targets::Describer describe, RecordedLife* life)
      : describe_(describe), life_(life) {}

  void BeforeMutation(const disk::Disk&, const disk::MutationEvent&) override {}
  void Faulted(const faults::Fired&) override {}
  void Called(const disk::Disk& disk, const disk::CallRecord& call) override {
    RecordCall(disk, call, describe_, life_);
  }

 private:
  const targets::Describer describe_;
  RecordedLife* const life_;
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_FILE_CALL_RECORDER_H_
