// The error that makes a database read-only until it is reopened.
//
//            Record(failure)
//   healthy ------------------> failed          there is no way back, and a later failure changes
//                                               nothing: the first one is what every write reports
//
//   recorded:  a failed append or sync of the log, and a batch that does not fit the memtable
//              (writer_queue); a failed rotation (room); a failed flush or compaction, the sync of
//              the directory and the manifest's edit included (flusher, compactor); a thread that
//              cannot be started (room, flusher, db).
//   not:       a compaction that a close cuts short. What FAILURES.md lists as unnoticed: closes of
//              files whose bytes are elsewhere or were synced, files that cannot be removed, LOG.
//              A failed read, which its caller gets. Everything in an open, which fails instead.
//
// Threading: under the database's lock, but for ok(), which any thread may ask.
// Invariants:
//  1. Once status() is not OK it never changes.
//  2. Whoever waits on `changed` for room or for a flush is woken by the failure.
#ifndef HARROW_ENGINE_BACKGROUND_ERROR_H_
#define HARROW_ENGINE_BACKGROUND_ERROR_H_

#include <atomic>
#include <condition_variable>

#include "absl/status/status.h"
#include "engine/info_log.h"

namespace harrow::engine {

class BackgroundError {
 public:
  // `changed` belongs to the lock that guards this; both outlive it.
  BackgroundError(std::condition_variable* changed, InfoLog* info_log)
      : changed_(changed), info_log_(info_log) {}
  BackgroundError(const BackgroundError&) = delete;
  BackgroundError& operator=(const BackgroundError&) = delete;

  bool ok() const { return !failed_.load(std::memory_order_relaxed); }
  const absl::Status& status() const { return status_; }
  // `failure` is not OK (checked).
  void Record(const absl::Status& failure);

 private:
  std::condition_variable* const changed_;
  InfoLog* const info_log_;
  absl::Status status_;
  std::atomic<bool> failed_{false};  // status_ is not OK
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_BACKGROUND_ERROR_H_
