// A rule's text is "FILE OPERATION WHICH: EFFECT", WHICH being #N, #N..M, #N.. or 1/N. Printing and
// parsing share the two name tables; parsing ends with Validate, so that what parses also prints.
#include "faults/plan.h"

#include <array>
#include <cerrno>
#include <limits>
#include <optional>

#include "faults/errno_names.h"
#include "faults/text_cursor.h"

namespace harrow::faults {
namespace {

constexpr std::array<std::string_view, 9> kFileNames = {
    "any", "log", "manifest", "current", "temporary", "table", "lock", "directory", "other"};
constexpr std::array<std::string_view, 15> kOpNames = {
    "create", "open",  "read", "write", "sync", "truncate", "allocate", "rename",
    "unlink", "mkdir", "list", "stat",  "lock", "close",    "sync-dir"};
static_assert(kFileNames.size() == static_cast<std::size_t>(FileKind::kOther) + 1);
static_assert(kOpNames.size() == static_cast<std::size_t>(OpKind::kSyncDir) + 1);

constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max();

template <typename Kind, std::size_t kSize>
std::optional<Kind> Lookup(const std::array<std::string_view, kSize>& names,
                           std::string_view name) {
  for (std::size_t i = 0; i < kSize; ++i) {
    if (names[i] == name) return static_cast<Kind>(i);
  }
  return std::nullopt;
}

template <std::size_t kSize>
std::string Alternatives(std::string_view what, const std::array<std::string_view, kSize>& names) {
  std::string text(what);
  text.append(" (");
  for (std::size_t i = 0; i < kSize; ++i) {
    if (i > 0) text.append(" ");
    text.append(names[i]);
  }
  return text.append(")");
}

bool CanFailAfterwards(OpKind operation) {
  switch (operation) {
    case OpKind::kCreate:
    case OpKind::kSync:
    case OpKind::kTruncate:
    case OpKind::kAllocate:
    case OpKind::kRename:
    case OpKind::kUnlink:
    case OpKind::kMkdir:
    case OpKind::kClose:
    case OpKind::kSyncDir:
      return true;
    case OpKind::kOpen:
    case OpKind::kRead:
    case OpKind::kWrite:
    case OpKind::kList:
    case OpKind::kStat:
    case OpKind::kLockFile:
      return false;
  }
  return false;
}

std::string WhichText(const Rule& rule) {
  if (rule.one_in != 0) return "1/" + std::to_string(rule.one_in);
  std::string text = "#" + std::to_string(rule.first);
  if (rule.count == Rule::kForever) return text + "..";
  if (rule.count == 1) return text;
  return text + ".." + std::to_string(rule.first + rule.count - 1);
}

std::string EffectText(const Effect& effect) {
  switch (effect.kind) {
    case EffectKind::kError:
      return "error " + ErrnoText(effect.error);
    case EffectKind::kShortWrite: {
      std::string text = "short " + std::to_string(effect.amount);
      if (effect.error != 0) text += " then " + ErrnoText(effect.error);
      return text;
    }
    case EffectKind::kShortRead:
      return "short " + std::to_string(effect.amount);
    case EffectKind::kInterrupt:
      return "interrupt";
    case EffectKind::kFailedSync:
      return "fail " + ErrnoText(effect.error);
    case EffectKind::kAppliedError:
      return "applied-error " + ErrnoText(effect.error);
    case EffectKind::kFailedWriteback:
      return "writeback-fails " + ErrnoText(effect.error);
    case EffectKind::kMissedName:
      return "miss " + std::to_string(effect.amount);
    case EffectKind::kFlippedBit:
      return "flip " + std::to_string(effect.amount);
    case EffectKind::kRot:
      return "rot " + std::to_string(effect.amount);
    case EffectKind::kDelay:
      return "delay " + std::to_string(effect.amount);
  }
  return "";
}

absl::Status ParseWhich(TextCursor& cursor, Rule& rule) {
  if (cursor.Accept("1/")) {
    const std::size_t start = cursor.position();
    const auto odds = cursor.Number();
    if (!odds || *odds == 0) return cursor.ExpectedAt(start, "a number of at least 1");
    rule.one_in = *odds;
    return absl::OkStatus();
  }
  if (!cursor.Accept("#")) return cursor.Expected("\"#\" and a number, or \"1/\" and a number");
  const std::size_t start = cursor.position();
  const auto first = cursor.Number();
  if (!first || *first == 0) return cursor.ExpectedAt(start, "a number of at least 1");
  rule.first = *first;
  if (!cursor.Accept("..")) return absl::OkStatus();
  if (cursor.At(":")) {
    rule.count = Rule::kForever;
    return absl::OkStatus();
  }
  const std::size_t last_start = cursor.position();
  const auto last = cursor.Number();
  if (!last || *last < *first) {
    return cursor.ExpectedAt(last_start, "\":\" or a number not below the first");
  }
  rule.count = *last - *first + 1;
  return absl::OkStatus();
}

absl::Status ParseError(TextCursor& cursor, Effect& effect) {
  const std::size_t start = cursor.position();
  const auto error = ParseErrno(cursor.Word());
  if (!error) return cursor.ExpectedAt(start, "an errno name such as ENOSPC");
  effect.error = *error;
  return absl::OkStatus();
}

absl::Status ParseShort(TextCursor& cursor, OpKind operation, Effect& effect) {
  if (!cursor.Accept(" ")) return cursor.Expected("a space and a number of bytes");
  const std::size_t start = cursor.position();
  const auto bytes = cursor.Number();
  if (!bytes) return cursor.ExpectedAt(start, "a number of bytes");
  effect.amount = *bytes;
  effect.kind = operation == OpKind::kRead ? EffectKind::kShortRead : EffectKind::kShortWrite;
  if (effect.kind == EffectKind::kShortRead || !cursor.Accept(" then ")) return absl::OkStatus();
  return ParseError(cursor, effect);
}

// The effects that are a word and a number.
std::optional<EffectKind> Numbered(std::string_view word) {
  if (word == "miss") return EffectKind::kMissedName;
  if (word == "flip") return EffectKind::kFlippedBit;
  if (word == "rot") return EffectKind::kRot;
  if (word == "delay") return EffectKind::kDelay;
  return std::nullopt;
}

absl::Status ParseNumbered(TextCursor& cursor, EffectKind kind, Effect& effect) {
  if (!cursor.Accept(" ")) return cursor.Expected("a space and a number");
  const std::size_t start = cursor.position();
  const auto amount = cursor.Number();
  if (!amount) return cursor.ExpectedAt(start, "a number");
  effect.kind = kind;
  effect.amount = *amount;
  return absl::OkStatus();
}

absl::Status ParseEffect(TextCursor& cursor, OpKind operation, Effect& effect) {
  const std::size_t start = cursor.position();
  const std::string_view word = cursor.Word();
  if (word == "short") return ParseShort(cursor, operation, effect);
  if (word == "interrupt") {
    effect.kind = EffectKind::kInterrupt;
    return absl::OkStatus();
  }
  if (const auto numbered = Numbered(word)) return ParseNumbered(cursor, *numbered, effect);
  if (word == "error") {
    effect.kind = EffectKind::kError;
  } else if (word == "fail") {
    effect.kind = EffectKind::kFailedSync;
  } else if (word == "applied-error") {
    effect.kind = EffectKind::kAppliedError;
  } else if (word == "writeback-fails") {
    effect.kind = EffectKind::kFailedWriteback;
  } else {
    return cursor.ExpectedAt(start,
                             "an effect (error short interrupt fail applied-error writeback-fails "
                             "miss flip rot delay)");
  }
  if (!cursor.Accept(" ")) return cursor.Expected("a space and an errno name");
  return ParseError(cursor, effect);
}

// The calls that wait for a device or a lock, and whose manual page has EINTR.
bool CanBeInterrupted(OpKind operation) {
  switch (operation) {
    case OpKind::kCreate:
    case OpKind::kOpen:
    case OpKind::kRead:
    case OpKind::kWrite:
    case OpKind::kSync:
    case OpKind::kTruncate:
    case OpKind::kAllocate:
    case OpKind::kLockFile:
    case OpKind::kSyncDir:
      return true;
    default:
      return false;
  }
}

bool HasAmount(EffectKind kind) {
  switch (kind) {
    case EffectKind::kShortWrite:
    case EffectKind::kShortRead:
    case EffectKind::kMissedName:
    case EffectKind::kFlippedBit:
    case EffectKind::kRot:
    case EffectKind::kDelay:
      return true;
    default:
      return false;
  }
}

bool HasError(EffectKind kind) {
  switch (kind) {
    case EffectKind::kError:
    case EffectKind::kFailedSync:
    case EffectKind::kAppliedError:
    case EffectKind::kFailedWriteback:
      return true;
    default:
      return false;
  }
}

// Why the effect does not happen on the operation; empty if it does.
std::string WhyNotOn(EffectKind effect, OpKind operation) {
  const auto only_on = [&](std::string_view word, OpKind one) {
    return operation == one ? ""
                            : std::string(word).append(" on ").append(ToText(one)).append(" only");
  };
  switch (effect) {
    case EffectKind::kError:
    case EffectKind::kDelay:
      return "";
    case EffectKind::kShortWrite:
      return only_on("a short write happens", OpKind::kWrite);
    case EffectKind::kShortRead:
      return only_on("a short read happens", OpKind::kRead);
    case EffectKind::kFailedWriteback:
      return only_on("writeback-fails happens", OpKind::kWrite);
    case EffectKind::kMissedName:
      return only_on("miss happens", OpKind::kList);
    case EffectKind::kFlippedBit:
    case EffectKind::kRot:
      return only_on("flip and rot happen", OpKind::kRead);
    case EffectKind::kFailedSync:
      return operation == OpKind::kSync || operation == OpKind::kSyncDir
                 ? ""
                 : "fail happens on sync and sync-dir only";
    case EffectKind::kInterrupt:
      return CanBeInterrupted(operation)
                 ? ""
                 : std::string("interrupt does not happen on ").append(ToText(operation));
    case EffectKind::kAppliedError:
      return CanFailAfterwards(operation)
                 ? ""
                 : std::string("applied-error does not happen on ").append(ToText(operation));
  }
  return "";
}

absl::Status ValidateEffect(OpKind operation, const Effect& effect) {
  if (!HasAmount(effect.kind) && effect.amount != 0) {
    return absl::InvalidArgumentError("the effect has no number");
  }
  if (effect.error == EINTR) {
    return absl::InvalidArgumentError("EINTR is no failure: say interrupt");
  }
  const std::string why_not = WhyNotOn(effect.kind, operation);
  if (!why_not.empty()) return absl::InvalidArgumentError(why_not);
  if (effect.kind == EffectKind::kShortRead && effect.amount == 0) {
    return absl::InvalidArgumentError("a short read of 0 bytes would be an end of file");
  }
  if (effect.kind == EffectKind::kDelay && (effect.amount == 0 || effect.amount > kDelayMaxUs)) {
    return absl::InvalidArgumentError("a delay takes 1 to 60000000 microseconds");
  }
  if (effect.kind == EffectKind::kShortWrite) {
    if (effect.amount != 0 || effect.error != 0) return absl::OkStatus();
    return absl::InvalidArgumentError("a short write of 0 bytes needs an error");
  }
  if (HasError(effect.kind) == (effect.error != 0)) return absl::OkStatus();
  return absl::InvalidArgumentError(effect.error == 0 ? "the effect needs an error"
                                                      : "the effect has no error of its own");
}

}  // namespace

std::string_view ToText(FileKind kind) { return kFileNames[static_cast<std::size_t>(kind)]; }

std::string_view ToText(OpKind kind) { return kOpNames[static_cast<std::size_t>(kind)]; }

bool Damages(const Effect& effect) {
  return effect.kind == EffectKind::kMissedName || effect.kind == EffectKind::kFlippedBit ||
         effect.kind == EffectKind::kRot;
}

bool Harmless(const Effect& effect) {
  return effect.kind == EffectKind::kShortRead || effect.kind == EffectKind::kInterrupt ||
         effect.kind == EffectKind::kDelay ||
         (effect.kind == EffectKind::kShortWrite && effect.error == 0);
}

std::string ToText(const Rule& rule) {
  std::string text(ToText(rule.file));
  text.append(" ").append(ToText(rule.operation)).append(" ").append(WhichText(rule));
  return text.append(": ").append(EffectText(rule.effect));
}

absl::Status Validate(const Rule& rule) {
  if (rule.effect.error < 0 || rule.effect.error > kErrnoMax) {
    return absl::InvalidArgumentError("an errno is from 1 to 4095");
  }
  if (rule.one_in != 0 && (rule.first != 1 || rule.count != 1)) {
    return absl::InvalidArgumentError("a rule with odds has no numbers");
  }
  if (rule.first == 0 || rule.count == 0) {
    return absl::InvalidArgumentError("operations are counted from 1");
  }
  if (rule.count != Rule::kForever && rule.count - 1 > kLast - rule.first) {
    return absl::InvalidArgumentError("the last number does not fit 64 bits");
  }
  return ValidateEffect(rule.operation, rule.effect);
}

absl::StatusOr<Rule> ParseRule(std::string_view text) {
  TextCursor cursor(text);
  Rule rule;
  const auto file = Lookup<FileKind>(kFileNames, cursor.Word());
  if (!file) return cursor.ExpectedAt(0, Alternatives("a kind of file", kFileNames));
  rule.file = *file;
  if (!cursor.Accept(" ")) return cursor.Expected("a space and an operation");
  const std::size_t operation_start = cursor.position();
  const auto operation = Lookup<OpKind>(kOpNames, cursor.Word());
  if (!operation) {
    return cursor.ExpectedAt(operation_start, Alternatives("an operation", kOpNames));
  }
  rule.operation = *operation;
  if (!cursor.Accept(" ")) return cursor.Expected("a space and which ones (#N #N..M #N.. 1/N)");
  if (absl::Status status = ParseWhich(cursor, rule); !status.ok()) return status;
  if (!cursor.Accept(": ")) return cursor.Expected("\": \" and an effect");
  const std::size_t effect_start = cursor.position();
  if (absl::Status status = ParseEffect(cursor, rule.operation, rule.effect); !status.ok()) {
    return status;
  }
  if (!cursor.AtEnd()) return cursor.Expected("the end of the line");
  if (absl::Status status = Validate(rule); !status.ok()) {
    const std::string reason(status.message().data(), status.message().size());
    return cursor.ExpectedAt(effect_start, "an effect that fits (" + reason + ")");
  }
  return rule;
}

}  // namespace harrow::faults
