// What the background thread does: first the flush of an immutable memtable, then compaction, where
// ranges compacted by hand and what size and seeks ask for take turns.
//
// Threading: HasWork and Work as BackgroundJob; one thread at a time.
// Invariants:
//  1. A step that fails records the background error, after which there is no work, and no file is
//     removed.
//  2. Whoever waits for room, for a flush or for a range by hand is woken after each step, whatever
//     came of it.
//  3. A log and a table are removed only after the edit that makes them unneeded is durable.
//  4. A memtable is flushed between two entries of a compaction that is under way.
#ifndef HARROW_ENGINE_BACKGROUND_H_
#define HARROW_ENGINE_BACKGROUND_H_

#include <memory>
#include <mutex>
#include <optional>

#include "absl/status/status.h"
#include "engine/compaction.h"
#include "engine/db_state.h"
#include "engine/worker.h"
#include "engine/writer_queue.h"

namespace harrow::engine {

class Background final : public BackgroundJob {
 public:
  Background(DbState* state, const WriterQueue* queue) : state_(state), queue_(queue) {}
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  bool HasWork() override;
  void Work(std::unique_lock<std::mutex>& lock) override;
  // And closes logs that were retired. Under the lock, which is released meanwhile. Does nothing
  // after a background error.
  void RemoveObsoleteFiles(std::unique_lock<std::mutex>& lock);

 private:
  absl::Status FlushImmutable(std::unique_lock<std::mutex>& lock);
  // One compaction of those that are due.
  absl::Status Compact(std::unique_lock<std::mutex>& lock);
  absl::Status CompactByHand(std::unique_lock<std::mutex>& lock);
  // What size or seeks ask for, if anything.
  std::optional<CompactionPlan> PickAutomatic();
  absl::Status RunPlan(const CompactionPlan& plan, std::unique_lock<std::mutex>& lock);
  absl::Status Merge(const CompactionPlan& plan, std::unique_lock<std::mutex>& lock);
  absl::Status Move(const CompactionPlan& plan, std::unique_lock<std::mutex>& lock);
  // The oldest state that a snapshot, or a read from now on, may ask for. Under the lock.
  SequenceNumber OldestSnapshot() const {
    return state_->snapshots.OldestOr(queue_->published_sequence());
  }

  DbState* const state_;
  const WriterQueue* const queue_;
  const CompactionPlan* running_ = nullptr;
  bool by_hand_had_its_turn_ = false;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_BACKGROUND_H_
