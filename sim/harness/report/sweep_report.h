// The results of a sweep as the data of their page: one JSON value.
//
//   kind         "sweep"
//   title, summary, open_ends, missing
//   header       {build, target, profile, strategy, first_seed, seeds, recheck, shard_count, shards}
//   totals       {seeds, red, unknown, rechecked, cpu_us, elapsed_ms, crash_states, digest}
//   causes       [{causes, failures, classes, seeds, profiles, strategies, text, output, reproduce, report, smallest}]; smallest
//                {size, finished, scenario, text}, or null
//   rules, profiles, strategies   [{name, ran, red}]; `ran` is null where nothing says how many
//   marks        [{name, count}]: what the sweep exercised
//   sessions     [{number, shard, jobs, reason, elapsed_ms, peak_memory_kib, points}]; a point of a session is
//                [ms, seeds, crash states, red] done by then
//
// Threading: pure function.
#ifndef HARROW_SIM_HARNESS_REPORT_SWEEP_REPORT_H_
#define HARROW_SIM_HARNESS_REPORT_SWEEP_REPORT_H_

#include <string>

#include "sim/harness/sweep/results.h"

namespace harrow::harness {

struct SweepReportOptions {
  std::string title;    // the name of the file
  std::string program;  // for the commands that reproduce
};

std::string SweepReport(const SweepResults& results, const SweepReportOptions& options);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPORT_SWEEP_REPORT_H_
