// Which entries nobody can see any more: one behind a newer entry for its user key that the oldest
// snapshot sees, too.
//
// Threading: one thread at a time.
// Invariants:
//  1. Every snapshot at or after `oldest_snapshot` shows the same with and without them.
// Not checked: that entries come in the order of internal keys, and that between two of them no
// entry is passed over.
// Source: LevelDB, DBImpl::DoCompactionWork; that a flush asks it as well is RocksDB's.
#ifndef HARROW_ENGINE_HIDDEN_RULE_H_
#define HARROW_ENGINE_HIDDEN_RULE_H_

#include "engine/internal_key.h"

namespace harrow::engine {

class HiddenRule {
 public:
  // The sequence of the oldest state that must stay readable.
  explicit HiddenRule(SequenceNumber oldest_snapshot) : oldest_snapshot_(oldest_snapshot) {}

  // For each entry in turn; `new_user_key`: it is the first of its user key.
  bool Hides(SequenceNumber sequence, bool new_user_key) {
    const bool hidden = !new_user_key && previous_sequence_ <= oldest_snapshot_;
    previous_sequence_ = sequence;
    return hidden;
  }

 private:
  const SequenceNumber oldest_snapshot_;
  SequenceNumber previous_sequence_ = 0;  // of the entry before
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_HIDDEN_RULE_H_
