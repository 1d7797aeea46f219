// What the compaction thread does: compactions one after the other, where ranges compacted by hand
// and what size and seeks ask for take turns, and the removal of the tables that they leave behind.
//
// Threading: HasWork and Work as BackgroundJob; one thread at a time.
// Invariants:
//  1. A step that fails records the background error, after which there is no work, and no file is
//     removed.
//  2. Whoever waits for room or for a range by hand is woken after each step, whatever came of it.
//  3. A table is removed only after the edit that makes it unneeded is durable.
//  4. A compaction is picked from a version that shows every table a flush has put below level 0,
//     and is shown to the flushes that come until its outputs are in the version.
#ifndef HARROW_ENGINE_COMPACTOR_H_
#define HARROW_ENGINE_COMPACTOR_H_

#include <memory>
#include <mutex>
#include <optional>

#include "absl/status/status.h"
#include "engine/compaction.h"
#include "engine/db_state.h"
#include "engine/worker.h"
#include "engine/writer_queue.h"

namespace harrow::engine {

class Compactor final : public BackgroundJob {
 public:
  Compactor(DbState* state, const WriterQueue* queue) : state_(state), queue_(queue) {}
  Compactor(const Compactor&) = delete;
  Compactor& operator=(const Compactor&) = delete;

  bool HasWork() override;
  void Work(std::unique_lock<std::mutex>& lock) override;
  // Under the lock, which is released meanwhile. Does nothing after a background error.
  void RemoveObsoleteFiles(std::unique_lock<std::mutex>& lock);

 private:
  // One compaction of those that are due.
  absl::Status Compact(std::unique_lock<std::mutex>& lock);
  absl::Status CompactByHand(std::unique_lock<std::mutex>& lock);
  // What size or seeks ask for, if anything.
  std::optional<CompactionPlan> PickAutomatic();
  absl::Status RunPlan(const CompactionPlan& plan, std::unique_lock<std::mutex>& lock);
  absl::Status Merge(const CompactionPlan& plan, std::unique_lock<std::mutex>& lock);
  absl::Status Move(const CompactionPlan& plan, std::unique_lock<std::mutex>& lock);

  DbState* const state_;
  const WriterQueue* const queue_;
  bool by_hand_had_its_turn_ = false;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_COMPACTOR_H_
