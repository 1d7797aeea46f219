// Line by line: the first word says what the line is, and where it may stand (before the first life, in a life, in a client).
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "faults/text_cursor.h"
#include "sim/harness/operation_parse.h"
#include "sim/harness/option_list.h"
#include "sim/harness/payload.h"
#include "sim/harness/scenario_line.h"
#include "sim/harness/scenario_text.h"

namespace harrow::harness {
namespace {

using faults::TextCursor;

struct StrategyName {
  std::string_view name;
  kernel::StrategyKind kind;
};
constexpr std::array kStrategies = {
    StrategyName{"default", kernel::StrategyKind::kDefault},
    StrategyName{"random", kernel::StrategyKind::kRandomWalk},
    StrategyName{"pct", kernel::StrategyKind::kPct},
    StrategyName{"pos", kernel::StrategyKind::kPos},
};

constexpr std::string_view kHeaders =
    "\"harrow scenario 1\", \"harrow scenario 2\" or \"harrow scenario 3\"";

// What a life keeps of its crash images when its file does not say: the least that a power loss leaves, and the most.
std::vector<faults::CrashImageChoice> DefaultImages() {
  return {{faults::Survivors::kNone, 0, 0}, {faults::Survivors::kAll, 0, 0}};
}

// Limits that keep a hand-written file from asking for the absurd.
constexpr std::uint64_t kMaxClients = 32;
constexpr std::uint64_t kMaxLives = 64;

class ScenarioParser {
 public:
  explicit ScenarioParser(std::string_view name) : name_(name) {}

  absl::StatusOr<Scenario> Parse(std::string_view text) {
    while (!text.empty()) {
      const ScenarioLine line = TakeLine(&text);
      ++line_;
      if (absl::Status status = ParseLine(line.code); !status.ok()) return Located(status);
    }
    if (line_ == 0) line_ = 1;
    if (version_ == 0) return Located(TextCursor("").Expected(kHeaders));
    if (scenario_.lives.empty()) return Located(TextCursor("").Expected("at least one life"));
    EndLife();
    return std::move(scenario_);
  }

 private:
  absl::Status Located(const absl::Status& status) const {
    return absl::InvalidArgumentError(
        Printable(name_) + ":" + std::to_string(line_) + ": " +
        Printable(std::string_view(status.message().data(), status.message().size())));
  }

  absl::Status ParseLine(std::string_view line) {
    TextCursor cursor(line);
    SkipSpaces(&cursor);
    if (cursor.AtEnd()) return absl::OkStatus();
    const std::size_t start = cursor.position();
    if (version_ == 0) return ParseHeader(&cursor);
    const std::string_view word = cursor.Word();
    if (word == "life") return BeginLife(&cursor);
    if (absl::Status status = CheckFirst(cursor, start, word); !status.ok()) return status;
    if (scenario_.lives.empty()) return ParseSetting(&cursor, start, word);
    if (word == "client") return BeginClient(&cursor);
    std::optional<absl::Status> parsed = ParseLifeLine(&cursor, start, word, line);
    if (!parsed.has_value()) parsed = AddOperation(&cursor, start, word);
    return *parsed;
  }

  absl::Status ParseHeader(TextCursor* cursor) {
    TextCursor ahead = *cursor;
    if (!ahead.Accept("harrow scenario ")) return cursor->Expected(kHeaders);
    const std::string_view version = ahead.Word();
    if (version != "1" && version != "2" && version != "3") return cursor->Expected(kHeaders);
    version_ = version[0] - '0';
    *cursor = ahead;
    return ExpectEnd(cursor);
  }

  // Some lines say what another of their kind would say otherwise: they stand once, in the file or in a life.
  absl::Status CheckFirst(const TextCursor& cursor, std::size_t start, std::string_view word) {
    constexpr std::array<std::string_view, 12> kOnce = {
        "seed",     "target", "profile",    "keys",    "step-limit", "expect",
        "schedule", "replay", "fault-seed", "explore", "nested",     "end"};
    if (std::find(kOnce.begin(), kOnce.end(), word) == kOnce.end() && OptionOf(word) == nullptr)
      return absl::OkStatus();
    const auto [seen, first] = seen_.try_emplace(std::string(word), line_);
    if (first) return absl::OkStatus();
    return cursor.ExpectedAt(start, "no second \"" + std::string(word) + "\" (line " +
                                        std::to_string(seen->second) + " has one)");
  }

  absl::Status BeginLife(TextCursor* cursor) {
    if (scenario_.lives.empty()) {
      if (absl::Status status = CheckOptions(*cursor); !status.ok()) return status;
    } else {
      EndLife();
    }
    seen_.clear();
    if (scenario_.lives.size() == kMaxLives) return cursor->ExpectedAt(0, "at most 64 lives");
    scenario_.lives.emplace_back();
    return ExpectEnd(cursor);
  }

  // The target may come after its options, so this waits until all settings are known.
  absl::Status CheckOptions(const TextCursor& cursor) {
    const targets::TargetKind* const kind = targets::FindTarget(scenario_.target);
    for (const OptionName& option : kOptionNames) {
      const auto line = seen_.find(std::string(option.name));
      if (line == seen_.end() || kind->Takes(option.member)) continue;
      return cursor.ExpectedAt(0, "no \"" + std::string(option.name) + "\" (line " +
                                      std::to_string(line->second) + "), which means nothing to " +
                                      scenario_.target + ", before it");
    }
    return absl::OkStatus();
  }

  // What a life that has ended left out of its exploration.
  void EndLife() {
    ExplorePlan& explore = life().explore;
    if (version_ >= 2) {
      if (!seen_.contains("explore")) explore.every = 1;
      if (explore.every != 0 && explore.images.empty()) explore.images = DefaultImages();
    }
    if (explore.images.empty()) explore.every = 0;
    if (explore.every == 0) explore.nested_depth = 0;
    if (explore.nested_depth == 0) explore.nested_every = 0;
  }

  absl::Status BeginClient(TextCursor* cursor) {
    if (life().clients.size() == kMaxClients) return cursor->ExpectedAt(0, "at most 32 clients");
    life().clients.emplace_back();
    return ExpectEnd(cursor);
  }

  absl::Status ParseSetting(TextCursor* cursor, std::size_t start, std::string_view word) {
    absl::Status status;
    if (word == "seed") {
      status = ReadInto(cursor, "a number", 0, kAnyNumber, &scenario_.seed);
    } else if (word == "target") {
      status = ParseTarget(cursor);
    } else if (word == "profile") {
      status = ParseProfile(cursor);
    } else if (const OptionName* option = OptionOf(word); option != nullptr) {
      status = ParseOption(cursor, start, *option);
    } else if (word == "keys") {
      status = ReadInto(cursor, "a count", 1, kMaxKeys, &scenario_.key_count);
      if (status.ok() && version_ >= 3 && AcceptWord(cursor, "varied"))
        scenario_.key_style = KeyStyle::kVaried;
    } else if (word == "step-limit") {
      status = ReadInto(cursor, "a count", 1, kAnyNumber, &scenario_.step_limit);
    } else if (word == "expect") {
      status = ParseExpect(cursor, start);
    } else {
      std::string names = "a setting (seed target profile";
      for (const OptionName& one : kOptionNames) names += " " + std::string(one.name);
      return cursor->ExpectedAt(start, names + " keys step-limit expect) or life");
    }
    return status.ok() ? ExpectEnd(cursor) : status;
  }

  static const OptionName* OptionOf(std::string_view word) {
    for (const OptionName& option : kOptionNames) {
      if (option.name == word) return &option;
    }
    return nullptr;
  }

  absl::Status ParseOption(TextCursor* cursor, std::size_t start, const OptionName& option) {
    if (absl::Status status = CheckVersion(*cursor, start, option.version); !status.ok())
      return status;
    std::uint64_t* const value = &(scenario_.options.*option.member);
    const std::span<const std::string_view> words = option.Words();
    if (words.empty()) return ReadInto(cursor, option.what, option.low, option.high, value);
    SkipSpaces(cursor);
    const std::size_t at = cursor->position();
    const std::string_view word = cursor->Word();
    const auto found = std::find(words.begin(), words.end(), word);
    if (found == words.end())
      return cursor->ExpectedAt(at, std::string(option.what) + " (" + option.WordList() + ")");
    *value = static_cast<std::uint64_t>(found - words.begin());
    return absl::OkStatus();
  }

  // Words that came later than the file's version.
  absl::Status CheckVersion(const TextCursor& cursor, std::size_t start, int version) const {
    if (version_ >= version) return absl::OkStatus();
    return cursor.ExpectedAt(start, "\"harrow scenario " + std::to_string(version) +
                                        "\" in the first line, for this word");
  }

  absl::Status ParseTarget(TextCursor* cursor) {
    SkipSpaces(cursor);
    const std::size_t start = cursor->position();
    const std::string_view name = cursor->Word();
    if (targets::FindTarget(name) == nullptr)
      return cursor->ExpectedAt(start, "a target (" + targets::TargetNames() + ")");
    scenario_.target = std::string(name);
    return absl::OkStatus();
  }

  absl::Status ParseProfile(TextCursor* cursor) {
    SkipSpaces(cursor);
    const std::size_t start = cursor->position();
    const std::optional<disk::ProfileName> profile = disk::ParseProfileName(cursor->Word());
    if (!profile.has_value())
      return cursor->ExpectedAt(start, "a profile (" + disk::ProfileNames() + ")");
    scenario_.profile = *profile;
    return absl::OkStatus();
  }

  absl::Status ParseExpect(TextCursor* cursor, std::size_t start) {
    if (absl::Status status = CheckVersion(*cursor, start, 2); !status.ok()) return status;
    SkipSpaces(cursor);
    const std::size_t at = cursor->position();
    scenario_.expect = models::ParseRule(cursor->Word());
    if (scenario_.expect.has_value()) return absl::OkStatus();
    constexpr auto kLast = static_cast<std::uint8_t>(models::Rule::kDeterministic);
    std::string names;
    for (std::uint8_t rule = 0; rule <= kLast; ++rule)
      names.append(" ").append(models::ToText(static_cast<models::Rule>(rule)));
    return cursor->ExpectedAt(at, "a rule (" + names.substr(1) + ")");
  }

  // Nothing for a word that does not begin a line of a life.
  std::optional<absl::Status> ParseLifeLine(TextCursor* cursor, std::size_t start,
                                            std::string_view word, std::string_view line) {
    if (word == "schedule") return ParseSchedule(cursor);
    if (word == "replay") {
      life().schedule.replay = true;
      return ExpectEnd(cursor);
    }
    if (word == "switch" || word == "spurious") return ParseDeviation(cursor, word == "switch");
    if (word == "fault-seed") {
      absl::Status status = ReadInto(cursor, "a number", 0, kAnyNumber, &life().faults.seed);
      return status.ok() ? ExpectEnd(cursor) : status;
    }
    if (word == "fault") return ParseFault(cursor, line);
    if (word == "explore") {
      absl::Status status = ReadInto(cursor, "a count", 0, kAnyNumber, &life().explore.every);
      return status.ok() ? ExpectEnd(cursor) : status;
    }
    if (word == "image") {
      life().explore.images.emplace_back();
      return ParseSurvivors(cursor, line, &life().explore.images.back());
    }
    if (word == "nested") return ParseNested(cursor, start);
    if (word == "end") return ParseEnd(cursor, line);
    if (life().clients.empty()) {
      return cursor->ExpectedAt(start,
                                "a line of a life (schedule replay switch spurious fault-seed "
                                "fault explore image nested end client)");
    }
    return std::nullopt;
  }

  absl::Status ParseSchedule(TextCursor* cursor) {
    SchedulePlan& schedule = life().schedule;
    SkipSpaces(cursor);
    const std::size_t start = cursor->position();
    const std::optional<kernel::StrategyKind> kind = ParseStrategyKind(cursor->Word());
    if (!kind.has_value()) return cursor->ExpectedAt(start, "a strategy (default random pct pos)");
    schedule.strategy.kind = *kind;
    for (SkipSpaces(cursor); !cursor->AtEnd(); SkipSpaces(cursor)) {
      const std::size_t at = cursor->position();
      const std::string_view word = cursor->Word();
      absl::Status status;
      if (word == "seed") {
        status = ReadInto(cursor, "a number", 0, kAnyNumber, &schedule.strategy.seed);
      } else if (word == "depth") {
        status = ReadInto(cursor, "a depth", 1, 64, &schedule.strategy.depth);
      } else if (word == "steps") {
        status = ReadInto(cursor, "a count", 1, 1 << 30, &schedule.strategy.expected_steps);
      } else if (word == "spurious") {
        status = ReadInto(cursor, "odds", 1, kAnyNumber, &schedule.spurious_wakeup_one_in);
      } else {
        return cursor->ExpectedAt(at, "seed, depth, steps or spurious");
      }
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ParseDeviation(TextCursor* cursor, bool is_switch) {
    kernel::Deviation deviation;
    deviation.kind =
        is_switch ? kernel::Deviation::Kind::kSwitch : kernel::Deviation::Kind::kSpuriousWakeup;
    absl::Status status = ReadInto(cursor, "a task", 0, kAnyNumber, &deviation.task);
    if (status.ok()) status = ReadInto(cursor, "a step", 0, kAnyNumber, &deviation.step);
    if (status.ok() && is_switch) status = ReadInto(cursor, "a task", 0, kAnyNumber, &deviation.to);
    if (!status.ok()) return status;
    life().schedule.deviations.push_back(deviation);
    return ExpectEnd(cursor);
  }

  // The parsers of faults/ see only the rest of the line: their columns are moved to the line's.
  static absl::Status Shifted(const absl::Status& status, std::size_t offset) {
    constexpr std::string_view kPrefix = "column ";
    const std::string message(status.message().data(), status.message().size());
    if (!message.starts_with(kPrefix)) return status;
    TextCursor cursor(std::string_view(message).substr(kPrefix.size()));
    const std::optional<std::uint64_t> column = cursor.Number();
    if (!column.has_value()) return status;
    return absl::InvalidArgumentError(std::string(kPrefix) + std::to_string(*column + offset) +
                                      message.substr(kPrefix.size() + cursor.position()));
  }

  static std::string_view Rest(TextCursor* cursor, std::string_view line) {
    SkipSpaces(cursor);
    std::string_view rest = line.substr(cursor->position());
    while (rest.ends_with(' ')) rest.remove_suffix(1);
    return rest;
  }

  absl::Status ParseFault(TextCursor* cursor, std::string_view line) {
    const std::string_view rest = Rest(cursor, line);
    absl::StatusOr<faults::Rule> rule = faults::ParseRule(rest);
    if (!rule.ok()) return Shifted(rule.status(), cursor->position());
    life().faults.rules.push_back(*rule);
    return absl::OkStatus();
  }

  absl::Status ParseSurvivors(TextCursor* cursor, std::string_view line,
                              faults::CrashImageChoice* out) {
    const std::string_view rest = Rest(cursor, line);
    const absl::StatusOr<faults::CrashImageChoice> choice = faults::ParseCrashImageChoice(rest);
    if (!choice.ok()) return Shifted(choice.status(), cursor->position());
    *out = *choice;
    return absl::OkStatus();
  }

  absl::Status ParseNested(TextCursor* cursor, std::size_t start) {
    ExplorePlan& explore = life().explore;
    absl::Status status = CheckVersion(*cursor, start, 3);
    if (!status.ok()) return status;
    status = ReadInto(cursor, "a depth", 1, kNestedDepthMax, &explore.nested_depth);
    if (!status.ok()) return status;
    if (!AcceptWord(cursor, "every")) {
      SkipSpaces(cursor);
      return cursor->Expected("every");
    }
    status = ReadInto(cursor, "a count", 1, kAnyNumber, &explore.nested_every);
    return status.ok() ? ExpectEnd(cursor) : status;
  }

  absl::Status ParseEnd(TextCursor* cursor, std::string_view line) {
    EndPlan& end = life().end;
    SkipSpaces(cursor);
    const std::size_t start = cursor->position();
    const std::string_view word = cursor->Word();
    if (word == "close") {
      end.kind = EndPlan::Kind::kClose;
      end.idle = version_ >= 3 && AcceptWord(cursor, "idle");
      return ExpectEnd(cursor);
    }
    if (word != "crash") return cursor->ExpectedAt(start, "close or crash");
    end.kind = EndPlan::Kind::kCrash;
    if (AcceptWord(cursor, "before")) {
      absl::Status status = ReadInto(cursor, "a mutation", 1, kAnyNumber, &end.before_mutation);
      if (!status.ok()) return status;
    }
    if (!AcceptWord(cursor, "keep")) {
      SkipSpaces(cursor);
      return cursor->AtEnd() ? absl::OkStatus()
                             : cursor->Expected("before, keep, or the end of the line");
    }
    SkipSpaces(cursor);
    const std::size_t kept = cursor->position();
    absl::Status status = ParseSurvivors(cursor, line, &end.image);
    if (!status.ok() || end.image.survivors != faults::Survivors::kEverySubset) return status;
    return cursor->ExpectedAt(kept, "one image (every-subset stands for many)");
  }

  absl::Status AddOperation(TextCursor* cursor, std::size_t start, std::string_view word) {
    Operation operation;
    absl::Status status = CheckVersion(*cursor, start, OperationVersion(word));
    if (status.ok())
      status = ParseOperation(cursor, {word, start, scenario_.key_count}, &operation);
    if (status.ok()) life().clients.back().operations.push_back(std::move(operation));
    return status;
  }

  LifePlan& life() { return scenario_.lives.back(); }

  const std::string_view name_;
  std::map<std::string, std::size_t> seen_;  // line of each word that may stand once
  std::size_t line_ = 0;
  int version_ = 0;  // of the format; 0: no header yet
  Scenario scenario_;
};

}  // namespace

std::string_view ToText(kernel::StrategyKind kind) {
  for (const StrategyName& strategy : kStrategies) {
    if (strategy.kind == kind) return strategy.name;
  }
  return {};
}

std::optional<kernel::StrategyKind> ParseStrategyKind(std::string_view text) {
  for (const StrategyName& strategy : kStrategies) {
    if (strategy.name == text) return strategy.kind;
  }
  return std::nullopt;
}

std::string Printable(std::string_view text) {
  std::string printable;
  for (const char byte : text) {
    if (byte >= ' ' && byte <= '~') {
      printable += byte;
    } else {
      char escaped[5];
      std::snprintf(escaped, sizeof(escaped), "\\x%02x", static_cast<unsigned char>(byte));
      printable += escaped;
    }
  }
  return printable;
}

absl::StatusOr<Scenario> ParseScenario(std::string_view name, std::string_view text) {
  return ScenarioParser(name).Parse(text);
}

}  // namespace harrow::harness
