#include "sim/harness/counts.h"

#include <cinttypes>
#include <cstdio>

#include "sim/kernel/check.h"

namespace harrow::harness {
namespace {

constexpr std::array<std::string_view, Counts::kSize> kNames = {
    "lives",
    "steps",
    "schedule choices",
    "preemptions",
    "writes",
    "gets",
    "scans",
    "snapshots",
    "iterator moves",
    "iterators",
    "forced flushes",
    "CompactRange calls",
    "disk mutations",
    "clean closes",
    "... of an idle target",
    "crashes",
    "crashes in recovery",
    "crash states",
    "crash states in recovery",
    "... two crashes deep",
    "... three and more deep",
    "equal images",
    "background-error entries",
    "opens failed by a fault",
    "groups of two and more writers",
    "records of several fragments",
    "log rotations",
    "tables written",
    "flushes",
    "flushes below level 0",
    "compactions of level 0",
    "compactions further down",
    "trivial moves",
    "seek compactions",
    "slowdowns by level 0",
    "stops by level 0",
    "second opens refused",
    "unknown verdicts",
    "fault: error",
    "fault: short write",
    "fault: short read",
    "fault: interrupted call",
    "fault: failed sync",
    "fault: applied, yet reported failed",
    "fault: failed writeback",
    "fault: missed name",
    "fault: flipped bit",
    "fault: rot",
    "fault: delay",
};

Count CountOf(faults::EffectKind kind) {
  switch (kind) {
    case faults::EffectKind::kError:
      return Count::kFaultError;
    case faults::EffectKind::kShortWrite:
      return Count::kFaultShortWrite;
    case faults::EffectKind::kShortRead:
      return Count::kFaultShortRead;
    case faults::EffectKind::kInterrupt:
      return Count::kFaultInterrupt;
    case faults::EffectKind::kFailedSync:
      return Count::kFaultFailedSync;
    case faults::EffectKind::kAppliedError:
      return Count::kFaultAppliedError;
    case faults::EffectKind::kFailedWriteback:
      return Count::kFaultWriteback;
    case faults::EffectKind::kMissedName:
      return Count::kFaultMissedName;
    case faults::EffectKind::kFlippedBit:
      return Count::kFaultFlippedBit;
    case faults::EffectKind::kRot:
      return Count::kFaultRot;
    case faults::EffectKind::kDelay:
      return Count::kFaultDelay;
  }
  KERNEL_CHECK(false);
}

}  // namespace

void Counts::Add(const Counts& other) {
  for (std::size_t index = 0; index < kSize; ++index) values_[index] += other.values_[index];
}

void Counts::AddFault(const faults::Fired& fired) { Add(CountOf(fired.effect.kind)); }

std::string_view ToText(Count which) { return kNames[static_cast<std::size_t>(which)]; }

std::string FormatCounts(const Counts& counts) {
  std::string text;
  for (std::size_t index = 0; index < Counts::kSize; ++index) {
    const auto which = static_cast<Count>(index);
    char line[96];
    std::snprintf(line, sizeof(line), "  %-36.*s %14" PRIu64 "\n",
                  static_cast<int>(ToText(which).size()), ToText(which).data(), counts.Get(which));
    text += line;
  }
  return text;
}

}  // namespace harrow::harness
