// The few steps that a verdict is about, in order: the operation that was promised, called, logged, synced or not, answered;
// what went wrong around it; the crash, what survived of it, and what recovery found. Facts of the recording only.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_REPORT_STORY_H_
#define HARROW_SIM_HARNESS_REPORT_STORY_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/harness/recording.h"
#include "sim/harness/report/log_map.h"
#include "sim/harness/report/recovered_crash.h"
#include "sim/harness/run.h"

namespace harrow::harness {

struct Fact {
  enum class Kind : std::uint8_t {
    kCall,    // the subject was called
    kLog,     // its record was written
    kSync,    // the log that holds it was synced
    kFault,   // a fault hit
    kAnswer,  // it was answered
    kEarly,   // it was told ok with sync while its record was not durable
    kOther,   // another operation that the verdict names
    kCrash,
    kLost,  // of its record not all survived
    kKept,
    kFound
  };
  Kind kind = Kind::kCall;
  std::size_t life = 0;              // index into the report's lives: the chain, then the recovery
  std::optional<std::size_t> event;  // of that life's trace; none: no single step
  std::string title;                 // a few words
  std::string text;                  // one sentence
};

// `judged` is the crash that the verdict is about, nullptr when it is about none; `logs` are its logs.
std::vector<Fact> TellStory(const RunResult& result, const Recording& recording,
                            const RecoveredCrash* judged, const std::vector<LogMap>& logs);

// The operations a verdict names ("#12"), in order, each once; promised first.
std::vector<models::WriteId> NamedWrites(const models::Violation& violation,
                                         const models::History& history);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPORT_STORY_H_
