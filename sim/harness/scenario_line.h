// A line of a scenario file: what it says apart from its comment, and the words that the parser reads it with.
//
// Threading: pure functions.
// Errors: as faults/text_cursor.h words them.
#ifndef HARROW_SIM_HARNESS_SCENARIO_LINE_H_
#define HARROW_SIM_HARNESS_SCENARIO_LINE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "faults/text_cursor.h"

namespace harrow::harness {

// `code` has tabs as spaces, so that columns stay those of the file; `comment` begins with its sign, or is empty. Neither has
// what ends the line.
struct ScenarioLine {
  std::string code;
  std::string_view comment;
};

// Takes the first line off `text`. A comment begins at a "#" at the start of a word that is followed by a space or ends the line:
// the "#3" of a fault rule begins none.
ScenarioLine TakeLine(std::string_view* text);

inline constexpr std::uint64_t kAnyNumber = ~std::uint64_t{0};

void SkipSpaces(faults::TextCursor* cursor);
absl::Status ExpectEnd(faults::TextCursor* cursor);
// `word`, after at least one space and whole.
bool AcceptWord(faults::TextCursor* cursor, std::string_view word);
// A sign such as "{", after any spaces.
bool AcceptSign(faults::TextCursor* cursor, std::string_view sign);
// A number in [low, high], after spaces; decimal, or hexadecimal after "0x".
absl::Status ReadNumber(faults::TextCursor* cursor, std::string_view what, std::uint64_t low,
                        std::uint64_t high, std::uint64_t* out);

template <typename T>
absl::Status ReadInto(faults::TextCursor* cursor, std::string_view what, std::uint64_t low,
                      std::uint64_t high, T* out) {
  std::uint64_t value = 0;
  absl::Status status = ReadNumber(cursor, what, low, high, &value);
  if (status.ok()) *out = static_cast<T>(value);
  return status;
}

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SCENARIO_LINE_H_
