#include "sim/harness/known_findings.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "faults/text_cursor.h"
#include "sim/harness/option_list.h"
#include "sim/harness/scenario_line.h"
#include "sim/harness/scenario_text.h"

namespace harrow::harness {
namespace {

using faults::TextCursor;

const OptionName* OptionOf(std::string_view name) {
  const auto* const found =
      std::find_if(kOptionNames.begin(), kOptionNames.end(),
                   [name](const OptionName& option) { return option.name == name; });
  return found == kOptionNames.end() ? nullptr : found;
}

std::string OptionText(const KnownOption& known) {
  const auto* const option =
      std::find_if(kOptionNames.begin(), kOptionNames.end(),
                   [&known](const OptionName& one) { return one.member == known.option; });
  const std::span<const std::string_view> words = option->Words();
  return std::string(option->name) + " " +
         (words.empty() ? std::to_string(known.value) : std::string(words[known.value]));
}

// `word` where it stands whole, after any spaces.
bool TakeWord(TextCursor* cursor, std::string_view word) {
  TextCursor ahead = *cursor;
  SkipSpaces(&ahead);
  if (ahead.Word() != word) return false;
  *cursor = ahead;
  return true;
}

// Names as long as `parse` knows them, at least one; nothing for "any".
template <typename Parse, typename T>
absl::Status ParseNames(TextCursor* cursor, Parse parse, std::string_view expected,
                        std::vector<T>* names) {
  if (TakeWord(cursor, "any")) return absl::OkStatus();
  while (true) {
    TextCursor ahead = *cursor;
    SkipSpaces(&ahead);
    const std::size_t start = ahead.position();
    const std::optional<T> name = parse(ahead.Word());
    if (!name.has_value()) {
      return names->empty() ? cursor->ExpectedAt(start, expected) : absl::OkStatus();
    }
    names->push_back(*name);
    *cursor = ahead;
  }
}

template <typename T>
std::string NamesText(const std::vector<T>& names) {
  if (names.empty()) return "any";
  std::string text;
  for (const T name : names) text.append(text.empty() ? "" : " ").append(ToText(name));
  return text;
}

absl::Status ParseOption(TextCursor* cursor, KnownOption* known) {
  SkipSpaces(cursor);
  std::size_t start = cursor->position();
  const OptionName* const option = OptionOf(cursor->Word());
  if (option == nullptr) return cursor->ExpectedAt(start, "an option");
  known->option = option->member;
  const std::span<const std::string_view> words = option->Words();
  if (words.empty())
    return ReadInto(cursor, option->what, option->low, option->high, &known->value);
  SkipSpaces(cursor);
  start = cursor->position();
  const auto word = std::find(words.begin(), words.end(), cursor->Word());
  if (word == words.end())
    return cursor->ExpectedAt(start, std::string(option->what) + " (" + option->WordList() + ")");
  known->value = static_cast<std::uint64_t>(word - words.begin());
  return absl::OkStatus();
}

absl::Status ParseOptions(TextCursor* cursor, KnownFinding* finding) {
  do {
    absl::Status status = ParseOption(cursor, &finding->options.emplace_back());
    if (!status.ok()) return status;
    SkipSpaces(cursor);
  } while (TakeWord(cursor, "and"));
  return absl::OkStatus();
}

// SIGKILL comes from outside.
absl::Status ParseDeath(TextCursor* cursor, KnownFinding* finding) {
  constexpr int kSignalMax = 64;
  constexpr int kKill = 9;
  absl::Status status = ReadInto(cursor, "a signal", 1, kSignalMax, &finding->signal);
  if (!status.ok()) return status;
  if (finding->signal == kKill) return cursor->Expected("a signal of the target's own, not 9");
  if (!TakeWord(cursor, "at")) return cursor->Expected("at");
  SkipSpaces(cursor);
  const std::size_t start = cursor->position();
  finding->frame = std::string(cursor->Until(" "));
  return finding->frame.empty() ? cursor->ExpectedAt(start, "a function or a library")
                                : absl::OkStatus();
}

absl::Status ParseFaults(TextCursor* cursor, KnownFinding* finding) {
  finding->after_nothing = TakeWord(cursor, "nothing");
  if (finding->after_nothing && !TakeWord(cursor, "but")) return absl::OkStatus();
  do {
    SkipSpaces(cursor);
    absl::Status status = faults::ParseFaultPattern(cursor, &finding->after.emplace_back());
    if (!status.ok()) return status;
  } while (AcceptSign(cursor, ","));
  return absl::OkStatus();
}

absl::Status ParseFinding(TextCursor* cursor, std::string_view line, KnownFinding* finding) {
  absl::Status status =
      TakeWord(cursor, "died")
          ? ParseDeath(cursor, finding)
          : ParseNames(cursor, models::ParseRule, "any, died, or a rule", &finding->rules);
  if (!status.ok()) return status;
  if (!TakeWord(cursor, "in")) return cursor->Expected("in");
  status = ParseNames(cursor, disk::ParseProfileName,
                      "any, or a profile (" + disk::ProfileNames() + ")", &finding->profiles);
  if (!status.ok()) return status;
  SkipSpaces(cursor);
  if (TakeWord(cursor, "with")) {
    if (status = ParseOptions(cursor, finding); !status.ok()) return status;
  }
  if (finding->signal == 0 && TakeWord(cursor, "after")) {
    if (status = ParseFaults(cursor, finding); !status.ok()) return status;
  }
  if (!cursor->Accept(":")) return cursor->Expected("with, after, or \":\"");
  SkipSpaces(cursor);
  // A "#" would begin a comment where the line is printed.
  if (cursor->AtEnd() || cursor->At("#")) return cursor->Expected("where it is on record");
  finding->record = std::string(line.substr(cursor->position()));
  for (std::size_t at = 0; at < finding->record.size(); ++at) {
    // A result file has it, and is compared by it.
    if (finding->record[at] < ' ' || finding->record[at] > '~')
      return cursor->ExpectedAt(cursor->position() + at, "printable ASCII");
  }
  while (finding->record.ends_with(' ')) finding->record.pop_back();
  return absl::OkStatus();
}

template <typename T>
bool AnyOrAmong(const std::vector<T>& list, T value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

bool FitsScenario(const KnownFinding& finding, const Scenario& scenario) {
  if (!AnyOrAmong(finding.profiles, scenario.profile)) return false;
  return std::all_of(finding.options.begin(), finding.options.end(),
                     [&scenario](const KnownOption& known) {
                       return scenario.options.*known.option == known.value;
                     });
}

bool Fits(const KnownFinding& finding, const Scenario& scenario, const RunResult& result) {
  if (finding.signal != 0 || !AnyOrAmong(finding.rules, result.failure.rule)) return false;
  if (!FitsScenario(finding, scenario)) return false;
  const auto named = [&finding](const faults::Fired& fired) {
    return std::any_of(
        finding.after.begin(), finding.after.end(),
        [&fired](const faults::FaultPattern& pattern) { return pattern.Matches(fired); });
  };
  if (finding.after_nothing) {
    return std::all_of(result.struck.begin(), result.struck.end(),
                       [&named](const faults::Fired& fired) {
                         return faults::Harmless(fired.effect) || named(fired);
                       });
  }
  return finding.after.empty() || std::any_of(result.struck.begin(), result.struck.end(), named);
}

}  // namespace

absl::StatusOr<KnownFindings> ParseKnownFindings(std::string_view name, std::string_view text) {
  KnownFindings known;
  for (int number = 1; !text.empty(); ++number) {
    const ScenarioLine line = TakeLine(&text);
    TextCursor cursor(line.code);
    SkipSpaces(&cursor);
    if (cursor.AtEnd()) continue;
    absl::Status status = known.size() == kKnownFindingsMax
                              ? cursor.Expected("at most 64 known findings")
                              : ParseFinding(&cursor, line.code, &known.emplace_back());
    if (!status.ok())
      return absl::InvalidArgumentError(
          Printable(name) + ":" + std::to_string(number) + ": " +
          Printable(std::string_view(status.message().data(), status.message().size())));
  }
  return known;
}

std::string ToText(const KnownFinding& finding) {
  std::string text =
      (finding.signal == 0 ? NamesText(finding.rules)
                           : "died " + std::to_string(finding.signal) + " at " + finding.frame) +
      " in " + NamesText(finding.profiles);
  std::string_view before = " with ";
  for (const KnownOption& known : finding.options) {
    text.append(before).append(OptionText(known));
    before = " and ";
  }
  if (finding.after_nothing) text += " after nothing";
  const char* between = finding.after_nothing ? " but " : " after ";
  for (const faults::FaultPattern& pattern : finding.after) {
    text += between + faults::ToText(pattern);
    between = ", ";
  }
  return text + ": " + finding.record;
}

std::optional<std::size_t> FindKnown(const KnownFindings& known, const Scenario& scenario,
                                     const RunResult& result) {
  if (result.failure.kind != FailureClass::Kind::kRule) return std::nullopt;
  for (std::size_t at = 0; at < known.size(); ++at) {
    if (Fits(known[at], scenario, result)) return at;
  }
  return std::nullopt;
}

std::optional<std::size_t> FindKnownDeath(const KnownFindings& known, const Scenario& scenario,
                                          const FailureClass& failure, std::string_view cause) {
  if (failure.kind != FailureClass::Kind::kDied || failure.signal == 0) return std::nullopt;
  for (std::size_t at = 0; at < known.size(); ++at) {
    const KnownFinding& finding = known[at];
    if (finding.signal == failure.signal && FitsScenario(finding, scenario) &&
        cause.find(") in " + finding.frame) != std::string_view::npos)
      return at;
  }
  return std::nullopt;
}

}  // namespace harrow::harness
