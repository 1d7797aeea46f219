// The queue is a list from the newest writer to the one before it, and so on to the leader; leaders
// add the links the other way. Whoever changes newest_ releases what it wrote and acquires what the
// one before it did, so a leader that reads newest_ sees every writer behind it whole.
#include "engine/writer_queue.h"

#include <condition_variable>
#include <optional>
#include <thread>
#include <utility>

#include "engine/check.h"
#include "engine/coverage_mark.h"

namespace harrow::engine {
namespace {

// Tells the processor that this is a loop that waits.
void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

struct WriterQueue::Writer {
  Writer(const WriteBatch* the_batch, bool the_sync) : batch(the_batch), sync(the_sync) {}

  const WriteBatch* const batch;  // nullptr: a flush
  const bool sync;
  std::atomic<State> state{State::kWaiting};
  absl::Status status;
  Writer* older = nullptr;  // nullptr: at the head
  Writer* newer = nullptr;  // as far as a leader has linked
  std::optional<std::condition_variable> wake;
};

WriterQueue::WriterQueue(std::mutex* mutex, BackgroundError* error, WriteBackend* backend,
                         WaitPolicy policy)
    : mutex_(mutex), error_(error), backend_(backend), policy_(policy) {}

WriterQueue::~WriterQueue() { HARROW_CHECK(newest_.load() == nullptr); }

void WriterQueue::Start(SequenceNumber last_sequence) {
  HARROW_CHECK(group_count_ == 0 && newest_.load() == nullptr);
  published_ = last_sequence;
  allocated_ = last_sequence;
}

std::size_t WriterQueue::WriterCount() const {
  return CountFrom(newest_.load(std::memory_order_acquire));
}

std::size_t WriterQueue::CountFrom(const Writer* newest) {
  std::size_t count = 0;
  for (const Writer* writer = newest; writer != nullptr; writer = writer->older) ++count;
  return count;
}

void WriterQueue::LinkNewer(Writer* newest, const Writer* oldest) {
  for (Writer* writer = newest; writer != oldest; writer = writer->older) {
    writer->older->newer = writer;
  }
}

absl::Status WriterQueue::Write(const WriteBatch* batch, bool sync) {
  Writer self(batch, sync);
  if (!Join(&self) && Await(&self) == State::kDone) return std::move(self.status);

  Writer* head = &self;
  for (std::uint32_t turn = 1; head != nullptr; ++turn) {
    Writer* last = head;
    const absl::Status status = Lead(head, &last);
    head = Complete({head, last, &self}, status, turn < kTurnsOfALeader);
  }
  return std::move(self.status);
}

bool WriterQueue::Join(Writer* self) {
  // Not a plain exchange: a leader that finds a writer must find the one before it too.
  Writer* older = newest_.load(std::memory_order_relaxed);
  do {
    self->older = older;
  } while (!newest_.compare_exchange_weak(older, self, std::memory_order_acq_rel,
                                          std::memory_order_relaxed));
  return older == nullptr;
}

WriterQueue::State WriterQueue::Await(Writer* self) {
  const std::uint64_t looks = IsLarge(*self) ? 0 : std::uint64_t{policy_.spins} + policy_.yields;
  for (std::uint64_t i = 0; i < looks; ++i) {
    const State state = self->state.load(std::memory_order_acquire);
    if (state != State::kWaiting) return state;
    if (i < policy_.spins) {
      Pause();
    } else {
      std::this_thread::yield();
    }
  }
  std::unique_lock<std::mutex> asleep(asleep_);
  self->wake.emplace();
  State state = State::kWaiting;
  if (!self->state.compare_exchange_strong(state, State::kAsleep, std::memory_order_acq_rel)) {
    return state;
  }
  do {
    self->wake->wait(asleep);
    state = self->state.load(std::memory_order_acquire);
  } while (state == State::kAsleep);
  return state;
}

absl::Status WriterQueue::Lead(Writer* leader, Writer** last) {
  const bool flush = leader->batch == nullptr;
  has_room_ = false;
  if (leader->sync) AwaitCompany();
  std::unique_lock<std::mutex> lock(*mutex_);
  if (!error_->ok()) return error_->status();
  absl::Status status = backend_->MakeRoom(lock, flush);
  if (!status.ok()) return status;
  // Making room may have taken a while without the lock.
  if (!error_->ok()) return error_->status();
  if (flush) return absl::OkStatus();

  *last = BuildGroup(leader);
  const std::uint32_t count = group_.Count();
  // The number after the last one must be one too: a batch and a marker have it.
  if (count >= kMaxSequenceNumber - allocated_) {
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
    has_room_ = backend_->HasRoom();
  } else {
    if (*last != leader) Reached(Mark::kErrorWithFollowers);
    if (newest_.load(std::memory_order_acquire) != *last) Reached(Mark::kErrorWithWaiting);
    // What the log holds of this group is unknown: nothing may be acknowledged after it.
    error_->Record(status);
  }
  // Whatever happened: the next group starts from nothing.
  group_.Clear();
  return status;
}

void WriterQueue::AwaitCompany() const {
  for (std::uint32_t i = 0; i < policy_.yields && WriterCount() < company_; ++i) {
    std::this_thread::yield();
  }
}

WriterQueue::Writer* WriterQueue::BuildGroup(Writer* leader) {
  HARROW_CHECK(group_.Count() == 0);
  group_.Append(*leader->batch);
  // Bytes are what a large batch costs, and they are in the cache of the processor it was made on.
  if (IsLarge(*leader) && !leader->sync) return leader;
  std::size_t size = leader->batch->ApproximateSize();
  // A small write must not wait for the bytes of many others.
  const std::size_t size_max = size <= kSmallLeaderSize ? size + kSmallLeaderSize : kGroupSizeMax;

  LinkNewer(newest_.load(std::memory_order_acquire), leader);
  Writer* last = leader;
  for (Writer* writer = leader->newer; writer != nullptr; writer = writer->newer) {
    if (writer->batch == nullptr) break;
    if (writer->sync && !leader->sync) break;
    size += writer->batch->ApproximateSize();
    if (size > size_max) break;
    group_.Append(*writer->batch);
    last = writer;
  }
  if (last->newer != nullptr) NoteLeftOut(*last->newer, *leader);
  return last;
}

void WriterQueue::NoteLeftOut(const Writer& writer, const Writer& leader) {
  if (writer.batch == nullptr) return Reached(Mark::kFlushBehindWriters);
  Reached(writer.sync && !leader.sync ? Mark::kSyncBehindUnsynced : Mark::kGroupFull);
}

absl::Status WriterQueue::WriteGroup(bool sync) {
  const bool empty = group_.Count() == 0;
  if (!empty) {
    absl::Status status = backend_->Append(group_);
    if (!status.ok()) return status;
  }
  if (sync) {
    absl::Status status = backend_->Sync();
    if (!status.ok()) return status;
  }
  return empty ? absl::OkStatus() : backend_->Apply(group_);
}

WriterQueue::Writer* WriterQueue::Complete(const Group& group, const absl::Status& status,
                                           bool may_go_on) {
  company_ = CountFrom(group.last);
  Writer* newest = group.last;
  Writer* next = nullptr;
  if (!newest_.compare_exchange_strong(newest, nullptr, std::memory_order_acq_rel)) {
    company_ = CountFrom(newest);
    LinkNewer(newest, group.last);
    next = group.last->newer;
    next->older = nullptr;
  }
  const bool could_go_on = next != nullptr && MayLeadFor(*next);
  if (could_go_on && !may_go_on) Reached(Mark::kTurnsUsedUp);
  const bool goes_on = could_go_on && may_go_on;
  std::unique_lock<std::mutex> asleep(asleep_, std::defer_lock);
  // From here on another may lead.
  if (next != nullptr && !goes_on) Tell(next, State::kLeader, &asleep);
  for (Writer* writer = group.head; writer != next;) {
    // Its own link is read before it is told.
    Writer* const newer = writer == group.last ? next : writer->newer;
    writer->status = status;
    if (writer != group.leader) Tell(writer, State::kDone, &asleep);
    writer = newer;
  }
  return goes_on ? next : nullptr;
}

bool WriterQueue::MayLeadFor(const Writer& head) const {
  return has_room_ && head.batch != nullptr && !head.sync && !IsLarge(head);
}

bool WriterQueue::IsLarge(const Writer& writer) {
  return writer.batch != nullptr && writer.batch->ApproximateSize() >= kLargeBatchSize;
}

void WriterQueue::Tell(Writer* writer, State state, std::unique_lock<std::mutex>* asleep) {
  State before = State::kWaiting;
  if (writer->state.compare_exchange_strong(before, state, std::memory_order_acq_rel)) return;
  if (!asleep->owns_lock()) asleep->lock();
  writer->state.store(state, std::memory_order_release);
  writer->wake->notify_one();
}

}  // namespace harrow::engine
