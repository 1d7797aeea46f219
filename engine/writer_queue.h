// The writers' queue: puts concurrent writes in one order and writes those that wait together as
// one group.
//
//   writer: joins the end of the queue by one atomic exchange; who finds it empty is at the head,
//           the others wait until they are told that they are, or that they are done.
//   head = leader: makes room (under the lock), builds the group, gives it sequence numbers;
//           append -> sync, if asked -> apply (outside the lock: only the leader is here);
//           publishes the last sequence (under the lock); takes the group out of the queue; tells
//           the new head first, then every member of the group its status.
//   turns:  a leader that finds others waiting builds the next group as well, a few times, where
//           that holds its own caller up for little longer: there was room at the end of its group,
//           and the new head neither flushes nor syncs nor brings a large batch. A hand-over takes longer than
//           a small group, above all to a thread that is not running just then.
//   flush:  a writer without a batch. It makes room by force and writes nothing.
//
//   waiting: a writer looks at its own state `spins` times, then `yields` times with its processor
//           given away in between, and then sleeps on a condition variable of its own. Telling one
//           that is awake is one store; only those asleep cost a lock and a call. With more writers
//           than processors a sleeper is what makes everybody slow: each hand-over to one takes as
//           long as many writes do. A writer of a large batch sleeps at once: those before it are
//           likely large as well, and the processors have better to do meanwhile.
//   company: a sync takes as long for one write as for many, and who was just answered is likely to
//           be back at once. So a leader that syncs gives its processor away, `yields` times at
//           most, until the queue is as long as it was around the group before.
//
// Threading: Write from any thread, without the lock; the accessors under the lock. What the leader
// alone uses passes from one to the next with the state that makes it the leader, or with the empty
// queue that it finds.
// Lifetime: a writer lives on its thread's stack and is gone once it was told. A leader is the only
// one that looks at other writers; it reads what it needs before it tells, and touches none after.
// Who sleeps wakes under `asleep_`, which its leader holds until it has notified it.
// Invariants:
//  1. At most one thread is between the group's build and its end.
//  2. A sync writer is never in the group of a leader that does not sync. A flush is in no group,
//     and no group reaches past one.
//  3. A group has at most 1 MiB, or the leader's bytes plus 128 KiB where the leader has at most
//     128 KiB, or the leader alone; a large batch that is not synced is written alone. The caller's
//     batch is never changed.
//  4. Every group has sequence numbers of its own, also a failed one: they are used up.
//  5. A group is published only when it was appended, synced if asked, and applied as a whole, and
//     its members return OK only then. Otherwise every member gets the failure, which is also
//     recorded as the background error.
//  6. A writer is out of the queue before it is told that it is done.
// Source: LevelDB, DBImpl::Write; 4 (a failed append burns its numbers), 5 (a failed append is as
// fatal as a failed sync) and the rules about flushes deviate from it. How writers wait follows
// RocksDB's WriteThread, with counts where that has a clock; company is PostgreSQL's commit_siblings;
// turns are flat combining (Hendler, Incze, Shavit, Tzafrir, SPAA 2010).
#ifndef HARROW_ENGINE_WRITER_QUEUE_H_
#define HARROW_ENGINE_WRITER_QUEUE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "absl/status/status.h"
#include "engine/background_error.h"
#include "engine/batch_group.h"
#include "engine/internal_key.h"
#include "engine/write_batch.h"

namespace harrow::engine {

// Where a leader's group goes. One thread at a time: the leader's.
class WriteBackend {
 public:
  virtual ~WriteBackend() = default;

  // Under the lock, which it may release and take again. On OK the memtable has room; by force, it
  // was empty or has been rotated out. Failures of its own that must stick it records itself.
  virtual absl::Status MakeRoom(std::unique_lock<std::mutex>& /*lock*/, bool /*force*/) {
    return absl::OkStatus();
  }
  // Under the lock: whether MakeRoom without force would return OK at once.
  virtual bool HasRoom() const { return true; }

  // The three calls of a group, outside the lock.
  virtual absl::Status Append(const BatchGroup& group) = 0;
  virtual absl::Status Sync() = 0;
  virtual absl::Status Apply(const BatchGroup& group) = 0;
};

// How often a waiting writer looks before it sleeps.
struct WaitPolicy {
  std::uint32_t spins = 0;
  std::uint32_t yields = 0;
};

class WriterQueue {
 public:
  static constexpr std::size_t kGroupSizeMax = std::size_t{1} << 20;
  static constexpr std::size_t kSmallLeaderSize = std::size_t{128} << 10;
  static constexpr std::size_t kLargeBatchSize = std::size_t{32} << 10;
  static constexpr std::uint32_t kTurnsOfALeader = 8;

  // All outlive the queue. `error` is guarded by `mutex`.
  WriterQueue(std::mutex* mutex, BackgroundError* error, WriteBackend* backend, WaitPolicy policy);
  WriterQueue(const WriterQueue&) = delete;
  WriterQueue& operator=(const WriterQueue&) = delete;
  ~WriterQueue();

  // Before the first write: the last sequence number in use.
  void Start(SequenceNumber last_sequence);

  // Returns when the batch is written, or refused; nullptr forces a flush.
  absl::Status Write(const WriteBatch* batch, bool sync);

  // What a read sees.
  SequenceNumber published_sequence() const { return published_; }
  // At or above every number ever given out.
  SequenceNumber allocated_sequence() const { return allocated_; }
  std::uint64_t group_count() const { return group_count_; }
  std::uint64_t group_of_many_count() const { return group_of_many_count_; }
  // Writers in the queue, the leader included. Takes as many steps; none of them may leave
  // meanwhile.
  std::size_t WriterCount() const;

 private:
  enum class State : std::uint8_t { kWaiting, kAsleep, kLeader, kDone };
  struct Writer;
  struct Group {
    Writer* head;
    Writer* last;
    const Writer* leader;  // the head, or one that went on leading
  };

  // Whether it is at the head.
  bool Join(Writer* self);
  // kLeader or kDone.
  State Await(Writer* self);
  absl::Status Lead(Writer* leader, Writer** last);
  void AwaitCompany() const;
  static std::size_t CountFrom(const Writer* newest);
  // Links the writers from `newest` back to `oldest` the other way too.
  static void LinkNewer(Writer* newest, const Writer* oldest);
  // Fills group_ and returns its last writer.
  Writer* BuildGroup(Writer* leader);
  // Counts why the leader's group ends before the writer.
  static void NoteLeftOut(const Writer& writer, const Writer& leader);
  // The three calls.
  absl::Status WriteGroup(bool sync);
  // Takes the group out and tells its members, but for the leader itself, and the new head. Returns
  // the new head untold where the leader may go on and leads for it.
  Writer* Complete(const Group& group, const absl::Status& status, bool may_go_on);
  bool MayLeadFor(const Writer& head) const;
  static bool IsLarge(const Writer& writer);
  void Tell(Writer* writer, State state, std::unique_lock<std::mutex>* asleep);

  std::mutex* const mutex_;
  BackgroundError* const error_;
  WriteBackend* const backend_;
  const WaitPolicy policy_;
  std::mutex asleep_;                     // who holds it does nothing else that waits
  std::atomic<Writer*> newest_{nullptr};  // the end of the queue
  SequenceNumber published_ = 0;
  SequenceNumber allocated_ = 0;
  std::uint64_t group_count_ = 0;
  std::uint64_t group_of_many_count_ = 0;
  // The leader's.
  BatchGroup group_;         // empty between groups
  std::size_t company_ = 0;  // writers of the last group, and of those behind it at its end
  bool has_room_ = false;    // for another group, without waiting
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_WRITER_QUEUE_H_
