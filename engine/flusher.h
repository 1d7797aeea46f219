// What the flush thread does: writes an immutable memtable to a table, names that in the manifest,
// and does away with the log that held the same entries.
//
// A thread of its own, since writers that fill a memtable wait for the flush of the one before it,
// and must not wait for a compaction as well.
//
// Threading: HasWork and Work as BackgroundJob; one thread at a time.
// Invariants:
//  1. A flush that fails records the background error, after which there is no work, and no file is
//     removed.
//  2. Whoever waits for room or for a flush is woken after each, whatever came of it.
//  3. A log is removed only after the edit that makes it unneeded is durable.
// Source: LevelDB, DBImpl::CompactMemTable, on its one background thread.
#ifndef HARROW_ENGINE_FLUSHER_H_
#define HARROW_ENGINE_FLUSHER_H_

#include <cstdint>
#include <mutex>

#include "absl/status/status.h"
#include "engine/db_state.h"
#include "engine/worker.h"
#include "engine/writer_queue.h"

namespace harrow::engine {

class Flusher final : public BackgroundJob {
 public:
  // `compaction` is woken after a flush. All outlive this.
  Flusher(DbState* state, const WriterQueue* queue, Worker* compaction)
      : state_(state), queue_(queue), compaction_(compaction) {}
  Flusher(const Flusher&) = delete;
  Flusher& operator=(const Flusher&) = delete;

  bool HasWork() override;
  void Work(std::unique_lock<std::mutex>& lock) override;
  // Closes the logs that were retired. Under the lock, which is released meanwhile.
  void CloseRetiredLogs(std::unique_lock<std::mutex>& lock);

 private:
  absl::Status Flush(std::unique_lock<std::mutex>& lock);
  // The edit for a table that is written, in force. Under the lock, which is released meanwhile.
  absl::Status Install(const MemTable& memtable, FileMetaData table, LevelActivity activity,
                       std::unique_lock<std::mutex>& lock);
  void RemoveLog(std::uint64_t number, std::unique_lock<std::mutex>& lock);

  DbState* const state_;
  const WriterQueue* const queue_;
  Worker* const compaction_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_FLUSHER_H_
