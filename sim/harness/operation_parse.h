// The parser of one operation of a client; its grammar is in scenario_text.h.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_OPERATION_PARSE_H_
#define HARROW_SIM_HARNESS_OPERATION_PARSE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "faults/text_cursor.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

// Where an operation stands: its first word, already read, and how many keys there are.
struct OperationStart {
  std::string_view word;
  std::size_t position = 0;
  std::uint32_t key_count = 0;
};

// The version of the format that has operations of this word first; 1 for any other word.
int OperationVersion(std::string_view word);

// The whole line from there. InvalidArgument with the column of what is wrong.
absl::Status ParseOperation(faults::TextCursor* cursor, const OperationStart& start,
                            Operation* operation);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_OPERATION_PARSE_H_
