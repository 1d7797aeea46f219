// Reads one line of text from left to right for the parsers of this room, and words their errors:
// "column 5: expected …, found …". Columns count from 1.
//
// Threading: a value.
#ifndef HARROW_FAULTS_TEXT_CURSOR_H_
#define HARROW_FAULTS_TEXT_CURSOR_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/status.h"

namespace harrow::faults {

class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : text_(text) {}

  bool AtEnd() const { return at_ == text_.size(); }
  bool At(std::string_view token) const { return text_.substr(at_, token.size()) == token; }
  // Consumes `token` if it stands here.
  bool Accept(std::string_view token);
  // Consumes and returns the longest run of letters, digits and '-' here; empty if there is none.
  std::string_view Word();
  // Consumes and returns what stands before `token`, or all that is left.
  std::string_view Until(std::string_view token);
  // Consumes a decimal number without leading zeros that fits 64 bits.
  std::optional<std::uint64_t> Number();
  // Consumes a hexadecimal number after "0x", or a decimal one.
  std::optional<std::uint64_t> HexOrNumber();

  std::size_t position() const { return at_; }
  // InvalidArgument at the given position (default: here).
  absl::Status Expected(std::string_view what) const { return ExpectedAt(at_, what); }
  absl::Status ExpectedAt(std::size_t position, std::string_view what) const;

 private:
  std::optional<std::uint64_t> Digits(int base);

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace harrow::faults

#endif  // HARROW_FAULTS_TEXT_CURSOR_H_
