// What a reader of recovered data found is put into a few symptoms. In other texts a number is as good as another, text
// in parentheses goes, and of a list of equals one stays.
#include "sim/harness/sweep/cause.h"

#include <algorithm>
#include <vector>

#include "sim/harness/sweep/crash_report.h"

namespace harrow::harness {
namespace {

constexpr std::size_t kFrames = 2;

bool IsDigit(char byte) { return byte >= '0' && byte <= '9'; }
bool IsHexLetter(char byte) { return byte >= 'a' && byte <= 'f'; }

std::string WithoutParentheses(std::string_view text) {
  std::string out;
  int depth = 0;
  for (const char byte : text) {
    if (byte == '(') ++depth;
    if (depth == 0) out += byte;
    if (byte == ')' && depth > 0) --depth;
  }
  return out;
}

// "#30.5" and "0x1f" become "#", "t=96" becomes "t=#".
std::string WithoutNumbers(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (!IsDigit(text[at])) {
      out += text[at++];
      continue;
    }
    const bool hex = text.substr(at).starts_with("0x");
    if (hex) at += 2;
    while (at < text.size() && (IsDigit(text[at]) || (hex && IsHexLetter(text[at])) ||
                                (text[at] == '.' && at + 1 < text.size() && IsDigit(text[at + 1]))))
      ++at;
    if (!out.ends_with('#')) out += '#';
  }
  return out;
}

// One blank between words, and no word twice in a row.
std::string WithoutRepeats(std::string_view text) {
  std::string out;
  std::string_view last;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, size);
    text.remove_prefix(std::min(size + 1, text.size()));
    if (word.empty() || word == last) continue;
    if (!out.empty()) out += ' ';
    out += word;
    last = word;
  }
  return out;
}

// Which older state shows in the place of a write that is lost, and to which kind of read, is chance.
struct SymptomOf {
  std::string_view words;
  std::string_view symptom;
};
constexpr SymptomOf kSymptoms[] = {
    {"bytes that no write put", "bytes that no write put there"},
    {" is absent", "a write is not seen"},
    {" still holds ", "a write is not seen"},
    {" found nothing", "a write is not seen"},
    {"which was in effect at ", "a write is not seen"},
    {"which had taken effect by ", "a write is not seen"},
    {"which is what the life began with", "a write is not seen"},
    {"which was no longer there", "a write is seen that was gone"},
    {" returned #", "a read sees a write that it may not see"},
    {" found #", "a read sees another write"},
};

std::string Symptom(std::string_view found) {
  for (const SymptomOf& one : kSymptoms) {
    if (found.find(one.words) != std::string_view::npos) return std::string(one.symptom);
  }
  return WithoutParticulars(found);
}

std::string OneLine(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

}  // namespace

std::string WithoutParticulars(std::string_view text) {
  return WithoutRepeats(WithoutNumbers(WithoutParentheses(OneLine(text))));
}

std::string CauseOfRun(const RunResult& result) {
  if (result.failure.kind != FailureClass::Kind::kRule)
    return ToText(result.failure) + ": " + WithoutParticulars(result.failure_detail);
  return ToText(result.failure) + ": " + Symptom(result.verdict.violation.found);
}

std::string CauseOfDeath(const FailureClass& what, std::string_view output) {
  const std::string headline = SanitizerHeadline(output);
  std::string cause =
      headline.empty() ? ToText(what) : "sanitizer report: " + WithoutParticulars(headline);
  std::vector<std::string> frames = FramesOf(output);
  // A hang was looked at in the middle of something: what it is inside of is the same at any moment.
  if (what.kind == FailureClass::Kind::kHung && frames.size() > kFrames)
    frames.erase(frames.begin(), frames.end() - static_cast<std::ptrdiff_t>(kFrames));
  for (std::size_t at = 0; at < std::min(frames.size(), kFrames); ++at)
    cause += (at == 0 ? " in " : " < ") + frames[at];
  return cause;
}

}  // namespace harrow::harness
