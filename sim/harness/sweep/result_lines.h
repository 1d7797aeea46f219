// The lines of a result file (RESULTS.md), each with its newline, and back.
//
// Threading: pure functions.
// Invariants: a line is printable ASCII, whatever the texts in it hold.
#ifndef HARROW_SIM_HARNESS_SWEEP_RESULT_LINES_H_
#define HARROW_SIM_HARNESS_SWEEP_RESULT_LINES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "sim/harness/sweep/results.h"

namespace harrow::harness {

std::string HeaderLine(const SweepHeader& header);
std::string SessionLine(const Session& session);
std::string DoneLine(const DoneBlock& block);
std::string FailureLine(const Failure& failure);
std::string CauseLine(const ShrunkCause& shrunk);
std::string EndLine(std::uint32_t session, const SessionEnd& end);

// A line without its newline, as line `number` (from 1) of a file: the first must be a header, no other may be.
// InvalidArgument says what was expected.
absl::Status ParseLine(std::string_view line, std::uint64_t number, SweepResults* results);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_RESULT_LINES_H_
