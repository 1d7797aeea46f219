// Runs a scenario in a process of its own and brings back the page of its report.
//
// Threading: main thread; forks.
#ifndef HARROW_SIM_HARNESS_COMMAND_REPORT_CHILD_H_
#define HARROW_SIM_HARNESS_COMMAND_REPORT_CHILD_H_

#include <string>

#include "sim/harness/report/run_report.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

struct ReportedRun {
  int exit_code = 0;  // as replay has it
  std::string page;   // empty: there is none
  std::string
      error;  // why there is none, or how a run ended that the page shows only in part; one line
};

// A run that dies, or is interrupted, gives a page of what was recorded, if that can still be read.
ReportedRun RunForReport(const Scenario& scenario, const RunReportOptions& options);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_COMMAND_REPORT_CHILD_H_
