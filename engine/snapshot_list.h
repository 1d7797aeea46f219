// The snapshots in use, oldest first: what compaction must keep.
//
// Threading: the list under the database's lock. A Snapshot's sequence is constant; destroying one
// takes the lock.
// Invariants:
//  1. Sequences do not decrease from oldest to newest.
//  2. The list is empty when it is destroyed.
#ifndef HARROW_ENGINE_SNAPSHOT_LIST_H_
#define HARROW_ENGINE_SNAPSHOT_LIST_H_

#include <memory>
#include <mutex>

#include "engine/internal_key.h"

namespace harrow::engine {

class SnapshotList;

// A state of the database that stays readable while this exists.
class Snapshot {
 public:
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot();

  SequenceNumber sequence() const { return sequence_; }

 private:
  friend class SnapshotList;
  Snapshot(SnapshotList* list, SequenceNumber sequence) : list_(list), sequence_(sequence) {}

  SnapshotList* const list_;
  const SequenceNumber sequence_;
  Snapshot* older_ = nullptr;
  Snapshot* newer_ = nullptr;
};

class SnapshotList {
 public:
  explicit SnapshotList(std::mutex* mutex) : mutex_(mutex) {}
  ~SnapshotList();
  SnapshotList(const SnapshotList&) = delete;
  SnapshotList& operator=(const SnapshotList&) = delete;

  // Both under the lock.
  std::unique_ptr<Snapshot> Add(SequenceNumber sequence);
  // The sequence of the oldest snapshot, or `fallback` when there is none.
  SequenceNumber OldestOr(SequenceNumber fallback) const;

 private:
  friend class Snapshot;
  void Remove(Snapshot* snapshot);

  std::mutex* const mutex_;
  Snapshot* oldest_ = nullptr;
  Snapshot* newest_ = nullptr;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_SNAPSHOT_LIST_H_
