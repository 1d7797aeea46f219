// The ranges that calls of CompactRange want compacted, first come first served.
//
// A call waits until its range is done: level by level, from level 0 down, the tables that overlap
// it are merged into the next level, the last time into the deepest level that overlaps it. At
// level 0 one compaction takes all of them; at other levels each takes a piece, and the next one
// starts behind it. Tables that get to a level behind that place meanwhile are left alone: the call
// is about what was there when it was made.
//
// Threading: under the database's lock.
// Invariants:
//  1. There is work while a call waits, and each piece of it goes on in the order of levels and
//     keys: so calls end, also beside writers.
// Source: LevelDB, DBImpl::CompactRange and TEST_CompactRange.
#ifndef HARROW_ENGINE_MANUAL_COMPACTION_H_
#define HARROW_ENGINE_MANUAL_COMPACTION_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/compaction_picker.h"
#include "engine/version.h"

namespace harrow::engine {

class ManualCompaction {
 public:
  // Ends not before the deepest level of the version that overlaps the range.
  ManualCompaction(const Version& version, const UserKeyRange& range);

  bool done() const { return level_ >= last_level_; }
  // The next piece, which Advance is told of when it has been compacted; nothing once it is done.
  std::optional<CompactionPlan> NextPiece(const CompactionPicker& picker,
                                          const std::shared_ptr<const Version>& version);
  void Advance(const CompactionPlan& piece);

 private:
  UserKeyRange Rest() const;
  void GoToLevel(int level);

  const std::optional<std::string> smallest_;
  const std::optional<std::string> largest_;
  int level_ = 0;
  int last_level_ = 1;               // which is not compacted itself
  std::optional<std::string> from_;  // where the rest of the level starts
};

class ManualCompactions {
 public:
  bool empty() const { return waiting_.empty(); }
  // The first one, or nullptr.
  std::shared_ptr<ManualCompaction> front() const {
    return waiting_.empty() ? nullptr : waiting_.front();
  }
  void Add(std::shared_ptr<ManualCompaction> manual) { waiting_.push_back(std::move(manual)); }
  // It is done, or nobody waits for it any more.
  void Remove(const std::shared_ptr<ManualCompaction>& manual) { std::erase(waiting_, manual); }

 private:
  std::deque<std::shared_ptr<ManualCompaction>> waiting_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_MANUAL_COMPACTION_H_
