// The steps of one recorded life as lines: a number, a lane for each task, who acts, and what it does.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_REPLAY_STEPS_H_
#define HARROW_SIM_HARNESS_REPLAY_STEPS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/harness/recording.h"

namespace harrow::harness {

// How much of a run is shown. Each level shows what the one before does.
//   quiet   calls and returns of clients, what changes the disk, what recovery reads of logs and manifests, faults, waits and
//           wake-ups; lives that do not bear on the verdict in a few lines
//   normal  every life; every file call, reads by clients, starts and ends of tasks
//   all     every step, and where crash images were taken
enum class Detail : std::uint8_t { kQuiet, kNormal, kAll };

// Which steps of a life are of interest at the quiet level.
struct StepWindow {
  static constexpr std::size_t kEnd = ~std::size_t{0};
  std::size_t from = 0;  // events
  std::size_t to = kEnd;
  std::size_t lines_max = kEnd;      // of the last ones before `to`
  std::vector<std::size_t> always;   // sorted; shown wherever they lie
  std::optional<std::size_t> crash;  // the power goes before this event
  std::string crash_text;
  bool show_last_of_tasks = false;  // where each task stands at the end
};

// Of the life number `life`, counted from 1. Ends each line with a line feed; what is left out is counted.
std::string StepsText(const RecordedLife& recorded, std::size_t life, Detail detail,
                      const StepWindow& window);

// What happened in one step, without number and lanes.
std::string StepText(const RecordedLife& recorded, std::size_t event);

// nullptr where the event is no file call.
const FileCall* FindCall(const RecordedLife& recorded, std::size_t event);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPLAY_STEPS_H_
