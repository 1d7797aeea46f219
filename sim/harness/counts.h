// What a run, or a sweep of runs, exercised. Every count is a plain sum, so joining results is adding them.
//
// Threading: values.
#ifndef HARROW_SIM_HARNESS_COUNTS_H_
#define HARROW_SIM_HARNESS_COUNTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "faults/injector.h"
#include "models/history.h"

namespace harrow::harness {

enum class Count : std::uint8_t {
  kLives,
  kSteps,
  kChoices,
  kPreemptions,
  kWrites,
  kReads,
  kScans,
  kSnapshots,
  kMoves,  // of iterators
  kIterators,
  kFlushes,
  kManualCompactions,
  kMutations,
  kCleanCloses,
  kIdleCloses,  // of those, with the files judged first
  kCrashes,
  kCrashesInRecovery,
  kCrashStates,            // distinct images recovered from and judged
  kCrashStatesInRecovery,  // judged, and taken before a read-back was complete
  kCrashStatesTwoDeep,     // of those: inside the recovery from one crash
  kCrashStatesDeeper,      // ... from a crash inside a recovery, and so on
  kImagesDeduplicated,  // images equal to one already recovered from; judged without another recovery
  kBackgroundErrors,    // lives in which a write failed and the target refused the later ones
  kFailedOpens,         // under an injected fault
  kGroupsOfSeveral,     // log appends that carried the batches of two and more writers
  kFragmentedRecords,  // log records of two and more fragments
  kRotations,          // logs created beyond a life's first
  kTables,
  kBackgroundFlushes,
  kFlushesBelowLevel0,
  kCompactions0,  // of level 0
  kDeepCompactions,
  kTrivialMoves,
  kSeekCompactions,
  kSlowdowns,
  kStops,
  kSecondOpens,
  kUnknown,  // verdicts that reached a bound
  kFaultError,
  kFaultShortWrite,
  kFaultShortRead,
  kFaultInterrupt,
  kFaultFailedSync,
  kFaultAppliedError,
  kFaultWriteback,
  kFaultMissedName,
  kFaultFlippedBit,
  kFaultRot,
  kFaultDelay,
  kCountKinds
};

class Counts {
 public:
  static constexpr std::size_t kSize = static_cast<std::size_t>(Count::kCountKinds);

  void Add(Count which, std::uint64_t amount = 1) {
    values_[static_cast<std::size_t>(which)] += amount;
  }
  void Add(const Counts& other);
  void AddFault(const faults::Fired& fired);
  std::uint64_t Get(Count which) const { return values_[static_cast<std::size_t>(which)]; }

 private:
  std::array<std::uint64_t, kSize> values_{};
};

// "crash states in recovery"
std::string_view ToText(Count which);

// Two columns, one count a line.
std::string FormatCounts(const Counts& counts);

static_assert(std::is_trivially_copyable_v<Counts>, "crosses process borders as bytes");

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_COUNTS_H_
