// The database's levels as its manifest shows them: when compactions start, what they leave, and
// CompactRange with its promises, alone and beside writers, other calls and a close.
#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/unit/engine/db_fixture.h"

namespace harrow::engine {
namespace {

class DbCompactionTest : public DbTest {
 protected:
  // The number of tables by level, as "1 0 2"; nothing is being compacted.
  std::string Levels() const {
    const absl::StatusOr<ManifestState> state = ReadManifest(path(), ReadCurrent(path()).value());
    EXPECT_TRUE(state.ok()) << state.status();
    std::string levels;
    for (int level = 0; level < kLevelCount; ++level) {
      levels += (level > 0 ? " " : "") + std::to_string(state->version->level(level).size());
    }
    while (levels.ends_with(" 0")) levels.resize(levels.size() - 2);
    return levels;
  }
  // Waits until it holds.
  static bool Eventually(const std::function<bool()>& holds) {
    for (int tries = 0; tries < 5000; ++tries) {
      if (holds()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }
  void FlushPuts(const std::vector<std::string>& keys, std::string_view value) {
    for (const std::string& key : keys) ASSERT_TRUE(Put(key, value).ok());
    ASSERT_TRUE(db_->Flush().ok());
  }
};

TEST_F(DbCompactionTest, FlushGoesAsFarDownAsNothingOverlaps) {
  Open();
  FlushPuts({"c", "f"}, "1");
  EXPECT_EQ(Levels(), "0 0 1");
  FlushPuts({"g", "h"}, "1");
  EXPECT_EQ(Levels(), "0 0 2");
  FlushPuts({"f", "g"}, "2");
  EXPECT_EQ(Levels(), "0 1 2");
  FlushPuts({"a", "b"}, "2");
  EXPECT_EQ(Levels(), "0 1 3");
  FlushPuts({"f"}, "3");
  EXPECT_EQ(Levels(), "1 1 3");
  FlushPuts({"e", "f"}, "4");
  EXPECT_EQ(Levels(), "2 1 3");
  EXPECT_EQ(db_->counters().flushes_below_level0, 4U);
  EXPECT_EQ(Get("f"), "4");
  EXPECT_EQ(Get("g"), "2");
  Open();
  EXPECT_EQ(Get("f"), "4");
  EXPECT_EQ(Get("g"), "2");
}

TEST_F(DbCompactionTest, LevelZeroIsCompactedAtTheTrigger) {
  options_.level0_file_num_compaction_trigger = 2;
  Open();
  for (int i = 0; i < 3; ++i) FlushPuts({"a", "z"}, std::to_string(i));
  EXPECT_EQ(Levels(), "1 1 1");
  FlushPuts({"a", "z"}, "3");
  EXPECT_TRUE(Eventually([&] { return db_->counters().compactions > 0; }));
  EXPECT_EQ(Levels(), "0 1 1");
  EXPECT_EQ(Get("a"), "3");
}

TEST_F(DbCompactionTest, WritersWaitAtTheStopTrigger) {
  options_.level0_file_num_compaction_trigger = 1;
  options_.level0_slowdown_writes_trigger = 1;
  options_.level0_stop_writes_trigger = 1;
  options_.write_buffer_size = 1;
  Open();
  const std::string value(1500, 'v');
  for (int i = 0; i < 60; ++i) {
    WriteBatch batch;
    for (const char* key : {"a", "z"}) batch.Put(key, value);
    ASSERT_TRUE(db_->Write(WriteOptions(), batch).ok());
  }
  EXPECT_GT(db_->counters().delays, 0U);
  EXPECT_GT(db_->counters().room_waits, 0U);
}

TEST_F(DbCompactionTest, LevelSizesFollowTheOptions) {
  options_.max_file_size = 4 << 10;
  options_.max_bytes_for_level_base = 8 << 10;
  options_.max_bytes_for_level_multiplier = 2;
  Open();
  Model model;
  Churn(4000, &model);
  ASSERT_TRUE(db_->Flush().ok());
  EXPECT_TRUE(Eventually([&] { return Levels().size() >= std::string("0 0 0 0 1").size(); }))
      << Levels();
  ExpectState(model);
}

TEST_F(DbCompactionTest, WastedSeeksCompactTheirTable) {
  Open();
  FlushPuts({"a", "c"}, "1");
  FlushPuts({"a", "c"}, "2");
  EXPECT_EQ(Levels(), "0 1 1");
  for (int i = 0; i < 200; ++i) EXPECT_EQ(Get("a"), "2");
  for (int i = 0; i < 99; ++i) EXPECT_EQ(Get("b"), "none");
  EXPECT_EQ(db_->counters().seek_compactions, 0U);
  EXPECT_EQ(Get("b"), "none");
  EXPECT_TRUE(Eventually([&] { return db_->counters().seek_compactions == 1; }));
  EXPECT_EQ(Levels(), "0 0 1");
  EXPECT_EQ(Get("a"), "2");
}

TEST_F(DbCompactionTest, HowManySeeksMayBeWastedIsAnOption) {
  options_.wasted_seeks_min = 3;
  Open();
  FlushPuts({"a", "c"}, "1");
  FlushPuts({"a", "c"}, "2");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Get("b"), "none");
  EXPECT_EQ(db_->counters().seek_compactions, 0U);
  EXPECT_EQ(Get("b"), "none");
  EXPECT_TRUE(Eventually([&] { return db_->counters().seek_compactions == 1; }));
  EXPECT_EQ(Levels(), "0 0 1");
}

TEST_F(DbCompactionTest, ScansCountAsSeeksToo) {
  options_.write_buffer_size = 4 << 20;
  options_.max_file_size = 4 << 20;
  Open();
  const std::string value(20'000, 'v');
  std::vector<std::string> keys;
  for (int i = 100; i < 160; ++i) keys.push_back("k" + std::to_string(i));
  FlushPuts(keys, value);
  FlushPuts({"k100", "k159"}, value);
  EXPECT_EQ(Levels(), "0 1 1");
  for (int i = 0; i < 99; ++i) EXPECT_EQ(Get("k130x"), "none");
  const std::unique_ptr<Iterator> it = db_->NewIterator(ReadOptions());
  // The first MiB of 1.2 MiB ends within both tables' ranges.
  for (it->SeekToFirst(); it->Valid(); it->Next()) ASSERT_EQ(it->value(), value);
  EXPECT_TRUE(Eventually([&] { return db_->counters().seek_compactions == 1; }));
  EXPECT_EQ(Levels(), "0 0 1");
}

TEST_F(DbCompactionTest, AUserKeyIsNeverSplit) {
  options_.max_file_size = 2 << 10;
  Open();
  std::vector<std::unique_ptr<Snapshot>> snapshots;
  for (int i = 0; i < 30; ++i) {
    for (const char* key : {"j", "k", "l"}) {
      ASSERT_TRUE(Put(key, std::to_string(i) + std::string(300, 'v')).ok());
    }
    snapshots.push_back(db_->GetSnapshot());
    if (i % 10 == 0) {
      ASSERT_TRUE(db_->Flush().ok());
    }
  }
  ASSERT_TRUE(db_->CompactRange(std::nullopt, std::nullopt).ok());
  EXPECT_EQ(Levels(), "0 0 3") << "a table for each key, five times as large as it should be";
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(Get("k", snapshots[static_cast<std::size_t>(i)].get()),
              std::to_string(i) + std::string(300, 'v'));
  }
  snapshots.clear();
  ASSERT_TRUE(db_->CompactRange(std::nullopt, std::nullopt).ok());
  EXPECT_EQ(Levels(), "0 0 3") << "at the deepest level there is nothing to merge with";
}

TEST_F(DbCompactionTest, CompactRangeFlushesAndDropsWhatIsHidden) {
  Open();
  const std::string value(1000, 'v');
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(Put("key" + std::to_string(i), value).ok());
    ASSERT_TRUE(db_->Flush().ok());
  }
  for (int i = 0; i < 99; ++i) {
    ASSERT_TRUE(db_->Delete(WriteOptions(), "key" + std::to_string(i)).ok());
  }
  EXPECT_GT(TableBytes(), 90'000U);
  ASSERT_TRUE(db_->CompactRange(std::nullopt, std::nullopt).ok());
  EXPECT_EQ(Levels(), "0 0 1");
  EXPECT_TRUE(Eventually([&] { return TableBytes() < 3000U; })) << TableBytes();
  EXPECT_EQ(Get("key98"), "none");
  EXPECT_EQ(Get("key99"), value);
  EXPECT_GT(db_->counters().manual_compactions, 0U);
}

TEST_F(DbCompactionTest, CompactRangeLeavesTheRestAlone) {
  Open();
  for (const char* version : {"1", "2", "3"}) {
    FlushPuts({"a", "b"}, version);
    FlushPuts({"m", "n"}, version);
  }
  EXPECT_EQ(Levels(), "2 2 2");
  ASSERT_TRUE(db_->CompactRange("c", "d").ok());
  ASSERT_TRUE(db_->CompactRange("z", "a").ok()) << "an empty range";
  EXPECT_EQ(Levels(), "2 2 2");
  ASSERT_TRUE(db_->CompactRange("b", "b").ok());
  EXPECT_EQ(Levels(), "1 1 2");
  ASSERT_TRUE(db_->CompactRange("c", std::nullopt).ok());
  EXPECT_EQ(Levels(), "0 0 2");
  EXPECT_EQ(Get("a"), "3");
  EXPECT_EQ(Get("n"), "3");
}

TEST_F(DbCompactionTest, CompactRangeReturnsTheBackgroundError) {
  Open();
  FlushPuts({"a", "z"}, "1");
  FlushPuts({"a", "z"}, "2");
  // The flush's log and table come first; then the output.
  ASSERT_TRUE(Put("a", "3").ok());
  const std::string in_the_way = FilePath(path(), {FileType::kTable, NextFileNumber() + 2});
  ASSERT_TRUE(std::filesystem::create_directory(in_the_way));
  const absl::Status failure = db_->CompactRange(std::nullopt, std::nullopt);
  EXPECT_EQ(failure.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(db_->background_error(), failure);
  EXPECT_EQ(db_->CompactRange(std::nullopt, std::nullopt), failure);
  EXPECT_EQ(Get("a"), "3");
  db_.reset();
  std::filesystem::remove(in_the_way);
  Open();
  EXPECT_EQ(Get("a"), "3");
  EXPECT_TRUE(db_->CompactRange(std::nullopt, std::nullopt).ok());
}

TEST_F(DbCompactionTest, CompactRangeEndsWhenTheDatabaseCloses) {
  options_.max_file_size = 4 << 10;
  for (int delay_us = 0; delay_us < 20'000; delay_us += 2'000) {
    Open();
    Model model;
    Churn(300, &model);
    ASSERT_TRUE(Put("a", "1").ok());
    const std::uint64_t rotations = db_->counters().rotations;
    absl::Status status;
    std::thread caller([&] { status = db_->CompactRange(std::nullopt, std::nullopt); });
    // The call is under way once it has begun its flush.
    while (db_->counters().rotations == rotations) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(delay_us));
    db_.reset();
    caller.join();
    EXPECT_TRUE(status.ok() || absl::IsCancelled(status)) << status;
  }
}

TEST_F(DbCompactionTest, CompactRangeBesideWritersAndOthers) {
  options_.write_buffer_size = 8 << 10;
  options_.max_file_size = 4 << 10;
  options_.max_bytes_for_level_base = 16 << 10;
  options_.max_bytes_for_level_multiplier = 3;
  Open();
  constexpr int kThreads = 3;
  std::array<Model, kThreads> models;
  std::atomic<int> writing = kThreads;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(static_cast<unsigned>(t));
      Model& model = models[static_cast<std::size_t>(t)];
      for (int i = 0; i < 1500; ++i) {
        const std::string key = std::to_string(random() % 300) + "-" + std::to_string(t);
        if (random() % 4 == 0) {
          ASSERT_TRUE(db_->Delete(WriteOptions(), key).ok());
          model.erase(key);
        } else {
          model[key] = std::string(random() % 200, static_cast<char>('a' + i % 26));
          ASSERT_TRUE(Put(key, model[key]).ok());
        }
        const auto found = model.find(key);
        ASSERT_EQ(Get(key), found == model.end() ? "none" : found->second);
      }
      --writing;
    });
  }
  std::atomic<int> calls = 0;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(static_cast<unsigned>(t + 10));
      while (writing > 0) {
        const std::string begin = std::to_string(random() % 300);
        const std::string end = std::to_string(random() % 300);
        ASSERT_TRUE(t == 0 ? db_->CompactRange(std::min(begin, end), std::max(begin, end)).ok()
                           : db_->CompactRange(std::nullopt, std::nullopt).ok());
        ++calls;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(calls, 3);
  Model model;
  for (const Model& part : models) model.insert(part.begin(), part.end());
  ExpectState(model);
  Open();
  ExpectState(model);
}

}  // namespace
}  // namespace harrow::engine
