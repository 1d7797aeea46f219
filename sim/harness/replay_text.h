// A recorded run as lines that a person can follow: one a step, tasks in lanes, file operations with what they mean, faults, the
// crash and what survived, what recovery read and brought back, the rule broken, and what became of the writes it names.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_REPLAY_TEXT_H_
#define HARROW_SIM_HARNESS_REPLAY_TEXT_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sim/harness/replay_steps.h"
#include "sim/harness/run.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

std::optional<Detail> ParseDetail(std::string_view text);  // "quiet", "normal", "all"

// One step of a recorded life, in one line; event < life.trace.events().size().
std::string EventLine(const RecordedLife& life, std::size_t event);

// Each life with its plan, its steps and how it ended; the crash that the verdict is about, what the medium kept, the recovery;
// the verdict. At the quiet level lives that do not bear on a broken rule take a few lines, and so do the steps far from it.
std::string ReplayText(const Scenario& scenario, const RunResult& result,
                       const Recording& recording, Detail detail = Detail::kQuiet);

// Of a run that did not end, as far as it was recorded: hands out the text piece by piece, so that what there is comes out
// although a later piece cannot be made.
void UnfinishedReplayText(const Scenario& scenario, const Recording& recording, Detail detail,
                          const std::function<void(std::string_view)>& print);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPLAY_TEXT_H_
