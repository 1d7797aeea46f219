// Whoever begins meets all that is under way; ends count nothing.
#include "sim/harness/meetings.h"

#include <algorithm>
#include <cstdio>
#include <initializer_list>

#include "sim/kernel/check.h"
#include "sim/kernel/sanitizers.h"

namespace harrow::harness {
namespace {

constexpr std::array<std::string_view, kPartyCount> kNames = {
    "log rotation",
    "flush",
    "flush below level 0",
    "compaction of level 0",
    "compaction further down",
    "trivial move",
    "seek compaction",
    "manual compaction",
    "slowdown",
    "stop by level 0",
    "wait for a flush",
    "file removal",
    "recovery",
    "write",
    "sync write",
    "read",
    "forced flush",
    "CompactRange call",
    "snapshot held",
    "iterator held",
    "second open",
    "close",
    "Snappy on",
    "bloom filter on",
    "small block cache",
    "few open tables",
    "info log in a file",
    "fault: error",
    "fault: short write",
    "fault: short read",
    "fault: interrupted call",
    "fault: failed sync",
    "fault: applied error",
    "fault: failed writeback",
    "fault: damage",
    "fault: delay",
    "crash",
    "crash state",
};

constexpr std::size_t kFirstStriking = static_cast<std::size_t>(Party::kFaultError);

// Four characters at most: "7", "999", "12k", "3M".
std::string Short(std::uint64_t count) {
  if (count < 10'000) return std::to_string(count);
  if (count < 1'000'000) return std::to_string(count / 1000) + "k";
  return count < 10'000'000'000 ? std::to_string(count / 1'000'000) + "M"
                                : std::to_string(count / 1'000'000'000) + "G";
}

std::string Cell(const Meetings& meetings, Party a, Party b) {
  const std::uint64_t count = meetings.Get(a, b);
  const bool never = count == 0 && !WhyNever(a, b).empty();
  const std::string text = never ? "-" : Short(count);
  return std::string(text.size() < 6 ? 6 - text.size() : 1, ' ') + text;
}

std::string RowName(std::size_t row) {
  char name[40];
  std::snprintf(name, sizeof(name), "  %2zu %-24.*s", row + 1, static_cast<int>(kNames[row].size()),
                kNames[row].data());
  return name;
}

}  // namespace

std::string_view ToText(Party party) { return kNames[static_cast<std::size_t>(party)]; }

Party PartyOf(const faults::Effect& effect) {
  switch (effect.kind) {
    case faults::EffectKind::kError:
      return Party::kFaultError;
    case faults::EffectKind::kShortWrite:
      return Party::kFaultShortWrite;
    case faults::EffectKind::kShortRead:
      return Party::kFaultShortRead;
    case faults::EffectKind::kInterrupt:
      return Party::kFaultInterrupt;
    case faults::EffectKind::kFailedSync:
      return Party::kFaultFailedSync;
    case faults::EffectKind::kAppliedError:
      return Party::kFaultAppliedError;
    case faults::EffectKind::kFailedWriteback:
      return Party::kFaultWriteback;
    case faults::EffectKind::kMissedName:
    case faults::EffectKind::kFlippedBit:
    case faults::EffectKind::kRot:
      return Party::kFaultDamage;
    case faults::EffectKind::kDelay:
      return Party::kFaultDelay;
  }
  KERNEL_CHECK(false);
}

void Meetings::Add(const Meetings& other) {
  for (std::size_t at = 0; at < kSize; ++at) met_[at] += other.met_[at];
}

// The tasks that count are switched between, so that what they share here is no race.
void MeetingCounter::Happen(Party party) {
  const kernel::IgnoreAccesses counting;
  meetings_.Add(party, party);
  for (std::size_t at = 0; at < kPartyCount; ++at) {
    const auto other = static_cast<Party>(at);
    if (under_way_[at] != 0 && other != party) meetings_.Add(party, other);
  }
}

void MeetingCounter::Begin(Party party) {
  const kernel::IgnoreAccesses counting;
  Happen(party);
  ++under_way_[static_cast<std::size_t>(party)];
}

void MeetingCounter::End(Party party) {
  const kernel::IgnoreAccesses counting;
  std::uint32_t& under_way = under_way_[static_cast<std::size_t>(party)];
  if (under_way > 0) --under_way;
}

void MeetingCounter::BeginOptions(const targets::TargetOptions& options) {
  constexpr std::uint64_t kSmallCacheBytes = 64 << 10;
  if (options.compression != 0) Begin(Party::kSnappy);
  if (options.bloom_bits != 0) Begin(Party::kBloom);
  if (options.block_cache_bytes < kSmallCacheBytes) Begin(Party::kSmallCache);
  if (options.max_open_tables <= 2) Begin(Party::kFewTables);
  if (options.info_log != 0) Begin(Party::kInfoLog);
}

std::string_view WhyNever(Party a, Party b) {
  const auto one_of = [&](const std::initializer_list<Party>& first,
                          const std::initializer_list<Party>& second) {
    const auto in = [](Party party, const std::initializer_list<Party>& list) {
      return std::find(list.begin(), list.end(), party) != list.end();
    };
    return (in(a, first) && in(b, second)) || (in(b, first) && in(a, second));
  };
  if (a == b) return {};
  const std::initializer_list<Party> room = {Party::kRotation, Party::kSlowdown, Party::kStop,
                                             Party::kMemtableWait};
  if (one_of(room, room)) return "one writer at a time makes room";
  const std::initializer_list<Party> compactions = {Party::kCompaction0, Party::kDeepCompaction,
                                                    Party::kMove};
  const std::initializer_list<Party> calls = {
      Party::kWrite,        Party::kSyncWrite, Party::kRead,     Party::kForcedFlush,
      Party::kCompactRange, Party::kSnapshot,  Party::kIterator, Party::kSecondOpen};
  if (one_of(compactions, compactions)) return "one compaction at a time";
  if (one_of({Party::kMove}, {Party::kFlushBelowLevel0}))
    return "a move is one edit, and edits come into force one after the other";
  if (one_of({Party::kStop}, {Party::kFlush, Party::kFlushBelowLevel0}))
    return "a full memtable waits for the flush before it, and then for level 0";
  if (one_of({Party::kClose}, {Party::kCrash})) return "a life ends by the one or the other";
  if (one_of({Party::kManualCompaction}, {Party::kMove, Party::kSeekCompaction}))
    return "a manual compaction merges, for its own reason";
  if (one_of({Party::kRecovery, Party::kClose}, calls) ||
      one_of({Party::kRecovery, Party::kClose}, room))
    return "no client runs then";
  if (one_of({Party::kRecovery},
             {Party::kFlush, Party::kFlushBelowLevel0, Party::kManualCompaction}))
    return "no client has run yet";
  if (one_of({Party::kClose}, {Party::kManualCompaction})) return "no client runs any more";
  if (one_of({Party::kFlushBelowLevel0, Party::kFlush}, {Party::kFlush, Party::kRotation}) &&
      !one_of({Party::kFlush}, {Party::kFlushBelowLevel0}))
    return "a rotation waits for the memtable before to be flushed";
  const bool struck = std::max(a, b) >= Party::kFaultError;
  if (struck && std::min(a, b) == Party::kFlushBelowLevel0) return "told of when it is over";
  return {};
}

namespace {

std::string NeverText(const Meetings& meetings) {
  std::string text;
  for (std::size_t row = 0; row < kFirstStriking; ++row) {
    for (std::size_t column = 0; column < kPartyCount; ++column) {
      const auto a = static_cast<Party>(row);
      const auto b = static_cast<Party>(column);
      if ((column > row && column < kFirstStriking) || meetings.Get(a, b) != 0) continue;
      if (!WhyNever(a, b).empty()) continue;
      text += (text.empty() ? "never met: " : "; ") + std::string(ToText(a)) +
              (a == b ? "" : " with " + std::string(ToText(b)));
    }
  }
  return text.empty() ? "every pair that can meet did\n" : text + "\n";
}

}  // namespace

std::string FormatMeetings(const Meetings& meetings) {
  std::string text = "met, by what struck: ";
  for (std::size_t column = kFirstStriking; column < kPartyCount; ++column) {
    char name[48];
    std::snprintf(name, sizeof(name), "%s%c %.*s", column == kFirstStriking ? "" : ", ",
                  static_cast<char>('A' + (column - kFirstStriking)),
                  static_cast<int>(kNames[column].size()), kNames[column].data());
    text += name;
  }
  text += "; and by what began, by the numbers of the rows\n" + std::string(29, ' ');
  for (std::size_t column = kFirstStriking; column < kPartyCount; ++column)
    text += std::string(5, ' ') + static_cast<char>('A' + (column - kFirstStriking));
  for (std::size_t column = 0; column < kFirstStriking; ++column) {
    char head[16];
    std::snprintf(head, sizeof(head), " %5zu", column + 1);
    text += head;
  }
  text += "\n";
  for (std::size_t row = 0; row < kFirstStriking; ++row) {
    text += RowName(row);
    for (std::size_t column = kFirstStriking; column < kPartyCount; ++column)
      text += Cell(meetings, static_cast<Party>(row), static_cast<Party>(column));
    for (std::size_t column = 0; column <= row; ++column)
      text += Cell(meetings, static_cast<Party>(row), static_cast<Party>(column));
    text += "\n";
  }
  return text + NeverText(meetings);
}

}  // namespace harrow::harness
