// Which entries a compaction leaves out.
//
//   hidden:   as hidden_rule.h has it.
//   deletion: one that the oldest snapshot sees, where no level below the two that are merged can
//             have the user key: all that it hides is in this compaction, and is dropped with it.
//
// Threading: one thread at a time; the version outlives it.
// Invariants:
//  1. Every snapshot at or after `oldest_snapshot` shows the same before and after.
// Not checked: that entries come in the order of internal keys, and that between two of them no
// entry of the inputs is passed over.
// Source: LevelDB, DBImpl::DoCompactionWork and Compaction::IsBaseLevelForKey.
#ifndef HARROW_ENGINE_DROP_RULE_H_
#define HARROW_ENGINE_DROP_RULE_H_

#include <array>
#include <cstddef>
#include <string_view>

#include "engine/coverage_mark.h"
#include "engine/hidden_rule.h"
#include "engine/internal_key.h"
#include "engine/version.h"

namespace harrow::engine {

class DropRule {
 public:
  // Of a compaction from `level` to the one after it. `oldest_snapshot` is the sequence of the
  // oldest state that must stay readable.
  DropRule(const Version* version, int level, SequenceNumber oldest_snapshot)
      : version_(version),
        level_(level),
        oldest_snapshot_(oldest_snapshot),
        hidden_rule_(oldest_snapshot) {}

  // For each entry in turn; `new_user_key`: it is the first of its user key.
  bool Drops(const ParsedInternalKey& entry, bool new_user_key) {
    if (hidden_rule_.Hides(entry.sequence, new_user_key)) return true;
    if (!new_user_key) Reached(Mark::kHiddenKept);
    const bool needless = entry.type == ValueType::kDeletion &&
                          entry.sequence <= oldest_snapshot_ && !InDeeperLevel(entry.user_key);
    if (needless) Reached(Mark::kDeletionDropped);
    return needless;
  }

 private:
  bool InDeeperLevel(std::string_view user_key);

  const Version* const version_;
  const int level_;
  const SequenceNumber oldest_snapshot_;
  HiddenRule hidden_rule_;
  // For each deeper level the first table that does not end before the last key looked for.
  std::array<std::size_t, kLevelCount> positions_{};
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_DROP_RULE_H_
