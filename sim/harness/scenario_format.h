// The canonical layout of a scenario file, with its comments, its order and what it leaves out kept as they are.
//
// Threading: pure function.
#ifndef HARROW_SIM_HARNESS_SCENARIO_FORMAT_H_
#define HARROW_SIM_HARNESS_SCENARIO_FORMAT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace harrow::harness {

// Settings and "life" begin a line, lines of a life are indented by two spaces, operations by four; words stand one space apart,
// a comment after an item two; a comment of its own line stands as deep as the item below it; at most one empty line in a row,
// none first or last; lines end in one line feed. Words, numbers and the text of comments stay as they were written.
//
// Invariants:
//  1. The result parses to the same scenario as `text`.
//  2. Formatting a result changes nothing.
// Errors: those of ParseScenario.
absl::StatusOr<std::string> FormatScenario(std::string_view name, std::string_view text);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SCENARIO_FORMAT_H_
