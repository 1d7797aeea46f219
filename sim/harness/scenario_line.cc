#include "sim/harness/scenario_line.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace harrow::harness {
namespace {

using faults::TextCursor;

bool IsSpace(char byte) { return byte == ' ' || byte == '\t'; }

// Where the comment of a line begins; the line's size if it has none.
std::size_t CommentStart(std::string_view line) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    const bool begins = line[at] == '#' && (at == 0 || IsSpace(line[at - 1]));
    if (begins && (at + 1 == line.size() || IsSpace(line[at + 1]))) return at;
  }
  return line.size();
}

}  // namespace

ScenarioLine TakeLine(std::string_view* text) {
  const std::size_t end = text->find('\n');
  std::string_view line = text->substr(0, end);
  text->remove_prefix(end == std::string_view::npos ? text->size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t start = CommentStart(line);
  ScenarioLine taken{std::string(line.substr(0, start)), line.substr(start)};
  std::replace(taken.code.begin(), taken.code.end(), '\t', ' ');
  return taken;
}

void SkipSpaces(TextCursor* cursor) {
  while (cursor->Accept(" ")) {
  }
}

absl::Status ExpectEnd(TextCursor* cursor) {
  SkipSpaces(cursor);
  return cursor->AtEnd() ? absl::OkStatus() : cursor->Expected("the end of the line");
}

bool AcceptWord(TextCursor* cursor, std::string_view word) {
  TextCursor ahead = *cursor;
  SkipSpaces(&ahead);
  if (ahead.position() == cursor->position() || ahead.Word() != word) return false;
  *cursor = ahead;
  return true;
}

bool AcceptSign(TextCursor* cursor, std::string_view sign) {
  SkipSpaces(cursor);
  return cursor->Accept(sign);
}

absl::Status ReadNumber(TextCursor* cursor, std::string_view what, std::uint64_t low,
                        std::uint64_t high, std::uint64_t* out) {
  SkipSpaces(cursor);
  const std::size_t start = cursor->position();
  const std::optional<std::uint64_t> value = cursor->HexOrNumber();
  if (!value.has_value() || *value < low || *value > high) {
    std::string expected(what);
    if (low != 0 || high != kAnyNumber) {
      expected += " from " + std::to_string(low) + " to " + std::to_string(high);
    }
    return cursor->ExpectedAt(start, expected);
  }
  *out = *value;
  return absl::OkStatus();
}

}  // namespace harrow::harness
