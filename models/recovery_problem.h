// One recovered state put against the writes since the base, laid out flat for the search: which
// writes there are and when each may have taken effect, and what each key asks for.
//
// Threading: one thread; the vectors are scratch that is reused from call to call.
// Invariants:
//  1. items are in order of invocation, and refused, failed-flush and flush calls are no items.
//  2. invoked <= latest, acknowledged <= … : effective <= acknowledged where there is one.
//  3. A touch is the last entry of its write for its key; no two touches of an item share a key.
// Source: the formulation is this project's own; the interval order of operations is that of
// Herlihy and Wing, Linearizability, TOPLAS 1990.
#ifndef HARROW_MODELS_RECOVERY_PROBLEM_H_
#define HARROW_MODELS_RECOVERY_PROBLEM_H_

#include <cstdint>
#include <span>
#include <vector>

#include "models/history.h"
#include "models/recovery_checker.h"

namespace harrow::models {

inline constexpr std::uint32_t kNone = ~std::uint32_t{0};

struct RecoveryItem {
  WriteId write = 0;
  std::uint32_t touch_begin = 0;
  std::uint32_t touch_end = 0;
  std::uint32_t segment = 0;
  Time invoked = 0;
  Time acknowledged = kNever;  // returned ok by the time of the image
  Time effective = kNever;     // known to have taken effect: acknowledged, or seen by a read
  Time latest = kNever;        // it took effect before this if at all: effective, or its life's end
  bool sync = false;
  bool seen = false;  // the recovered state holds a value of it
};

struct RecoveryTouch {
  KeyId key = 0;
  std::uint32_t entry = 0;
  std::uint32_t item = 0;
  bool deletion = false;
};

// Lives joined by closes and kills: nothing may have been lost between them. A power loss starts a
// new one.
struct RecoverySegment {
  Time sync_invoked = 0;  // the latest invocation of an acknowledged sync write; 0: none
  WriteId sync_write = 0;
  Time flush_invoked = 0;  // the latest invocation of an acknowledged flush; 0: none
  WriteId flush_write = 0;
  bool keeps_all = false;  // the image holds all that the caches of this segment held
};

struct KeyGoal {
  enum class Kind : std::uint8_t {
    kUnchanged,  // the base's value: nothing that took effect touches the key
    kHeld,       // the last that took effect on the key is `touch`
    kAbsent      // the last that took effect on the key is a deletion; or nothing and base absent
  };
  Kind kind = Kind::kAbsent;
  bool base_has_value = false;
  std::uint32_t touch = kNone;
};

class RecoveryProblem {
 public:
  // Lays out the writes [first_write, …) invoked before `at`.
  void Build(const History& history, WriteId first_write, Time at, ImageKind image);
  // The item of a write, or kNone (settled, not issued by then, refused, or without effect).
  std::uint32_t ItemOf(WriteId write) const;
  // The touch of `write` that is its entry number `entry`, or kNone (a later entry replaced it).
  std::uint32_t TouchOf(WriteId write, std::uint32_t entry) const;
  // True if it was called after a write of its life had failed, and was not acknowledged.
  bool Refused(WriteId write) const;
  // Makes each touch an item of its own: the same history without atomicity. ItemOf and TouchOf
  // are of no use afterwards.
  void Split();

  std::vector<RecoveryItem> items;
  std::vector<RecoveryTouch> touches;
  std::vector<RecoverySegment> segments;
  std::vector<KeyGoal> goals;  // by key; the checker fills it

 private:
  // `held`: what was synced was made durable.
  void AddWrite(const Write& write, Time limit, Time end, std::uint32_t segment, bool held);
  void AddTouches(const Write& write);
  void ObserveReads(const History& history, Time at);

  WriteId first_write_ = 0;
  std::vector<std::uint32_t> item_of_;     // by write - first_write_; kNone, or kRefused
  std::vector<WriteId> touched_by_;        // by key: the last write laid out that touches it, + 1
  std::vector<RecoveryItem> split_items_;  // scratch of Split
};

}  // namespace harrow::models

#endif  // HARROW_MODELS_RECOVERY_PROBLEM_H_
