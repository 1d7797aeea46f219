// By its first word: the kind, then what that kind takes.
#include "sim/harness/operation_parse.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "sim/harness/payload.h"
#include "sim/harness/scenario_line.h"

namespace harrow::harness {
namespace {

using faults::TextCursor;

// Keeps a hand-written file from asking for the absurd.
constexpr std::uint64_t kMaxBatchEntries = 10'000;

absl::Status ParseKey(TextCursor* cursor, std::uint32_t key_count, models::KeyId* key) {
  SkipSpaces(cursor);
  const std::string expected = "a key from k0 to k" + std::to_string(key_count - 1);
  const std::size_t start = cursor->position();
  if (!cursor->Accept("k")) return cursor->Expected(expected);
  const std::optional<std::uint64_t> number = cursor->Number();
  if (!number.has_value() || *number >= key_count) return cursor->ExpectedAt(start, expected);
  *key = static_cast<models::KeyId>(*number);
  return absl::OkStatus();
}

absl::Status ParseEntry(TextCursor* cursor, const OperationStart& start, bool deletion,
                        Operation* operation) {
  PlannedEntry entry;
  entry.deletion = deletion;
  absl::Status status = ParseKey(cursor, start.key_count, &entry.key);
  if (status.ok() && !deletion) {
    status = ReadInto(cursor, "a value size", kMinValueSize, kMaxValueSize, &entry.value_size);
  }
  if (status.ok()) operation->entries.push_back(entry);
  return status;
}

absl::Status ParseBatch(TextCursor* cursor, const OperationStart& start, Operation* operation) {
  operation->sync = AcceptWord(cursor, "sync");
  if (!AcceptSign(cursor, "{")) return cursor->Expected("\"{\"");
  if (AcceptSign(cursor, "}")) return absl::OkStatus();
  while (true) {
    SkipSpaces(cursor);
    const std::size_t at = cursor->position();
    const std::string_view word = cursor->Word();
    if (word != "put" && word != "delete") return cursor->ExpectedAt(at, "put or delete");
    if (operation->entries.size() == kMaxBatchEntries)
      return cursor->ExpectedAt(at, "at most 10000 entries");
    if (absl::Status status = ParseEntry(cursor, start, word == "delete", operation); !status.ok())
      return status;
    if (AcceptSign(cursor, "}")) return absl::OkStatus();
    if (!cursor->Accept(",")) return cursor->Expected("\",\" or \"}\"");
  }
}

absl::Status ParseScan(TextCursor* cursor, Operation* operation) {
  if (AcceptWord(cursor, "backward")) {
    operation->path = targets::ScanPath::kBackward;
  } else if (AcceptWord(cursor, "winding")) {
    operation->path = targets::ScanPath::kWinding;
  }
  return absl::OkStatus();
}

// "from" and "to", each or neither.
absl::Status ParseRange(TextCursor* cursor, const OperationStart& start, Operation* operation) {
  for (const auto& [word, end] :
       {std::pair{"from", &operation->from}, std::pair{"to", &operation->to}}) {
    if (!AcceptWord(cursor, word)) continue;
    models::KeyId key = 0;
    if (absl::Status status = ParseKey(cursor, start.key_count, &key); !status.ok()) return status;
    *end = key;
  }
  return absl::OkStatus();
}

// Of "next" and "prev": one step, unless it says how many.
absl::Status ParseSteps(TextCursor* cursor, Operation* operation) {
  constexpr std::uint64_t kMaxSteps = 10'000;
  operation->count = 1;
  SkipSpaces(cursor);
  if (cursor->AtEnd()) return absl::OkStatus();
  return ReadInto(cursor, "a count", 1, kMaxSteps, &operation->count);
}

// The kinds that are a word alone.
std::optional<Operation::Kind> PlainKind(std::string_view word) {
  struct Plain {
    std::string_view name;
    Operation::Kind kind;
  };
  constexpr std::array kPlain = {
      Plain{"snapshot", Operation::Kind::kSnapshot},
      Plain{"release", Operation::Kind::kRelease},
      Plain{"flush", Operation::Kind::kFlush},
      Plain{"yield", Operation::Kind::kYield},
      Plain{"iterator", Operation::Kind::kIterator},
      Plain{"snapshot-iterator", Operation::Kind::kSnapshotIterator},
      Plain{"seek-first", Operation::Kind::kSeekFirst},
      Plain{"seek-last", Operation::Kind::kSeekLast},
      Plain{"drop", Operation::Kind::kDrop},
      Plain{"open-again", Operation::Kind::kOpenAgain},
  };
  for (const Plain& plain : kPlain) {
    if (plain.name == word) return plain.kind;
  }
  return std::nullopt;
}

}  // namespace

int OperationVersion(std::string_view word) {
  constexpr std::array<std::string_view, 11> kSince3 = {
      "compact", "iterator", "snapshot-iterator", "seek",      "seek-first", "seek-last", "next",
      "prev",    "drop",     "inspect",           "open-again"};
  return std::find(kSince3.begin(), kSince3.end(), word) == kSince3.end() ? 1 : 3;
}

absl::Status ParseOperation(TextCursor* cursor, const OperationStart& start, Operation* operation) {
  const std::string_view word = start.word;
  absl::Status status;
  if (word == "put" || word == "delete") {
    status = ParseEntry(cursor, start, word == "delete", operation);
    operation->sync = status.ok() && AcceptWord(cursor, "sync");
  } else if (word == "batch") {
    status = ParseBatch(cursor, start, operation);
  } else if (word == "get" || word == "snapshot-get") {
    operation->kind = word == "get" ? Operation::Kind::kGet : Operation::Kind::kSnapshotGet;
    status = ParseKey(cursor, start.key_count, &operation->key);
  } else if (word == "scan" || word == "snapshot-scan") {
    operation->kind = word == "scan" ? Operation::Kind::kScan : Operation::Kind::kSnapshotScan;
    status = ParseScan(cursor, operation);
  } else if (word == "compact" || word == "inspect") {
    operation->kind = word == "compact" ? Operation::Kind::kCompact : Operation::Kind::kInspect;
    status = ParseRange(cursor, start, operation);
  } else if (word == "seek") {
    operation->kind = Operation::Kind::kSeek;
    status = ParseKey(cursor, start.key_count, &operation->key);
  } else if (word == "next" || word == "prev") {
    operation->kind = word == "next" ? Operation::Kind::kNext : Operation::Kind::kPrev;
    status = ParseSteps(cursor, operation);
  } else if (word == "sleep") {
    operation->kind = Operation::Kind::kSleep;
    status = ReadInto(cursor, "microseconds", 0, 1'000'000'000, &operation->sleep_us);
  } else if (const std::optional<Operation::Kind> kind = PlainKind(word); kind.has_value()) {
    operation->kind = *kind;
  } else {
    return cursor->ExpectedAt(
        start.position,
        "an operation (put delete batch get scan snapshot snapshot-get snapshot-scan release "
        "flush compact iterator snapshot-iterator seek seek-first seek-last next prev drop inspect "
        "open-again yield sleep), client, life, or a line of a life");
  }
  return status.ok() ? ExpectEnd(cursor) : status;
}

}  // namespace harrow::harness
