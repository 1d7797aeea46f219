// Makes room for a write: holds it up while there is too much behind it, and rotates the log and
// the memtable when the memtable is full.
//
//   background error                            -> refused
//   closing                                     -> refused
//   many level-0 tables, not held up yet        -> 1 ms of delay, once a write
//   room in the memtable, and no force          -> go on; there is half as much again while the one
//                                                  before is not yet flushed, since flushes and
//                                                  writes have their slow moments at different times
//   an immutable memtable not yet flushed       -> wait
//   too many level-0 tables                     -> wait
//   otherwise                                   -> rotate
//
// Many are level0_slowdown_writes_trigger or more, too many level0_stop_writes_trigger.
//
// Threading: MakeRoom by the leader, under the lock; the lock is released while it waits and while
// it makes files, when nobody else touches memtable or log.
// Invariants:
//  1. A failed rotation is recorded as the background error and leaves the memtable as it was.
//  2. The memtable and the log change together: what is in the log in use is in the memtable in
//     use.
// Source: LevelDB, DBImpl::MakeRoomForWrite.
#ifndef HARROW_ENGINE_ROOM_H_
#define HARROW_ENGINE_ROOM_H_

#include <mutex>

#include "absl/status/status.h"
#include "engine/db_state.h"
#include "engine/log_file.h"
#include "engine/worker.h"

namespace harrow::engine {

class Room {
 public:
  Room(DbState* state, WriteAheadLog* log, Worker* flush_worker)
      : state_(state), log_(log), flush_worker_(flush_worker) {}
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  absl::Status MakeRoom(std::unique_lock<std::mutex>& lock, bool force);
  // Under the lock: whether MakeRoom without force would return OK at once.
  bool HasRoom() const;

 private:
  bool MemTableHasRoom() const;
  // Hands an earlier log that a durable table has replaced to the flusher, which closes it: it
  // has no name any more, or soon, so that the close gives back what it holds on the disk, which takes long.
  void RetireLog();
  void Delay(std::unique_lock<std::mutex>& lock);
  void Wait(std::unique_lock<std::mutex>& lock);
  // Failures are in state_->error.
  void Rotate(std::unique_lock<std::mutex>& lock);
  void WakeFlusher();

  DbState* const state_;
  WriteAheadLog* const log_;
  Worker* const flush_worker_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_ROOM_H_
