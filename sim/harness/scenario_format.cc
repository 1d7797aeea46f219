// The parser says whether the text is a scenario; then each line is laid out alone, by its first word. Comments wait for the item
// below them, whose depth is theirs.
#include "sim/harness/scenario_format.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "sim/harness/scenario.h"
#include "sim/harness/scenario_line.h"
#include "sim/harness/scenario_text.h"
#include "sim/kernel/check.h"

namespace harrow::harness {
namespace {

constexpr std::string_view kSigns = "{},";

// Words and signs of an item.
std::vector<std::string_view> Tokens(std::string_view code) {
  std::vector<std::string_view> tokens;
  while (true) {
    code.remove_prefix(std::min(code.find_first_not_of(' '), code.size()));
    if (code.empty()) return tokens;
    const bool sign = kSigns.find(code[0]) != std::string_view::npos;
    const std::size_t size = sign ? 1 : std::min(code.find_first_of(" {},"), code.size());
    tokens.push_back(code.substr(0, size));
    code.remove_prefix(size);
  }
}

std::string Item(const std::vector<std::string_view>& tokens) {
  std::string item;
  for (const std::string_view token : tokens) {
    if (!item.empty() && token != ",") item += ' ';
    item += token;
  }
  return item;
}

bool IsLifeLine(std::string_view word) {
  constexpr std::array<std::string_view, 11> kWords = {
      "schedule", "replay", "switch", "spurious", "fault-seed", "fault",
      "explore",  "image",  "nested", "end",      "client"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

// A comment without the blanks that follow it.
std::string_view Trimmed(std::string_view comment) {
  while (!comment.empty() &&
         std::string_view(" \t\r").find(comment.back()) != std::string_view::npos)
    comment.remove_suffix(1);
  return comment;
}

class Layout {
 public:
  void Add(const ScenarioLine& line) {
    const std::vector<std::string_view> tokens = Tokens(line.code);
    const std::string_view comment = Trimmed(line.comment);
    if (tokens.empty()) {
      waiting_.emplace_back(comment);
      return;
    }
    depth_ = DepthOf(tokens[0]);
    Release();
    text_.append(depth_, ' ').append(Item(tokens));
    if (!comment.empty()) text_.append("  ").append(comment);
    text_ += '\n';
  }

  std::string Finish() {
    while (!waiting_.empty() && waiting_.back().empty()) waiting_.pop_back();
    Release();
    return std::move(text_);
  }

 private:
  std::size_t DepthOf(std::string_view word) {
    if (word == "life") in_life_ = true;
    if (!in_life_ || word == "life") return 0;
    return IsLifeLine(word) ? 2 : 4;
  }

  // The comments and empty lines before an item.
  void Release() {
    bool after_empty = text_.empty();
    for (const std::string_view comment : waiting_) {
      if (!comment.empty()) {
        text_.append(depth_, ' ').append(comment);
        text_ += '\n';
      } else if (!after_empty) {
        text_ += '\n';
      }
      after_empty = comment.empty();
    }
    waiting_.clear();
  }

  std::string text_;
  std::vector<std::string_view> waiting_;  // comments of their own line, and empty lines as ""
  std::size_t depth_ = 0;                  // spaces before the last item
  bool in_life_ = false;
};

}  // namespace

absl::StatusOr<std::string> FormatScenario(std::string_view name, std::string_view text) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(name, text);
  if (!scenario.ok()) return scenario.status();
  Layout layout;
  while (!text.empty()) layout.Add(TakeLine(&text));
  std::string formatted = layout.Finish();
  const absl::StatusOr<Scenario> again = ParseScenario(name, formatted);
  KERNEL_CHECK(again.ok());
  KERNEL_CHECK(*again == *scenario);
  return formatted;
}

}  // namespace harrow::harness
