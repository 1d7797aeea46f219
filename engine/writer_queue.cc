// Writers live on their threads' stacks and are linked into a list; each waits on a condition
// variable of its own, so that only those concerned are woken. Notifying under the lock keeps a
// woken writer from destroying its condition variable too early.
#include "engine/writer_queue.h"

#include "engine/check.h"

namespace harrow::engine {

struct WriterQueue::Writer {
  const WriteBatch* batch = nullptr;  // nullptr: a flush
  bool sync = false;
  bool done = false;
  absl::Status status;
  Writer* next = nullptr;
  std::condition_variable wake;
};

WriterQueue::WriterQueue(std::mutex* mutex, BackgroundError* error, WriteBackend* backend)
    : mutex_(mutex), error_(error), backend_(backend) {}

WriterQueue::~WriterQueue() { HARROW_CHECK(head_ == nullptr); }

void WriterQueue::Start(SequenceNumber last_sequence) {
  HARROW_CHECK(group_count_ == 0 && head_ == nullptr);
  published_ = last_sequence;
  allocated_ = last_sequence;
}

std::size_t WriterQueue::WriterCount() const {
  std::size_t count = 0;
  for (const Writer* writer = head_; writer != nullptr; writer = writer->next) ++count;
  return count;
}

absl::Status WriterQueue::Write(const WriteBatch* batch, bool sync) {
  Writer self;
  self.batch = batch;
  self.sync = sync;

  std::unique_lock<std::mutex> lock(*mutex_);
  (tail_ == nullptr ? head_ : tail_->next) = &self;
  tail_ = &self;
  while (!self.done && head_ != &self) self.wake.wait(lock);
  if (self.done) return self.status;

  Writer* last = &self;
  absl::Status status = Lead(lock, &self, &last);
  Complete(&self, last, status);
  return status;
}

absl::Status WriterQueue::Lead(std::unique_lock<std::mutex>& lock, Writer* leader, Writer** last) {
  const bool flush = leader->batch == nullptr;
  if (!error_->ok()) return error_->status();
  absl::Status status = backend_->MakeRoom(lock, flush);
  if (!status.ok()) return status;
  // Making room may have taken a while without the lock.
  if (!error_->ok()) return error_->status();
  if (flush) return absl::OkStatus();

  *last = BuildGroup(leader);
  const std::uint32_t count = group_.Count();
  if (count > kMaxSequenceNumber - allocated_) {
    group_.Clear();
    return absl::ResourceExhaustedError("the sequence numbers are used up");
  }
  group_.SetSequence(allocated_ + 1);
  allocated_ += count;
  ++group_count_;
  if (*last != leader) ++group_of_many_count_;

  lock.unlock();
  status = WriteGroup(leader->sync);
  lock.lock();

  if (status.ok()) {
    published_ = allocated_;
  } else {
    // What the log holds of this group is unknown: nothing may be acknowledged after it.
    error_->Record(status);
  }
  // Whatever happened: the next group starts from nothing, and without a huge batch's memory.
  if (leader->batch->ApproximateSize() > kGroupSizeMax) group_ = WriteBatch();
  group_.Clear();
  return status;
}

WriterQueue::Writer* WriterQueue::BuildGroup(Writer* leader) {
  HARROW_CHECK(group_.Count() == 0);
  group_.Append(*leader->batch);
  std::size_t size = leader->batch->ApproximateSize();
  // A small write must not wait for the bytes of many others.
  const std::size_t size_max = size <= kSmallLeaderSize ? size + kSmallLeaderSize : kGroupSizeMax;

  Writer* last = leader;
  for (Writer* writer = leader->next; writer != nullptr; writer = writer->next) {
    if (writer->batch == nullptr) break;
    if (writer->sync && !leader->sync) break;
    size += writer->batch->ApproximateSize();
    if (size > size_max) break;
    group_.Append(*writer->batch);
    last = writer;
  }
  return last;
}

absl::Status WriterQueue::WriteGroup(bool sync) {
  const bool empty = group_.Count() == 0;
  if (!empty) {
    absl::Status status = backend_->Append(group_.Contents());
    if (!status.ok()) return status;
  }
  if (sync) {
    absl::Status status = backend_->Sync();
    if (!status.ok()) return status;
  }
  return empty ? absl::OkStatus() : backend_->Apply(group_);
}

void WriterQueue::Complete(Writer* self, Writer* last, const absl::Status& status) {
  HARROW_CHECK(head_ == self);
  Writer* const rest = last->next;
  Writer* writer = self;
  head_ = rest;
  if (rest == nullptr) tail_ = nullptr;
  while (writer != rest) {
    Writer* const next = writer->next;
    if (writer != self) {
      writer->status = status;
      writer->done = true;
      writer->wake.notify_one();
    }
    writer = next;
  }
  if (head_ != nullptr) head_->wake.notify_one();
}

}  // namespace harrow::engine
