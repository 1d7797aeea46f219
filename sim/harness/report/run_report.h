// A recorded run as the data of its page: one JSON value.
//
//   kind          "run"
//   title, seed, target, profile, profile_rules, hash, reproduce, scenario (text)
//   verdict       {kind: ok | red | unknown | cut-short | unfinished, rule, demand, promised, found, where, text}
//   story         [{kind, life, event, title, text}]
//   subject       the write that the verdict is about, or null
//   lives         [{name, title, recovery, end, first, total, schedule, clients, planned, fired, lanes, steps, calls, bars, files,
//                 captures, names}]
//   crashes       [{life, event, at, before_mutation, choice, judged, recovery, decisions, logs, names, model}]
// A step is [number, task, kind, object, text]; kind "note" is one without a step of its own. Events
// are counted from 0 in each life; `first` is the first that is shown, since of a giant life only the last steps are kept.
//
// Threading: pure function.
#ifndef HARROW_SIM_HARNESS_REPORT_RUN_REPORT_H_
#define HARROW_SIM_HARNESS_REPORT_RUN_REPORT_H_

#include <cstddef>
#include <string>

#include "sim/harness/recording.h"
#include "sim/harness/run.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

struct RunReportOptions {
  std::string title;               // "seed 0x5d", or the name of a file
  std::string reproduce;           // the command that replays it
  std::string unfinished;          // how the run ended before its time; empty: it did not
  std::size_t steps_max = 20'000;  // of each life; a longer one keeps its last steps
};

std::string RunReport(const Scenario& scenario, const RunResult& result, const Recording& recording,
                      const RunReportOptions& options);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPORT_RUN_REPORT_H_
