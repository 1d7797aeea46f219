// Chooses what to compact: which tables of a level, with which of the next.
//
// By size: the level with the highest score, where that is 1 or more. The score of level 0 is its
// number of tables over level0_file_num_compaction_trigger, since each of them costs every read;
// that of another level is its bytes over max_bytes_for_level_base, times the multiplier for each
// level after 1. From the level the first table after its compaction pointer is taken, so that
// compactions go round the keys. The last level is never compacted.
// By seeks: one table that wasted more seeks than it may (table_file.h), where no size asks.
// By hand: what overlaps a range, at levels other than 0 in pieces of about max_file_size.
//
// Around what was chosen:
//  - tables of the level that share a user key with it join, over and over. At level 0 that is
//    overlap; at others it happens where a neighbour holds older entries of the last user key.
//    Left behind, those would show again once the newer ones are below them.
//  - then the tables of the next level that overlap come in, closed in the same way.
//  - then more of the level, where that brings in no more of the next and all together stay below
//    25 * max_file_size.
// Grandparents are the tables two levels down that all this overlaps. An output ends where it
// overlaps more than 10 * max_file_size of them, so that compacting it later is not too much work;
// a single table with nothing to merge with just moves, unless it overlaps more than that.
//
// Threading: constant; under the database's lock for what it is given.
// Invariants:
//  1. No user key is both in an input of a level and in a table of that level left out.
//  2. `next_inputs` has every table of the next level that overlaps the inputs.
//  3. Where NeedsCompaction says so, PickBySize gives a plan.
// Source: LevelDB, db/version_set: Finalize, PickCompaction, CompactRange, SetupOtherInputs,
// AddBoundaryInputs, PickLevelForMemTableOutput, IsTrivialMove.
#ifndef HARROW_ENGINE_COMPACTION_PICKER_H_
#define HARROW_ENGINE_COMPACTION_PICKER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "engine/internal_key.h"
#include "engine/options.h"
#include "engine/version.h"

namespace harrow::engine {

enum class CompactionReason : std::uint8_t { kSize, kSeeks, kManual };

struct CompactionPlan {
  CompactionReason reason = CompactionReason::kSize;
  int level = 0;
  std::shared_ptr<const Version> version;
  FileList inputs;        // of the level, in its order; at least one
  FileList next_inputs;   // of the level after it, in its order
  FileList grandparents;  // of the level after that, in its order
  // The inputs are one table that only has to be named one level down.
  bool trivial_move = false;

  // Of the inputs of both levels.
  UserKeyRange Span() const;
};

class CompactionPicker {
 public:
  // Where a memtable that overlaps nothing goes at most. Further down it would save more work, and
  // waste more space while the key range is being overwritten.
  static constexpr int kFlushLevelMax = 2;

  explicit CompactionPicker(const Options& options);

  // The level with the highest score; nothing where none has 1 or more.
  std::optional<int> LevelToCompact(const Version& version) const;
  bool NeedsCompaction(const Version& version) const { return LevelToCompact(version).has_value(); }

  std::optional<CompactionPlan> PickBySize(const std::shared_ptr<const Version>& version,
                                           const CompactPointers& pointers) const;
  // `file` is of the level, which is not the last.
  CompactionPlan PickBySeeks(const std::shared_ptr<const Version>& version, int level,
                             const FileRef& file) const;
  // The first piece of what the level, not the last, has in the range, which is not empty; nothing
  // if there is none.
  std::optional<CompactionPlan> PickByHand(const std::shared_ptr<const Version>& version, int level,
                                           const UserKeyRange& range) const;

  // The level for the table of a memtable: as far down as nothing overlaps it, at most at
  // kFlushLevelMax, and not where it would overlap too much one level further. `running` is the
  // compaction under way, or nullptr: between its outputs' keys nothing may be put below level 0,
  // although the version does not yet show them.
  int LevelForFlush(const Version& version, const UserKeyRange& range,
                    const CompactionPlan* running) const;

  std::uint64_t grandparent_overlap_max() const { return grandparent_overlap_max_; }

 private:
  CompactionPlan Complete(CompactionPlan plan) const;

  const std::uint64_t level0_trigger_;
  const std::uint64_t max_file_size_;
  const std::uint64_t grandparent_overlap_max_;
  const std::uint64_t expanded_size_max_;
  std::array<std::uint64_t, kLevelCount> level_size_max_{};
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_COMPACTION_PICKER_H_
