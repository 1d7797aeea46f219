#include "faults/text_cursor.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace harrow::faults {
namespace {

bool InWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

}  // namespace

bool TextCursor::Accept(std::string_view token) {
  if (!At(token)) return false;
  at_ += token.size();
  return true;
}

std::string_view TextCursor::Word() {
  const std::size_t start = at_;
  while (at_ < text_.size() && InWord(text_[at_])) ++at_;
  return text_.substr(start, at_ - start);
}

std::optional<std::uint64_t> TextCursor::Digits(int base) {
  std::uint64_t value = 0;
  const char* const first = text_.data() + at_;
  const char* const last = text_.data() + text_.size();
  const auto [end, failed] = std::from_chars(first, last, value, base);
  if (failed != std::errc() || end == first) return std::nullopt;
  if (*first == '0' && end - first > 1) return std::nullopt;
  at_ += static_cast<std::size_t>(end - first);
  return value;
}

std::string_view TextCursor::Until(std::string_view token) {
  const std::size_t start = at_;
  at_ = std::min(text_.find(token, start), text_.size());
  return text_.substr(start, at_ - start);
}

std::optional<std::uint64_t> TextCursor::Number() { return Digits(10); }

std::optional<std::uint64_t> TextCursor::HexOrNumber() {
  const std::size_t start = at_;
  if (!Accept("0x")) return Digits(10);
  const auto value = Digits(16);
  if (!value) at_ = start;
  return value;
}

absl::Status TextCursor::ExpectedAt(std::size_t position, std::string_view what) const {
  std::string message = "column " + std::to_string(position + 1) + ": expected ";
  message.append(what);
  message.append(", found ");
  if (position >= text_.size()) {
    message.append("the end of the line");
  } else {
    constexpr std::size_t kShown = 24;
    message.append("\"").append(text_.substr(position, kShown)).append("\"");
  }
  return absl::InvalidArgumentError(message);
}

}  // namespace harrow::faults
