// Drives a target on tasks of the simulated machine: the read-back after opening, and a client's operations one by one.
// Buffers live in the target's heap, so that a crash drops them with everything else.
//
// Threading: on a task.
#ifndef HARROW_SIM_HARNESS_CLIENT_H_
#define HARROW_SIM_HARNESS_CLIENT_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "models/history.h"
#include "sim/harness/meetings.h"
#include "sim/harness/recorder.h"
#include "sim/harness/scenario.h"
#include "sim/targets/target.h"

namespace harrow::harness {

// What a client works with. `open_again` opens the target a second time.
struct ClientWorld {
  targets::Target* target = nullptr;
  Recorder* recorder = nullptr;
  std::function<absl::Status()> open_again;
  MeetingCounter* meetings = nullptr;
  KeyStyle key_style = KeyStyle::kPlain;
};

// Performs the operations in order until they are done or the machine is dropped.
void RunClient(std::uint32_t client, const ClientPlan& plan, const ClientWorld& world);

// One scan, as a cell for each key. A key out of order is reported as garbage at that key, and a key that was never in the
// key space as garbage at key 0: the target invented them.
absl::Status ScanCells(targets::Target* target, const targets::TargetSnapshot* snapshot,
                       targets::ScanPath path, const models::History& history,
                       std::vector<models::Cell>* cells);

// A get for each key.
absl::Status GetCells(targets::Target* target, KeyStyle style, const models::History& history,
                      std::vector<models::Cell>* cells);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_CLIENT_H_
