// Runs a scenario: a chain of lives, each starting on the image the one before left, every crash image that was taken on the
// way recovered from and judged, and one verdict for the whole.
//
// Threading: one simulated machine, one OS thread.
#ifndef HARROW_SIM_HARNESS_RUN_H_
#define HARROW_SIM_HARNESS_RUN_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "faults/effect_cells.h"
#include "faults/injector.h"
#include "models/history.h"
#include "models/verdict.h"
#include "sim/disk/medium_cell.h"
#include "sim/harness/counts.h"
#include "sim/harness/failure_class.h"
#include "sim/harness/marks.h"
#include "sim/harness/meetings.h"
#include "sim/harness/recording.h"
#include "sim/harness/scenario.h"
#include "sim/kernel/simulation.h"
#include "sim/kernel/trace.h"

namespace harrow::harness {

// A crash inside a recovery.
struct NestedCrash {
  std::uint64_t before_mutation = 0;  // of the recovery; 0: everything had been read back
  faults::CrashImageChoice choice;
};

// Where a rule was broken.
struct Place {
  std::uint32_t life = 0;  // index
  bool explored_image =
      false;  // in a recovery from an image taken on the way, rather than in the chain
  std::uint64_t before_mutation = 0;  // of that image; 0: the end of the life
  faults::CrashImageChoice choice;
  // Inside the recovery from that image, then inside the recovery from what that left, and so on.
  std::array<NestedCrash, kNestedDepthMax> nested;
  std::uint32_t nested_depth = 0;
};

struct RunResult {
  bool failed() const { return failure.kind != FailureClass::Kind::kNone; }

  models::Verdict
      verdict;  // of what was judged: ok for a run that was cut short as kUnserved or kMemory
  // kNone, kRule (as the verdict has it), kUnserved or kMemory (the heap of the run is full): the classes that a run sees itself.
  FailureClass failure;
  std::string failure_detail;  // of kUnserved and kMemory: the call, or which heap
  Place place;
  // The faults in order of time; of the life that failed those up to the crash image or the read-back in which it did, else all.
  std::vector<faults::Fired> struck;
  // Everything observable: each life's trace hash, its history and what each recovery brought back.
  std::uint64_t hash = 0;
  Counts counts;
  Meetings meetings;
  Marks marks;
  // In the chain's lives, and in the recoveries that crash images were taken of.
  disk::MediumCells medium;
  faults::EffectCells effects;
};

// Runs to the first broken rule, or to the end. `recording` may be nullptr.
RunResult RunScenario(const Scenario& scenario, Recording* recording = nullptr);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_RUN_H_
