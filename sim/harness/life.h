// Runs one life: opens the target on an image, reads everything back, runs the clients, and ends in a close or a crash; on the
// way takes the crash images it is asked for.
//
// Threading: one simulated machine, one OS thread.
// Invariants:
//  1. Captured images are in order of time; `at` is the history's clock at the moment of each.
//  2. `history_clock` of an ended life is past every event of that life.
#ifndef HARROW_SIM_HARNESS_LIFE_H_
#define HARROW_SIM_HARNESS_LIFE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "faults/injector.h"
#include "models/history.h"
#include "models/recovery_checker.h"
#include "sim/disk/disk.h"
#include "sim/disk/image.h"
#include "sim/harness/meetings.h"
#include "sim/harness/recorder.h"
#include "sim/harness/recording.h"
#include "sim/harness/scenario.h"
#include "sim/kernel/simulation.h"

namespace harrow::harness {

struct CapturedImage {
  disk::Image image;
  models::Time at = 0;
  std::uint64_t before_mutation = 0;  // 0: at the end of the life
  faults::CrashImageChoice choice;
  models::ImageKind kind = models::ImageKind::kPowerLoss;
  bool during_recovery = false;     // before the life's read-back was complete
  std::unique_ptr<CrashView> view;  // in a recorded life
};

// What a life begins on and leaves behind: the image of a medium after a power loss, or a machine that stayed up, with what
// its cache holds and the medium does not.
struct Medium {
  disk::Image image;                 // as the next life sees it
  std::unique_ptr<disk::Disk> warm;  // nullptr after a power loss
};

// A fault as it struck.
struct StruckFault {
  faults::Fired fired;
  std::uint64_t mutation = 0;    // the disk had begun so many
  bool during_recovery = false;  // before the life's read-back was complete
};

struct LifeResult {
  kernel::Outcome outcome;
  std::uint64_t trace_hash = 0;
  Medium end;
  models::ImageKind end_kind = models::ImageKind::kPowerLoss;
  models::Time ended_at = 0;
  bool crashed = false;
  bool ended_in_recovery = false;
  std::uint64_t mutations = 0;
  std::uint64_t logs_created = 0;
  std::uint64_t tables_created = 0;
  std::vector<CapturedImage> captured;
  std::optional<disk::Image>
      idle;  // of a life that ends so: what the target saw once it had nothing left to do
  std::vector<faults::Fired> fired;
  std::vector<StruckFault> struck;  // in order of time
  Meetings meetings;
  disk::MediumCells medium;
};

// `recorded` gets everything but its `start`, as the life goes; nullptr: nothing is recorded.
LifeResult RunLife(const Scenario& scenario, const LifePlan& plan, Medium start, Recorder* recorder,
                   RecordedLife* recorded);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_LIFE_H_
