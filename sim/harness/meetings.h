// What met what in a run: how often one thing began, or struck, while another was under way. A sweep that is clean says little
// about a fault in a compaction unless faults did strike in compactions; this is where that is counted.
//
// Threading: one simulated machine, one OS thread; sums are values.
// Invariants: allocates nothing, so that it may be told from a task.
#ifndef HARROW_SIM_HARNESS_MEETINGS_H_
#define HARROW_SIM_HARNESS_MEETINGS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "faults/injector.h"
#include "sim/targets/activity.h"
#include "sim/targets/target.h"

namespace harrow::harness {

// The first are a target's activities, by their numbers.
enum class Party : std::uint8_t {
  kRotation,
  kFlush,
  kFlushBelowLevel0,
  kCompaction0,
  kDeepCompaction,
  kMove,
  kSeekCompaction,
  kManualCompaction,
  kSlowdown,
  kStop,
  kMemtableWait,
  kRemoval,
  // What clients do or hold, and the harness.
  kRecovery,  // until everything is read back
  kWrite,
  kSyncWrite,
  kRead,  // a get, a scan, a move
  kForcedFlush,
  kCompactRange,
  kSnapshot,
  kIterator,
  kSecondOpen,
  kClose,
  // Options in force.
  kSnappy,
  kBloom,
  kSmallCache,  // below 64 KiB
  kFewTables,   // held open: one or two
  kInfoLog,     // in a file
  // What strikes.
  kFaultError,
  kFaultShortWrite,
  kFaultShortRead,
  kFaultInterrupt,
  kFaultFailedSync,
  kFaultAppliedError,
  kFaultWriteback,
  kFaultDamage,  // a missed name, a flipped bit, rot
  kFaultDelay,
  kCrash,
  kCrashImage,  // taken, and recovered from
  kPartyKinds
};

inline constexpr std::size_t kPartyCount = static_cast<std::size_t>(Party::kPartyKinds);
static_assert(static_cast<std::size_t>(Party::kRemoval) + 1 ==
              static_cast<std::size_t>(targets::Activity::kActivityKinds));

std::string_view ToText(Party party);  // "compaction of level 0"
Party PartyOf(const faults::Effect& effect);

class Meetings {
 public:
  static constexpr std::size_t kSize = kPartyCount * (kPartyCount + 1) / 2;

  // Of two that differ: how often they met. Of one with itself: how often it began or struck.
  std::uint64_t Get(Party a, Party b) const { return met_[At(a, b)]; }
  void Add(Party a, Party b, std::uint64_t amount = 1) { met_[At(a, b)] += amount; }
  void Add(const Meetings& other);
  bool operator==(const Meetings& other) const = default;

 private:
  static std::size_t At(Party a, Party b) {
    const auto low = static_cast<std::size_t>(a < b ? a : b);
    const auto high = static_cast<std::size_t>(a < b ? b : a);
    return high * (high + 1) / 2 + low;
  }

  std::array<std::uint64_t, kSize> met_{};
};

static_assert(std::is_trivially_copyable_v<Meetings>, "crosses process borders as bytes");

// What is under way in one life.
class MeetingCounter : public targets::ActivityObserver {
 public:
  void Begin(Party party);
  void End(Party party);
  void Happen(Party party);  // begun and over at once
  void BeginOptions(const targets::TargetOptions& options);
  const Meetings& meetings() const { return meetings_; }

  void Begins(targets::Activity activity) override { Begin(static_cast<Party>(activity)); }
  void Ends(targets::Activity activity) override { End(static_cast<Party>(activity)); }
  void Happens(targets::Activity activity) override { Happen(static_cast<Party>(activity)); }

 private:
  std::array<std::uint32_t, kPartyCount> under_way_{};
  Meetings meetings_;
};

// Why two parties cannot meet; empty if they can.
std::string_view WhyNever(Party a, Party b);

// What strikes against what is under way, and what is under way against each other; last the pairs that could have met and
// never did.
std::string FormatMeetings(const Meetings& meetings);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_MEETINGS_H_
