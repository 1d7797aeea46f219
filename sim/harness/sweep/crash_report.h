// Where a worker died: a backtrace on standard error before a signal ends it, and what its parent makes of it.
//
// Threading: the handler runs on a stack of its own, on whatever task crashed; it allocates nothing.
// Not done under a sanitizer, which reports by itself.
#ifndef HARROW_SIM_HARNESS_SWEEP_CRASH_REPORT_H_
#define HARROW_SIM_HARNESS_SWEEP_CRASH_REPORT_H_

#include <string>
#include <string_view>
#include <vector>

namespace harrow::harness {

// Writes the backtrace and ends the process: for one that hangs.
extern const int kReportAndEndSignal;

// In the worker.
void InstallCrashReports();

// What a process wrote before it ended, with the frames of its backtrace named: one a line, "  at harrow::engine::Log::Append".
// Only frames of the program and of what is under test stay.
std::string ReadableOutput(std::string_view output);

// The functions of the backtrace in a readable output, the innermost first.
std::vector<std::string> FramesOf(std::string_view readable_output);

// The line with which a sanitizer's report says what it found: "heap-use-after-free"; empty: there is no report.
std::string SanitizerHeadline(std::string_view output);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_CRASH_REPORT_H_
