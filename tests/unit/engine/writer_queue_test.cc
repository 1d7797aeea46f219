// Real threads on a backend that only takes notes. A leader is held in its append until the writers
// behind it stand in a known order; then it is let go, and the notes say which groups they became.
#include "engine/writer_queue.h"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "engine/info_log.h"
#include "engine/write_batch.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/group_contents.h"

namespace harrow::engine {
namespace {

// "3:a,b" is a batch with sequence 3 that puts a and b. Long keys are cut to one letter.
std::string Describe(std::string_view contents) {
  class Keys : public WriteBatch::Handler {
   public:
    void Put(std::string_view key, std::string_view /*value*/) override { Add(key); }
    void Delete(std::string_view key) override { Add(key); }
    std::string text;

   private:
    void Add(std::string_view key) {
      if (!text.empty()) text += ",";
      text += key.substr(0, 1);
    }
  };
  Keys keys;
  EXPECT_TRUE(WriteBatch::IterateContents(contents, &keys).ok());
  return std::to_string(DecodeFixed64(contents.data())) + ":" + keys.text;
}

class NotingBackend final : public WriteBackend {
 public:
  enum class Step { kNone, kMakeRoom, kAppend, kSync, kApply };

  absl::Status MakeRoom(std::unique_lock<std::mutex>& lock, bool force) override {
    EXPECT_TRUE(lock.owns_lock());
    if (force) Note("flush");
    return fail_at == Step::kMakeRoom ? failure : absl::OkStatus();
  }
  bool HasRoom() const override { return has_room; }
  absl::Status Append(const BatchGroup& group) override {
    Note("append " + Describe(ContentsOf(group)));
    std::unique_lock<std::mutex> lock(mutex_);
    leaders.push_back(std::this_thread::get_id());
    while (hold_) changed_.wait(lock);
    return fail_at == Step::kAppend ? failure : absl::OkStatus();
  }
  absl::Status Sync() override {
    Note("sync");
    return fail_at == Step::kSync ? failure : absl::OkStatus();
  }
  absl::Status Apply(const BatchGroup& group) override {
    if (during_apply) during_apply(group);
    Note("apply " + Describe(ContentsOf(group)));
    return fail_at == Step::kApply ? failure : absl::OkStatus();
  }

  void Hold() {
    std::lock_guard<std::mutex> lock(mutex_);
    hold_ = true;
  }
  void LetGo() {
    std::lock_guard<std::mutex> lock(mutex_);
    hold_ = false;
    changed_.notify_all();
  }
  std::string TakeNotes() {
    std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(notes_, "");
  }
  std::size_t NoteSize() {
    std::lock_guard<std::mutex> lock(mutex_);
    return notes_.size();
  }

  Step fail_at = Step::kNone;  // set while no writer is about, or the leader is held
  absl::Status failure = absl::InternalError("the disk says no");
  std::function<void(const BatchGroup&)> during_apply;
  bool has_room = true;
  std::vector<std::thread::id> leaders;  // of each append

 private:
  void Note(const std::string& line) {
    std::lock_guard<std::mutex> lock(mutex_);
    notes_ += line + "\n";
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool hold_ = false;
  std::string notes_;
};

class WriterQueueTest : public testing::Test {
 protected:
  explicit WriterQueueTest(WaitPolicy policy = {}) : queue_(&mutex_, &error_, &backend_, policy) {
    queue_.Start(10);
  }
  ~WriterQueueTest() override { Join(); }

  static WriteBatch BatchOf(const std::string& key, std::size_t value_size = 1) {
    WriteBatch batch;
    batch.Put(key, std::string(value_size, 'v'));
    return batch;
  }

  std::size_t WriterCount() {
    std::lock_guard<std::mutex> lock(mutex_);
    return queue_.WriterCount();
  }
  SequenceNumber Published() {
    std::lock_guard<std::mutex> lock(mutex_);
    return queue_.published_sequence();
  }
  SequenceNumber Allocated() {
    std::lock_guard<std::mutex> lock(mutex_);
    return queue_.allocated_sequence();
  }

  // Starts a writer and returns when it stands in the queue; no batch is a flush.
  void Queue(std::unique_ptr<WriteBatch> batch, bool sync) {
    const std::size_t before = WriterCount();
    const std::size_t index = threads_.size();
    batches_.push_back(std::move(batch));
    threads_.emplace_back([this, index, sync, mine = batches_.back().get()] {
      const absl::Status status = queue_.Write(mine, sync);
      std::lock_guard<std::mutex> lock(results_mutex_);
      results_[index] = status;
    });
    while (WriterCount() == before) std::this_thread::yield();
  }
  void Queue(const std::string& key, bool sync, std::size_t value_size = 1) {
    Queue(std::make_unique<WriteBatch>(BatchOf(key, value_size)), sync);
  }
  void QueueFlush() { Queue(std::unique_ptr<WriteBatch>(), false); }

  // A leader that stands in its append, so that those queued next wait behind it.
  void HoldLeader(bool sync = false) {
    backend_.Hold();
    Queue("l", sync);
    while (backend_.NoteSize() == 0) std::this_thread::yield();
  }
  // What was called, and what each writer got, in the order they were queued.
  std::string Release() {
    backend_.LetGo();
    Join();
    return backend_.TakeNotes();
  }
  void Join() {
    backend_.LetGo();
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  const std::shared_ptr<InfoLog> info_log_ = NewDiscardingInfoLog();
  BackgroundError error_{&changed_, info_log_.get()};
  NotingBackend backend_;
  WriterQueue queue_;
  std::vector<std::unique_ptr<WriteBatch>> batches_;
  std::vector<std::thread> threads_;
  std::mutex results_mutex_;
  std::map<std::size_t, absl::Status> results_;
};

TEST_F(WriterQueueTest, OneWriterIsAppendedSyncedAppliedInThisOrder) {
  const WriteBatch batch = BatchOf("a");
  EXPECT_TRUE(queue_.Write(&batch, true).ok());
  EXPECT_EQ(backend_.TakeNotes(), "append 11:a\nsync\napply 11:a\n");
  EXPECT_TRUE(queue_.Write(&batch, false).ok());
  EXPECT_EQ(backend_.TakeNotes(), "append 12:a\napply 12:a\n");
  EXPECT_EQ(batch.Contents(), BatchOf("a").Contents()) << "the caller's batch was changed";
  EXPECT_EQ(Published(), 12U);
}

TEST_F(WriterQueueTest, ThoseThatWaitBecomeOneGroup) {
  HoldLeader();
  for (const char* key : {"a", "b", "c"}) Queue(key, false);
  EXPECT_EQ(Release(),
            "append 11:l\napply 11:l\n"
            "append 12:a,b,c\napply 12:a,b,c\n");
  for (const auto& [index, status] : results_) EXPECT_TRUE(status.ok()) << index;
  EXPECT_EQ(Published(), 14U);
  EXPECT_EQ(batches_[1]->Contents(), BatchOf("a").Contents());
}

TEST_F(WriterQueueTest, SyncWriterLeadsItsOwnGroupBehindUnsyncedOne) {
  HoldLeader();
  Queue("a", false);
  Queue("b", true);
  Queue("c", false);
  Queue("d", true);
  EXPECT_EQ(Release(),
            "append 11:l\napply 11:l\n"
            "append 12:a\napply 12:a\n"
            "append 13:b,c,d\nsync\napply 13:b,c,d\n");
}

TEST_F(WriterQueueTest, NoGroupPassesOverFlush) {
  HoldLeader(true);
  Queue("a", true);
  QueueFlush();
  Queue("b", true);
  EXPECT_EQ(Release(),
            "append 11:l\nsync\napply 11:l\n"
            "append 12:a\nsync\napply 12:a\n"
            "flush\n"
            "append 13:b\nsync\napply 13:b\n");
}

TEST_F(WriterQueueTest, SmallLeaderTakesLittleMore) {
  HoldLeader();
  Queue("a", false, 100);
  Queue("b", false, 100'000);
  Queue("c", false, 32'000);  // past 128 KiB
  Queue("d", false, 1);
  EXPECT_EQ(Release(),
            "append 11:l\napply 11:l\n"
            "append 12:a,b\napply 12:a,b\n"
            "append 14:c,d\napply 14:c,d\n");
}

TEST_F(WriterQueueTest, LargeLeaderThatSyncsTakesUpToTheLimitAndHugeOneGoesAlone) {
  HoldLeader();
  Queue("a", true, 200'000);
  Queue("b", false, 700'000);
  Queue("c", true, 200'000);  // past 1 MiB
  Queue("d", true, 2'000'000);
  Queue("e", false, 1);
  EXPECT_EQ(Release(),
            "append 11:l\napply 11:l\n"
            "append 12:a,b\nsync\napply 12:a,b\n"
            "append 14:c\nsync\napply 14:c\n"
            "append 15:d\nsync\napply 15:d\n"
            "append 16:e\napply 16:e\n");
}

// A sync is worth sharing, bytes are not.
TEST_F(WriterQueueTest, LargeLeaderThatDoesNotSyncGoesAlone) {
  HoldLeader();
  Queue("a", false, WriterQueue::kLargeBatchSize);
  Queue("b", false, 1);
  Queue("c", false, 1);
  EXPECT_EQ(Release(),
            "append 11:l\napply 11:l\n"
            "append 12:a\napply 12:a\n"
            "append 13:b,c\napply 13:b,c\n");
}

TEST_F(WriterQueueTest, EmptyBatchIsNotAppendedButSyncs) {
  const WriteBatch empty;
  EXPECT_TRUE(queue_.Write(&empty, false).ok());
  EXPECT_EQ(backend_.TakeNotes(), "");
  EXPECT_TRUE(queue_.Write(&empty, true).ok());
  EXPECT_EQ(backend_.TakeNotes(), "sync\n");
  EXPECT_EQ(Published(), 10U);
}

TEST_F(WriterQueueTest, NothingIsPublishedBeforeItIsApplied) {
  SequenceNumber seen = 0;
  backend_.during_apply = [&](const BatchGroup&) { seen = Published(); };
  WriteBatch batch = BatchOf("a");
  batch.Put("b", "");
  EXPECT_TRUE(queue_.Write(&batch, false).ok());
  EXPECT_EQ(seen, 10U);
  EXPECT_EQ(Published(), 12U);
}

struct FailureCase {
  const char* name;
  NotingBackend::Step step;
  const char* notes;  // of the group that fails
};

class WriterQueueFailureTest : public WriterQueueTest,
                               public testing::WithParamInterface<FailureCase> {};

TEST_P(WriterQueueFailureTest, ReachesEveryMemberAndSticks) {
  HoldLeader();
  Queue("a", true);
  Queue("b", false);
  Queue("c", true);
  QueueFlush();
  Queue("d", false);
  // The held leader has passed neither its append nor what comes after; let it through first.
  backend_.during_apply = [this](const BatchGroup& group) {
    if (group.Sequence() == 11) backend_.fail_at = GetParam().step;
  };
  EXPECT_EQ(Release(), std::string("append 11:l\napply 11:l\n") + GetParam().notes);

  EXPECT_EQ(results_[0],
            GetParam().step == NotingBackend::Step::kApply ? backend_.failure : absl::OkStatus());
  for (std::size_t i = 1; i < results_.size(); ++i) EXPECT_EQ(results_[i], backend_.failure) << i;
  EXPECT_EQ(error_.status(), backend_.failure);

  // The disk is well again; the queue is not.
  backend_.fail_at = NotingBackend::Step::kNone;
  const WriteBatch batch = BatchOf("e");
  EXPECT_EQ(queue_.Write(&batch, true), backend_.failure);
  EXPECT_EQ(queue_.Write(nullptr, false), backend_.failure);
  EXPECT_EQ(backend_.TakeNotes(), "");
}

TEST_P(WriterQueueFailureTest, UsesUpTheNumbersAndPublishesNothing) {
  const WriteBatch batch = BatchOf("a");
  backend_.fail_at = GetParam().step;
  EXPECT_EQ(queue_.Write(&batch, true), backend_.failure);
  EXPECT_EQ(Published(), 10U);
  EXPECT_EQ(Allocated(), 11U);
}

INSTANTIATE_TEST_SUITE_P(
    Steps, WriterQueueFailureTest,
    testing::Values(FailureCase{"Append", NotingBackend::Step::kAppend, "append 12:a,b,c\n"},
                    FailureCase{"Sync", NotingBackend::Step::kSync, "append 12:a,b,c\nsync\n"},
                    FailureCase{"Apply", NotingBackend::Step::kApply, ""}),
    [](const testing::TestParamInfo<FailureCase>& param) { return param.param.name; });

TEST_F(WriterQueueTest, RefusedRoomFailsOneWriterAtATimeAndIsNotRecordedHere) {
  HoldLeader();
  Queue("a", false);
  Queue("b", false);
  backend_.during_apply = [this](const BatchGroup&) {
    backend_.fail_at = NotingBackend::Step::kMakeRoom;
  };
  EXPECT_EQ(Release(), "append 11:l\napply 11:l\n");
  EXPECT_TRUE(results_[0].ok());
  EXPECT_EQ(results_[1], backend_.failure);
  EXPECT_EQ(results_[2], backend_.failure);
  EXPECT_TRUE(error_.ok());
  EXPECT_EQ(Allocated(), 11U);
}

// So large that nothing fits into a group behind it, if a small batch leads.
constexpr std::size_t kRestOfGroup = 131'045;

class WriterQueueTurnsTest : public WriterQueueTest {
 protected:
  // Of each group, as a letter: the n-th thread that led.
  std::string Leaders() const {
    std::vector<std::thread::id> known;
    std::string text;
    for (const std::thread::id id : backend_.leaders) {
      const auto at = std::find(known.begin(), known.end(), id);
      text += static_cast<char>('A' + (at - known.begin()));
      if (at == known.end()) known.push_back(id);
    }
    return text;
  }
};

TEST_F(WriterQueueTurnsTest, LeaderGoesOnForThoseThatWaitAndThenHandsOver) {
  HoldLeader();
  constexpr std::size_t kGroups = WriterQueue::kTurnsOfALeader + 2;
  for (std::size_t i = 0; i < kGroups; ++i) {
    Queue("a", false);
    Queue("b", false, kRestOfGroup);
  }
  const std::string notes = Release();
  for (std::size_t i = 0; i < kGroups; ++i) {
    EXPECT_NE(notes.find(" " + std::to_string(12 + 2 * i) + ":a,b\n"), std::string::npos) << notes;
  }
  for (const auto& [index, status] : results_) EXPECT_TRUE(status.ok()) << index;
  EXPECT_EQ(Leaders(), std::string(WriterQueue::kTurnsOfALeader, 'A') + "BBB");
}

TEST_F(WriterQueueTurnsTest, HandsOverToWhoBringsLargeBatchOrSyncsOrFlushes) {
  HoldLeader();
  Queue("a", false, WriterQueue::kLargeBatchSize);
  Queue("b", true);
  QueueFlush();
  Queue("c", false);
  EXPECT_EQ(Release(),
            "append 11:l\napply 11:l\nappend 12:a\napply 12:a\nappend 13:b\nsync\napply 13:b\n"
            "flush\nappend 14:c\napply 14:c\n");
  EXPECT_EQ(Leaders(), "ABCD");
}

TEST_F(WriterQueueTurnsTest, HandsOverWhereTheNextHeadMustWaitForRoom) {
  backend_.has_room = false;
  HoldLeader();
  Queue("a", false);
  EXPECT_EQ(Release(), "append 11:l\napply 11:l\nappend 12:a\napply 12:a\n");
  EXPECT_EQ(Leaders(), "AB");
}

TEST_F(WriterQueueTurnsTest, FailureOfAnothersGroupIsNotTheLeaders) {
  HoldLeader();
  Queue("a", false);
  backend_.during_apply = [this](const BatchGroup&) {
    backend_.fail_at = NotingBackend::Step::kAppend;
  };
  EXPECT_EQ(Release(), "append 11:l\napply 11:l\nappend 12:a\n");
  EXPECT_EQ(Leaders(), "AA");
  EXPECT_TRUE(results_[0].ok());
  EXPECT_EQ(results_[1], backend_.failure);
  EXPECT_EQ(error_.status(), backend_.failure);
}

// A leader that syncs looks for company until it has it.
class WriterQueueCompanyTest : public WriterQueueTest {
 protected:
  WriterQueueCompanyTest() : WriterQueueTest({.spins = 10, .yields = UINT32_MAX}) {}
};

TEST_F(WriterQueueCompanyTest, SyncWaitsForAsManyAsWereThereBefore) {
  HoldLeader(true);
  Queue("a", true);
  Queue("b", false);
  backend_.LetGo();
  // The leader before is gone, and one of the three is still missing.
  threads_[0].join();
  EXPECT_EQ(backend_.TakeNotes(), "append 11:l\nsync\napply 11:l\n");
  Queue("c", true);
  EXPECT_EQ(Release(), "append 12:a,b,c\nsync\napply 12:a,b,c\n");
}

TEST_F(WriterQueueCompanyTest, WriteWithoutSyncWaitsForNobody) {
  HoldLeader();
  Queue("a", false);
  Queue("b", false);
  EXPECT_EQ(Release(), "append 11:l\napply 11:l\nappend 12:a,b\napply 12:a,b\n");
}

TEST_F(WriterQueueTest, SyncWaitsForCompanyNoLongerThanThePolicySays) {
  WriterQueue queue(&mutex_, &error_, &backend_, {.spins = 0, .yields = 3});
  queue.Start(0);
  backend_.Hold();
  const WriteBatch batch = BatchOf("a");
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i <= 3; ++i) {
    threads.emplace_back([&] { EXPECT_TRUE(queue.Write(&batch, true).ok()); });
    while (queue.WriterCount() < i) std::this_thread::yield();
  }
  backend_.LetGo();
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(queue.Write(&batch, true).ok());
  EXPECT_EQ(backend_.TakeNotes(),
            "append 1:a\nsync\napply 1:a\nappend 2:a,a\nsync\napply 2:a,a\n"
            "append 4:a\nsync\napply 4:a\n");
}

}  // namespace
}  // namespace harrow::engine
