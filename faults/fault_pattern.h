// Which faults are meant, as a few words: "log write", "current stat error", "any any interrupt".
//
// Threading: values.
#ifndef HARROW_FAULTS_FAULT_PATTERN_H_
#define HARROW_FAULTS_FAULT_PATTERN_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "faults/injector.h"
#include "faults/plan.h"
#include "faults/text_cursor.h"

namespace harrow::faults {

// The words are those of a fault rule (plan.h): a kind of file, an operation or "any", and perhaps an effect, without its
// numbers. "short" stands for both kinds of it.
struct FaultPattern {
  FileKind file = FileKind::kAny;
  std::optional<OpKind> operation;  // none: any
  std::string_view effect;          // empty: any
  bool operator==(const FaultPattern&) const = default;

  bool Matches(const Fired& fired) const;
};

std::string ToText(const FaultPattern& pattern);
// Reads one where the cursor stands, words apart by single spaces; what follows is left. InvalidArgument as the cursor words it.
absl::Status ParseFaultPattern(TextCursor* cursor, FaultPattern* pattern);

}  // namespace harrow::faults

#endif  // HARROW_FAULTS_FAULT_PATTERN_H_
