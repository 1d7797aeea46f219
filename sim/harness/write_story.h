// What happened to one write, step by step: called, appended to a log, synced or not, acknowledged, and whether a recovery read
// it. Only what the recording shows; a write whose bytes were not found has no appends.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_WRITE_STORY_H_
#define HARROW_SIM_HARNESS_WRITE_STORY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/history.h"
#include "sim/harness/recording.h"

namespace harrow::harness {

struct WriteStory {
  struct Step {
    std::size_t life = 0;  // index; that of the recovery outside the chain is the number of lives
    std::size_t event = 0;
    bool after_crash = false;  // after the power loss that the verdict is about
    std::string text;
  };
  models::WriteId write = 0;
  std::vector<Step> steps;  // in order of time
};

WriteStory TellWrite(const Recording& recording, models::WriteId write);
// "what happened to #32 (put k1 (120 bytes), sync):" and a line a step.
std::string ToText(const Recording& recording, const WriteStory& story);

// The writes that a sentence of a verdict names ("L2.C0 #32"), in its order, each once.
std::vector<models::WriteId> WritesNamedIn(std::string_view sentence,
                                           const models::History& history);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_WRITE_STORY_H_
