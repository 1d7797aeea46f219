// A run as data: what the clients of each life ask, what goes wrong, how the tasks are interleaved, when the power goes and
// what survives. Everything a run does follows from its scenario; a scenario follows from a seed (generator.h) or from a
// text file (scenario_text.h).
//
// Threading: values.
#ifndef HARROW_SIM_HARNESS_SCENARIO_H_
#define HARROW_SIM_HARNESS_SCENARIO_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "faults/crash.h"
#include "faults/plan.h"
#include "models/history.h"
#include "models/verdict.h"
#include "sim/disk/profile.h"
#include "sim/kernel/strategy.h"
#include "sim/targets/target.h"

namespace harrow::harness {

// How long keys are, and what is in them (payload.h).
enum class KeyStyle : std::uint8_t { kPlain, kVaried };

struct PlannedEntry {
  models::KeyId key = 0;
  bool deletion = false;
  std::uint32_t value_size = 0;  // bytes, puts only: kMinValueSize..kMaxValueSize
  bool operator==(const PlannedEntry&) const = default;
};

// What a client asks for in one call. A client holds at most one snapshot and one iterator; what needs one is skipped without
// it, and so is a step of an iterator that stands at no pair.
struct Operation {
  enum class Kind : std::uint8_t {
    kWrite,         // `entries` as one batch; `sync`
    kGet,           // `key`
    kScan,          // along `path`
    kSnapshot,      // takes one, releasing the one held
    kSnapshotGet,   // `key`
    kSnapshotScan,  // along `path`
    kRelease,
    kFlush,
    kYield,
    kSleep,             // `sleep_us` of virtual time
    kCompact,           // the keys from `from` to `to`
    kIterator,          // takes one at the present, letting go of the one held
    kSnapshotIterator,  // ... at the snapshot
    kSeek,              // to the first pair at or after `key`
    kSeekFirst,
    kSeekLast,
    kNext,  // `count` steps
    kPrev,  // `count` steps
    kDrop,  // lets go of the iterator
    kInspect,
    kOpenAgain
  };
  Kind kind = Kind::kWrite;
  bool sync = false;
  targets::ScanPath path = targets::ScanPath::kForward;
  models::KeyId key = 0;
  std::uint32_t sleep_us = 0;
  std::uint32_t count = 0;
  std::optional<models::KeyId> from;  // both inclusive; nothing: an open end
  std::optional<models::KeyId> to;
  std::vector<PlannedEntry> entries;
  bool operator==(const Operation&) const = default;
};

struct ClientPlan {
  std::vector<Operation> operations;
  bool operator==(const ClientPlan&) const = default;
};

struct SchedulePlan {
  kernel::StrategySpec strategy;
  std::uint64_t spurious_wakeup_one_in = 0;  // 0: never
  bool replay = false;                       // follow `deviations` instead of `strategy`
  std::vector<kernel::Deviation> deviations;
  bool operator==(const SchedulePlan&) const = default;
};

inline constexpr std::uint32_t kNestedDepthMax = 4;

// Crash images to take while the life runs, each checked by a recovery of its own. Without `images`, `every` has no meaning.
struct ExplorePlan {
  std::uint64_t every = 0;  // before every Nth mutation of the disk, and at the end; 0: none
  std::vector<faults::CrashImageChoice> images;
  // The recoveries from those images crash as well, before every `nested_every`th mutation and at their end, and so do the
  // recoveries from what that leaves, to this depth; 0: none does.
  std::uint32_t nested_depth = 0;  // at most kNestedDepthMax
  std::uint64_t nested_every = 0;  // 0 with depth 0
  bool operator==(const ExplorePlan&) const = default;
};

struct EndPlan {
  enum class Kind : std::uint8_t { kClose, kCrash };
  Kind kind = Kind::kCrash;
  // kCrash: the power goes before this mutation of the life (1 is its first); 0, or a number never reached: when the
  // clients are done.
  std::uint64_t before_mutation = 0;
  faults::CrashImageChoice image;
  bool idle = false;  // kClose: only once the target has nothing left to do
  bool operator==(const EndPlan&) const = default;
};

struct LifePlan {
  std::vector<ClientPlan> clients;
  faults::Plan faults;
  SchedulePlan schedule;
  ExplorePlan explore;
  EndPlan end;
  bool operator==(const LifePlan&) const = default;
};

struct Scenario {
  std::uint64_t seed =
      0;  // where it came from, and the seed of draws that have no place of their own
  std::string target = "harrow";
  targets::TargetOptions options;
  disk::ProfileName profile = disk::ProfileName::kExt4;
  std::uint32_t key_count = 8;
  KeyStyle key_style = KeyStyle::kPlain;
  std::uint64_t step_limit = 200'000;  // of each life
  // What a corpus demands of it (SCENARIOS.md): that every rule holds, or that this one is broken. A run does not look at it.
  std::optional<models::Rule> expect;
  std::vector<LifePlan> lives;
  bool operator==(const Scenario&) const = default;
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SCENARIO_H_
