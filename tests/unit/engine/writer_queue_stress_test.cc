// Eight clients write, sync and flush at once through every way of waiting; the backend checks
// order and numbers, the clients what they were told.
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/info_log.h"
#include "engine/write_batch.h"
#include "engine/writer_queue.h"
#include "gtest/gtest.h"

namespace harrow::engine {
namespace {

// Checks that every write is applied once, in the order of its number. From the failing append on
// nothing goes.
class StressBackend final : public WriteBackend {
 public:
  explicit StressBackend(SequenceNumber fail_at) : fail_at_(fail_at) {}

  absl::Status MakeRoom(std::unique_lock<std::mutex>& lock, bool force) override {
    EXPECT_TRUE(lock.owns_lock());
    // As a rotation does.
    if (force) {
      lock.unlock();
      std::this_thread::yield();
      lock.lock();
    }
    return absl::OkStatus();
  }
  absl::Status Append(const BatchGroup& group) override {
    EXPECT_FALSE(inside_.exchange(true)) << "two leaders";
    EXPECT_EQ(group.Sequence(), appended + 1);
    const SequenceNumber last = appended + group.Count();
    if (last >= fail_at_) return absl::InternalError("the disk says no");
    appended = last;
    inside_ = false;
    return absl::OkStatus();
  }
  absl::Status Sync() override {
    // As a disk does: the others come up behind it.
    for (int i = 0; i < 3; ++i) std::this_thread::yield();
    synced.store(appended);
    return absl::OkStatus();
  }
  absl::Status Apply(const BatchGroup& group) override {
    class Once : public WriteBatch::Handler {
     public:
      explicit Once(std::set<std::string, std::less<>>* the_keys) : keys(the_keys) {}
      void Put(std::string_view key, std::string_view /*value*/) override {
        EXPECT_TRUE(keys->emplace(key).second) << key;
      }
      void Delete(std::string_view /*key*/) override {}
      std::set<std::string, std::less<>>* keys;
    };
    Once once(&keys);
    for (const WriteBatch* batch : group.batches()) EXPECT_TRUE(batch->Iterate(&once).ok());
    return absl::OkStatus();
  }

  SequenceNumber appended = 0;
  std::atomic<SequenceNumber> synced{0};
  std::set<std::string, std::less<>> keys;

 private:
  const SequenceNumber fail_at_;
  std::atomic<bool> inside_{false};
};

struct StressCase {
  const char* name;
  WaitPolicy policy;
  SequenceNumber fail_at = kMaxSequenceNumber;
};

class WriterQueueStressTest : public testing::TestWithParam<StressCase> {
 protected:
  static constexpr int kThreads = 8;
  static constexpr int kWrites = 400;

  // One client. Whether a write is acknowledged says whether it was applied; a sync write returns
  // only after a sync that came after its append; after a failure there is no success.
  void Client(int number, std::vector<std::string>* acknowledged) {
    bool failed = false;
    for (int i = 0; i < kWrites; ++i) {
      const bool flush = i % 37 == 0;
      const bool sync = !flush && (i + number) % 5 == 0;
      const std::string key = std::to_string(number) + "-" + std::to_string(i);
      WriteBatch batch;
      batch.Put(key, std::string(i % 50 == 7 ? 200'000 : 10, 'v'));
      SequenceNumber before = 0;
      {
        std::lock_guard<std::mutex> lock(mutex_);
        before = queue_.published_sequence();
      }
      const absl::Status status = queue_.Write(flush ? nullptr : &batch, sync);
      EXPECT_FALSE(failed && status.ok()) << key;
      failed = !status.ok();
      if (failed) continue;
      if (!flush) acknowledged->push_back(key);
      if (sync) {
        EXPECT_GT(backend_.synced.load(), before);
      }
    }
  }

  const std::shared_ptr<InfoLog> info_log_ = NewDiscardingInfoLog();
  std::mutex mutex_;
  std::condition_variable changed_;
  BackgroundError error_{&changed_, info_log_.get()};
  StressBackend backend_{GetParam().fail_at};
  WriterQueue queue_{&mutex_, &error_, &backend_, GetParam().policy};
};

TEST_P(WriterQueueStressTest, ManyThreads) {
  queue_.Start(0);
  std::vector<std::vector<std::string>> acknowledged(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] { Client(t, &acknowledged[static_cast<std::size_t>(t)]); });
  }
  for (std::thread& thread : threads) thread.join();

  std::set<std::string, std::less<>> all;
  for (const std::vector<std::string>& keys : acknowledged) all.insert(keys.begin(), keys.end());
  EXPECT_EQ(all, backend_.keys);
  EXPECT_EQ(queue_.published_sequence(), backend_.keys.size());
  EXPECT_EQ(queue_.WriterCount(), 0U);
  if (GetParam().fail_at == kMaxSequenceNumber) {
    const std::size_t flushes = kThreads * ((kWrites + 36) / 37);
    EXPECT_EQ(backend_.keys.size(), kThreads * kWrites - flushes);
  } else {
    EXPECT_LT(backend_.keys.size(), GetParam().fail_at);
    EXPECT_FALSE(error_.ok());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Policies, WriterQueueStressTest,
    testing::Values(StressCase{"Sleep", {.spins = 0, .yields = 0}},
                    StressCase{"LookOnce", {.spins = 1, .yields = 0}},
                    StressCase{"YieldSomewhat", {.spins = 0, .yields = 2}},
                    StressCase{"Look", {.spins = 100, .yields = 200}},
                    StressCase{"SleepAndFail", {.spins = 0, .yields = 0}, 1500},
                    StressCase{"LookAndFail", {.spins = 100, .yields = 200}, 1500}),
    [](const testing::TestParamInfo<StressCase>& param) { return param.param.name; });

}  // namespace
}  // namespace harrow::engine
