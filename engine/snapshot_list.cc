// A doubly linked list through the snapshots themselves; a new one is the newest, since sequences
// are published in order.
#include "engine/snapshot_list.h"

#include "engine/check.h"

namespace harrow::engine {

Snapshot::~Snapshot() { list_->Remove(this); }

SnapshotList::~SnapshotList() { HARROW_CHECK(oldest_ == nullptr); }

std::unique_ptr<Snapshot> SnapshotList::Add(SequenceNumber sequence) {
  std::unique_ptr<Snapshot> snapshot(new Snapshot(this, sequence));
  HARROW_CHECK(newest_ == nullptr || newest_->sequence_ <= sequence);
  snapshot->older_ = newest_;
  (newest_ == nullptr ? oldest_ : newest_->newer_) = snapshot.get();
  newest_ = snapshot.get();
  return snapshot;
}

SequenceNumber SnapshotList::OldestOr(SequenceNumber fallback) const {
  return oldest_ == nullptr ? fallback : oldest_->sequence_;
}

void SnapshotList::Remove(Snapshot* snapshot) {
  std::lock_guard<std::mutex> lock(*mutex_);
  (snapshot->older_ == nullptr ? oldest_ : snapshot->older_->newer_) = snapshot->newer_;
  (snapshot->newer_ == nullptr ? newest_ : snapshot->newer_->older_) = snapshot->older_;
}

}  // namespace harrow::engine
