// Recovers from an image: opens the target on it, reads everything back, and drops the machine. No clients, no faults, the
// default schedule: what comes back is a function of the image's content. On the way it may take images of what a crash inside
// this recovery would leave.
//
// Threading: one simulated machine, one OS thread.
#ifndef HARROW_SIM_HARNESS_RECOVER_IMAGE_H_
#define HARROW_SIM_HARNESS_RECOVER_IMAGE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "faults/crash.h"
#include "models/history.h"
#include "sim/disk/image.h"
#include "sim/disk/medium_cell.h"
#include "sim/harness/recording.h"
#include "sim/harness/scenario.h"
#include "sim/kernel/simulation.h"

namespace harrow::harness {

// What a crash inside a recovery left.
struct NestedImage {
  disk::Image image;
  std::uint64_t before_mutation = 0;  // of the recovery; 0: everything had been read back
  faults::CrashImageChoice choice;
  std::unique_ptr<CrashView> view;  // in a recorded recovery
};

struct Recovered {
  kernel::Outcome outcome;
  std::uint64_t trace_hash = 0;
  bool opened = false;
  bool read = false;
  std::string error;                // of the open or the read-back
  std::vector<models::Cell> cells;  // when read
  std::vector<NestedImage> nested;  // in order of time; equal neighbours are one
  disk::MediumCells medium;
};

struct RecoveryPlan {
  // Whose nested_every and images say which nested images are taken; nullptr: none is.
  const ExplorePlan* explore = nullptr;
  // Gets everything but its `start`, as the recovery goes; nullptr: nothing is recorded.
  RecordedLife* recorded = nullptr;
};

Recovered RecoverImage(const Scenario& scenario, const disk::Image& image,
                       const models::History& history, const RecoveryPlan& plan);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_RECOVER_IMAGE_H_
