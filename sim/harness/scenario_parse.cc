// Line by line: the first word says what the line is, and where it may stand (before the first life, in a life, in a client).
#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "faults/text_cursor.h"
#include "sim/harness/payload.h"
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

// Limits that keep a hand-written file from asking for the absurd.
constexpr std::uint64_t kMaxClients = 32;
constexpr std::uint64_t kMaxLives = 64;
constexpr std::uint64_t kMaxBatchEntries = 10'000;

void SkipSpaces(TextCursor* cursor) {
  while (cursor->Accept(" ")) {
  }
}

absl::Status ExpectEnd(TextCursor* cursor) {
  SkipSpaces(cursor);
  return cursor->AtEnd() ? absl::OkStatus() : cursor->Expected("the end of the line");
}

// A number in [low, high], after spaces.
absl::Status ReadNumber(TextCursor* cursor, std::string_view what, std::uint64_t low,
                        std::uint64_t high, std::uint64_t* out) {
  SkipSpaces(cursor);
  const std::size_t start = cursor->position();
  const std::optional<std::uint64_t> value = cursor->HexOrNumber();
  if (!value.has_value() || *value < low || *value > high) {
    std::string expected(what);
    if (low != 0 || high != ~std::uint64_t{0}) {
      expected += " from " + std::to_string(low) + " to " + std::to_string(high);
    }
    return cursor->ExpectedAt(start, expected);
  }
  *out = *value;
  return absl::OkStatus();
}

template <typename T>
absl::Status ReadInto(TextCursor* cursor, std::string_view what, std::uint64_t low,
                      std::uint64_t high, T* out) {
  std::uint64_t value = 0;
  absl::Status status = ReadNumber(cursor, what, low, high, &value);
  if (status.ok()) *out = static_cast<T>(value);
  return status;
}

constexpr std::uint64_t kAny = ~std::uint64_t{0};

class ScenarioParser {
 public:
  explicit ScenarioParser(std::string_view name) : name_(name) {}

  absl::StatusOr<Scenario> Parse(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
      ++line_;
      if (absl::Status status = ParseLine(WithoutComment(Plain(line))); !status.ok())
        return Located(status);
    }
    if (line_ == 0) line_ = 1;
    if (!header_) return Located(TextCursor("").Expected("\"harrow scenario 1\""));
    if (scenario_.lives.empty()) return Located(TextCursor("").Expected("at least one life"));
    return std::move(scenario_);
  }

 private:
  // Tabs as spaces, so that columns stay, and without what a Windows editor ends a line with. Good until the next call.
  std::string_view Plain(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find('\t') == std::string_view::npos) return line;
    plain_ = line;
    std::replace(plain_.begin(), plain_.end(), '\t', ' ');
    return plain_;
  }

  static std::string_view WithoutComment(std::string_view line) {
    for (std::size_t at = 0; at < line.size(); ++at) {
      if (line[at] == '#' && (at == 0 || line[at - 1] == ' ')) {
        // "#3" belongs to a fault rule; a comment's sign is followed by a space or ends the line.
        if (at + 1 == line.size() || line[at + 1] == ' ') return line.substr(0, at);
      }
    }
    return line;
  }

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
    if (!header_) {
      if (!cursor.Accept("harrow scenario 1")) return cursor.Expected("\"harrow scenario 1\"");
      header_ = true;
      return ExpectEnd(&cursor);
    }
    const std::string_view word = cursor.Word();
    if (word == "life") return BeginLife(&cursor);
    if (absl::Status status = CheckFirst(cursor, start, word); !status.ok()) return status;
    if (scenario_.lives.empty()) return ParseSetting(&cursor, start, word);
    if (word == "client") return BeginClient(&cursor);
    std::optional<absl::Status> parsed = ParseLifeLine(&cursor, start, word, line);
    if (!parsed.has_value()) parsed = ParseOperation(&cursor, start, word);
    return *parsed;
  }

  // Some lines say what another of their kind would say otherwise: they stand once, in the file or in a life.
  absl::Status CheckFirst(const TextCursor& cursor, std::size_t start, std::string_view word) {
    constexpr std::array<std::string_view, 13> kOnce = {
        "seed",       "target",   "profile", "write-buffer", "block",   "max-file", "keys",
        "step-limit", "schedule", "replay",  "fault-seed",   "explore", "end"};
    if (std::find(kOnce.begin(), kOnce.end(), word) == kOnce.end()) return absl::OkStatus();
    const auto [seen, first] = seen_.try_emplace(std::string(word), line_);
    if (first) return absl::OkStatus();
    return cursor.ExpectedAt(start, "no second \"" + std::string(word) + "\" (line " +
                                        std::to_string(seen->second) + " has one)");
  }

  absl::Status BeginLife(TextCursor* cursor) {
    seen_.clear();
    if (scenario_.lives.size() == kMaxLives) return cursor->ExpectedAt(0, "at most 64 lives");
    scenario_.lives.emplace_back();
    return ExpectEnd(cursor);
  }

  absl::Status BeginClient(TextCursor* cursor) {
    if (life().clients.size() == kMaxClients) return cursor->ExpectedAt(0, "at most 32 clients");
    life().clients.emplace_back();
    return ExpectEnd(cursor);
  }

  absl::Status ParseSetting(TextCursor* cursor, std::size_t start, std::string_view word) {
    absl::Status status;
    if (word == "seed") {
      status = ReadInto(cursor, "a number", 0, kAny, &scenario_.seed);
    } else if (word == "target") {
      status = ParseTarget(cursor);
    } else if (word == "profile") {
      status = ParseProfile(cursor);
    } else if (word == "write-buffer") {
      status = ReadInto(cursor, "bytes", 4096, 1 << 30, &scenario_.options.write_buffer_bytes);
    } else if (word == "block") {
      status = ReadInto(cursor, "bytes", 64, 1 << 20, &scenario_.options.block_bytes);
    } else if (word == "max-file") {
      status = ReadInto(cursor, "bytes", 1024, 1 << 30, &scenario_.options.max_file_bytes);
    } else if (word == "max-open") {
      status = ReadInto(cursor, "a count", 1, 1 << 20, &scenario_.options.max_open_tables);
    } else if (word == "keys") {
      status = ReadInto(cursor, "a count", 1, kMaxKeys, &scenario_.key_count);
    } else if (word == "step-limit") {
      status = ReadInto(cursor, "a count", 1, kAny, &scenario_.step_limit);
    } else {
      return cursor->ExpectedAt(start,
                                "a setting (seed target profile write-buffer block max-file "
                                "max-open keys step-limit) or life");
    }
    return status.ok() ? ExpectEnd(cursor) : status;
  }

  absl::Status ParseTarget(TextCursor* cursor) {
    SkipSpaces(cursor);
    const std::size_t start = cursor->position();
    const std::string_view name = cursor->Word();
    if (targets::FindTarget(name) == nullptr) return cursor->ExpectedAt(start, "a target (harrow)");
    scenario_.target = std::string(name);
    return absl::OkStatus();
  }

  absl::Status ParseProfile(TextCursor* cursor) {
    SkipSpaces(cursor);
    const std::size_t start = cursor->position();
    const std::optional<disk::ProfileName> profile = disk::ParseProfileName(cursor->Word());
    if (!profile.has_value()) return cursor->ExpectedAt(start, "a profile (ext4 strict)");
    scenario_.profile = *profile;
    return absl::OkStatus();
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
      absl::Status status = ReadInto(cursor, "a number", 0, kAny, &life().faults.seed);
      return status.ok() ? ExpectEnd(cursor) : status;
    }
    if (word == "fault") return ParseFault(cursor, line);
    if (word == "explore") {
      absl::Status status = ReadInto(cursor, "a count", 0, kAny, &life().explore.every);
      return status.ok() ? ExpectEnd(cursor) : status;
    }
    if (word == "image") {
      life().explore.images.emplace_back();
      return ParseSurvivors(cursor, line, &life().explore.images.back());
    }
    if (word == "end") return ParseEnd(cursor, line);
    if (life().clients.empty()) {
      return cursor->ExpectedAt(start,
                                "a line of a life (schedule replay switch spurious fault-seed "
                                "fault explore image end client)");
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
        status = ReadInto(cursor, "a number", 0, kAny, &schedule.strategy.seed);
      } else if (word == "depth") {
        status = ReadInto(cursor, "a depth", 1, 64, &schedule.strategy.depth);
      } else if (word == "steps") {
        status = ReadInto(cursor, "a count", 1, 1 << 30, &schedule.strategy.expected_steps);
      } else if (word == "spurious") {
        status = ReadInto(cursor, "odds", 1, kAny, &schedule.spurious_wakeup_one_in);
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
    absl::Status status = ReadInto(cursor, "a task", 0, kAny, &deviation.task);
    if (status.ok()) status = ReadInto(cursor, "a step", 0, kAny, &deviation.step);
    if (status.ok() && is_switch) status = ReadInto(cursor, "a task", 0, kAny, &deviation.to);
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

  absl::Status ParseEnd(TextCursor* cursor, std::string_view line) {
    EndPlan& end = life().end;
    SkipSpaces(cursor);
    const std::size_t start = cursor->position();
    const std::string_view word = cursor->Word();
    if (word == "close") {
      end.kind = EndPlan::Kind::kClose;
      return ExpectEnd(cursor);
    }
    if (word != "crash") return cursor->ExpectedAt(start, "close or crash");
    end.kind = EndPlan::Kind::kCrash;
    SkipSpaces(cursor);
    if (cursor->Accept("before")) {
      absl::Status status = ReadInto(cursor, "a mutation", 1, kAny, &end.before_mutation);
      if (!status.ok()) return status;
      SkipSpaces(cursor);
    }
    if (cursor->AtEnd()) return absl::OkStatus();
    if (!cursor->Accept("keep")) return cursor->Expected("before, keep, or the end of the line");
    return ParseSurvivors(cursor, line, &end.image);
  }

  absl::Status ParseKey(TextCursor* cursor, models::KeyId* key) {
    SkipSpaces(cursor);
    const std::string expected = "a key from k0 to k" + std::to_string(scenario_.key_count - 1);
    const std::size_t start = cursor->position();
    if (!cursor->Accept("k")) return cursor->Expected(expected);
    const std::optional<std::uint64_t> number = cursor->Number();
    if (!number.has_value() || *number >= scenario_.key_count)
      return cursor->ExpectedAt(start, expected);
    *key = static_cast<models::KeyId>(*number);
    return absl::OkStatus();
  }

  absl::Status ParseEntry(TextCursor* cursor, bool deletion, Operation* operation) {
    PlannedEntry entry;
    entry.deletion = deletion;
    absl::Status status = ParseKey(cursor, &entry.key);
    if (status.ok() && !deletion) {
      status = ReadInto(cursor, "a value size", kMinValueSize, kMaxValueSize, &entry.value_size);
    }
    if (status.ok()) operation->entries.push_back(entry);
    return status;
  }

  static bool AcceptWord(TextCursor* cursor, std::string_view word) {
    SkipSpaces(cursor);
    return cursor->Accept(word);
  }

  absl::Status ParseBatch(TextCursor* cursor, Operation* operation) {
    operation->sync = AcceptWord(cursor, "sync");
    if (!AcceptWord(cursor, "{")) return cursor->Expected("\"{\"");
    if (AcceptWord(cursor, "}")) return absl::OkStatus();
    while (true) {
      SkipSpaces(cursor);
      const std::size_t start = cursor->position();
      const std::string_view word = cursor->Word();
      if (word != "put" && word != "delete") return cursor->ExpectedAt(start, "put or delete");
      if (operation->entries.size() == kMaxBatchEntries)
        return cursor->ExpectedAt(start, "at most 10000 entries");
      if (absl::Status status = ParseEntry(cursor, word == "delete", operation); !status.ok())
        return status;
      if (AcceptWord(cursor, "}")) return absl::OkStatus();
      if (!cursor->Accept(",")) return cursor->Expected("\",\" or \"}\"");
    }
  }

  absl::Status ParseOperation(TextCursor* cursor, std::size_t start, std::string_view word) {
    Operation operation;
    absl::Status status;
    if (word == "put" || word == "delete") {
      status = ParseEntry(cursor, word == "delete", &operation);
      operation.sync = status.ok() && AcceptWord(cursor, "sync");
    } else if (word == "batch") {
      status = ParseBatch(cursor, &operation);
    } else if (word == "get" || word == "snapshot-get") {
      operation.kind = word == "get" ? Operation::Kind::kGet : Operation::Kind::kSnapshotGet;
      status = ParseKey(cursor, &operation.key);
    } else if (word == "scan" || word == "snapshot-scan") {
      operation.kind = word == "scan" ? Operation::Kind::kScan : Operation::Kind::kSnapshotScan;
      if (AcceptWord(cursor, "backward")) operation.path = targets::ScanPath::kBackward;
      if (AcceptWord(cursor, "winding")) operation.path = targets::ScanPath::kWinding;
    } else if (word == "sleep") {
      operation.kind = Operation::Kind::kSleep;
      status = ReadInto(cursor, "microseconds", 0, 1'000'000'000, &operation.sleep_us);
    } else if (!ParsePlainOperation(word, &operation.kind)) {
      return cursor->ExpectedAt(
          start,
          "an operation (put delete batch get scan snapshot snapshot-get snapshot-scan release "
          "flush yield sleep), client, life, or a line of a life");
    }
    if (!status.ok()) return status;
    life().clients.back().operations.push_back(std::move(operation));
    return ExpectEnd(cursor);
  }

  static bool ParsePlainOperation(std::string_view word, Operation::Kind* kind) {
    struct Plain {
      std::string_view name;
      Operation::Kind kind;
    };
    constexpr std::array kPlain = {
        Plain{"snapshot", Operation::Kind::kSnapshot},
        Plain{"release", Operation::Kind::kRelease},
        Plain{"flush", Operation::Kind::kFlush},
        Plain{"yield", Operation::Kind::kYield},
    };
    for (const Plain& plain : kPlain) {
      if (plain.name != word) continue;
      *kind = plain.kind;
      return true;
    }
    return false;
  }

  LifePlan& life() { return scenario_.lives.back(); }

  const std::string_view name_;
  std::string plain_;
  std::map<std::string, std::size_t> seen_;  // line of each word that may stand once
  std::size_t line_ = 0;
  bool header_ = false;
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
