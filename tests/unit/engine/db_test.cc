// The database on a real directory against a std::map, with memtables so small that rotation, flush
// and compaction happen all the time.
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "engine/log_reader.h"
#include "tests/unit/engine/db_fixture.h"

namespace harrow::engine {
namespace {

TEST_F(DbTest, AgreesWithTheModelOverManyLives) {
  Model model;
  DbCounters total;
  for (int life = 0; life < 4; ++life) {
    Open();
    ExpectState(model);
    Churn(4000, &model);
    ExpectState(model);
    WalkAtRandom(model);
    if (life % 2 == 0) {
      ASSERT_TRUE(db_->Flush().ok());
      ExpectState(model);
    }
    const DbCounters counters = db_->counters();
    total.flushes += counters.flushes;
    total.compactions += counters.compactions;
    EXPECT_GE(counters.rotations, counters.flushes);
    EXPECT_EQ(counters.background_errors, 0U);
  }
  EXPECT_GT(total.flushes, 15U);
  EXPECT_GT(total.compactions, 3U);
}

TEST_F(DbTest, SnapshotsAndIteratorsDoNotChange) {
  Open();
  Model model;
  std::vector<std::pair<std::unique_ptr<Snapshot>, Model>> snapshots;
  Churn(1000, &model);
  const std::unique_ptr<Iterator> it = db_->NewIterator(ReadOptions());
  const Model at_iterator = model;
  for (int i = 0; i < 6; ++i) {
    snapshots.emplace_back(db_->GetSnapshot(), model);
    Churn(1500, &model);
    if (i == 3) snapshots.erase(snapshots.begin() + 1);
    ASSERT_TRUE(db_->Flush().ok());
  }
  EXPECT_GT(db_->counters().compactions, 0U);
  for (const auto& [snapshot, state] : snapshots) {
    ExpectState(state, snapshot.get());
    WalkAtRandom(state, snapshot.get());
  }
  ExpectState(model);
  auto pair = at_iterator.begin();
  for (it->SeekToFirst(); it->Valid(); it->Next(), ++pair) {
    ASSERT_EQ(it->key(), pair->first);
    ASSERT_EQ(it->value(), pair->second);
  }
  EXPECT_EQ(pair, at_iterator.end());
}

TEST_F(DbTest, ShadowedEntriesAndOldFilesGo) {
  Open();
  const std::string value(1000, 'v');
  for (int round = 0; round < 40; ++round) {
    for (int key = 0; key < 60; ++key) {
      ASSERT_TRUE(Put("key" + std::to_string(key), value).ok());
    }
  }
  for (int key = 0; key < 60; ++key) {
    ASSERT_TRUE(db_->Delete(WriteOptions(), "key" + std::to_string(key)).ok());
  }
  // Four level-0 tables start a compaction of them all.
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(Put("last", std::to_string(i)).ok());
    ASSERT_TRUE(db_->Flush().ok());
  }
  // It runs in the background, and a close does not wait for one that has not begun.
  for (int tries = 0; tries < 2000 && CountFiles(FileType::kTable) > 5U; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  Open();
  EXPECT_LT(TableBytes(), 60'000U) << "2.4 MB were written";
  EXPECT_LE(CountFiles(FileType::kTable), 5U);
  EXPECT_EQ(CountFiles(FileType::kLog), 1U);
  EXPECT_EQ(CountFiles(FileType::kManifest), 1U);
  EXPECT_EQ(CountFiles(FileType::kTemporary), 0U);
  EXPECT_EQ(Get("last"), "3");
  EXPECT_EQ(Get("key7"), "none");
}

TEST_F(DbTest, FlushLeavesOutWhatNobodyCanSee) {
  Open();
  const std::string value(1000, 'v');
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(Put("k", std::to_string(i) + value).ok());
  ASSERT_TRUE(Put("k", "first").ok());
  const std::unique_ptr<Snapshot> between = db_->GetSnapshot();
  ASSERT_TRUE(Put("k", "second").ok());
  const std::unique_ptr<Snapshot> after = db_->GetSnapshot();
  ASSERT_TRUE(db_->Delete(WriteOptions(), "k").ok());
  ASSERT_TRUE(db_->Flush().ok());
  EXPECT_EQ(Get("k"), "none");
  EXPECT_EQ(Get("k", between.get()), "first");
  EXPECT_EQ(Get("k", after.get()), "second");
  EXPECT_LT(db_->GetApproximateSizes(std::vector<KeyRange>{{"", "z"}})[0], 1000U)
      << "values that no snapshot sees were written";
}

TEST_F(DbTest, FlushPutsEverythingInATable) {
  Open();
  ASSERT_TRUE(db_->Flush().ok());
  EXPECT_EQ(CountFiles(FileType::kTable), 0U) << "there was nothing to flush";
  ASSERT_TRUE(Put("a", "1").ok());
  ASSERT_TRUE(db_->Flush().ok());
  EXPECT_EQ(CountFiles(FileType::kTable), 1U);
  // The old log goes right after the flush; the one in use is empty.
  db_.reset();
  for (const FileName& file : Files()) {
    if (file.type != FileType::kLog) continue;
    EXPECT_EQ(std::filesystem::file_size(FilePath(path(), file)), 0U);
  }
  Open();
  EXPECT_EQ(Get("a"), "1");
}

TEST_F(DbTest, SequenceNumbersGrowAcrossLives) {
  SequenceNumber last = 0;
  for (int life = 0; life < 4; ++life) {
    Open();
    ASSERT_TRUE(Put("a", std::to_string(life)).ok());
    if (life == 2) {
      ASSERT_TRUE(db_->Flush().ok());
    }
    ASSERT_TRUE(Put("a", std::to_string(life) + "+").ok());
    EXPECT_EQ(Get("a"), std::to_string(life) + "+");
    db_.reset();
    for (const FileName& file : Files()) {
      if (file.type != FileType::kLog) continue;
      const std::string log = ReadFile(FilePath(path(), file)).value();
      LogReader reader(log);
      std::string_view record;
      std::string scratch;
      while (reader.ReadRecord(&record, &scratch) == LogRead::kRecord) {
        EXPECT_GT(DecodeFixed64(record.data()), last);
        last = DecodeFixed64(record.data());
      }
    }
  }
  EXPECT_GE(last, 8U);
}

// The log after a rotation starts its synced part with a marker, and only there.
TEST_F(DbTest, MarkerFollowsARotation) {
  Open();
  ASSERT_TRUE(Put("a", "1").ok());
  ASSERT_TRUE(db_->Flush().ok());
  ASSERT_TRUE(Put("b", "2").ok());
  ASSERT_TRUE(db_->Put({.sync = true}, "c", "3").ok());
  ASSERT_TRUE(db_->Put({.sync = true}, "d", "4").ok());
  db_.reset();
  std::string counts;
  for (const FileName& file : Files()) {
    if (file.type != FileType::kLog) continue;
    const std::string log = ReadFile(FilePath(path(), file)).value();
    LogReader reader(log);
    std::string_view record;
    std::string scratch;
    while (reader.ReadRecord(&record, &scratch) == LogRead::kRecord) {
      counts += std::to_string(DecodeFixed32(record.data() + 8));
    }
  }
  EXPECT_EQ(counts, "1101");
  Open();
  EXPECT_EQ(Get("d"), "4");
}

TEST_F(DbTest, ManyThreads) {
  constexpr int kThreads = 6;
  constexpr int kWrites = 700;
  Open();
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      const std::string own = "thread" + std::to_string(t) + "-";
      for (int i = 0; i < kWrites; ++i) {
        // Both keys of a batch always change together.
        WriteBatch batch;
        batch.Put(own + "a", std::to_string(i));
        batch.Put(own + "b", std::to_string(i));
        batch.Put(own + std::to_string(i), std::string(300, 'x'));
        ASSERT_TRUE(db_->Write({.sync = i % 100 == t}, batch).ok());
        std::string value;
        ASSERT_TRUE(db_->Get(ReadOptions(), own + "a", &value).ok());
        ASSERT_EQ(value, std::to_string(i)) << "a write of this thread is not visible to it";
        if (i % 50 == 0) {
          ASSERT_TRUE(db_->Flush().ok());
        }
        if (i % 20 == 0) {
          const std::string other = "thread" + std::to_string((t + 1) % kThreads) + "-";
          const std::unique_ptr<Snapshot> snapshot = db_->GetSnapshot();
          ASSERT_EQ(Get(other + "a", snapshot.get()), Get(other + "b", snapshot.get()));
          const std::unique_ptr<Iterator> it = db_->NewIterator({.snapshot = snapshot.get()});
          it->Seek(own + "a");
          ASSERT_TRUE(it->Valid());
          ASSERT_EQ(it->value(), std::to_string(i));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int life = 0; life < 2; ++life) {
    int pairs = 0;
    std::unique_ptr<Iterator> it = db_->NewIterator(ReadOptions());
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++pairs;
    it.reset();
    EXPECT_EQ(pairs, kThreads * (kWrites + 2));
    if (life == 0) {
      EXPECT_GT(db_->counters().compactions, 0U);
      Open();
    }
  }
}

TEST_F(DbTest, LevelZeroSlowsWritersAndClears) {
  options_.write_buffer_size = 1;  // raised to 4 KiB
  Open();
  const std::string value(1500, 'v');
  // Each memtable has the same two ends, so that it overlaps the one before.
  for (int i = 0; i < 200; ++i) {
    WriteBatch batch;
    for (const char* end : {"a", "z"}) batch.Put(end, "");
    batch.Put("key" + std::to_string(i % 97), value);
    ASSERT_TRUE(db_->Write(WriteOptions(), batch).ok());
  }
  ASSERT_TRUE(db_->Flush().ok());
  const DbCounters counters = db_->counters();
  EXPECT_GT(counters.rotations, 50U);
  EXPECT_EQ(counters.rotations, counters.flushes);
  EXPECT_GT(counters.compactions, 3U);
}

TEST_F(DbTest, DataMovesDownTheLevels) {
  options_.write_buffer_size = 1 << 20;
  options_.max_file_size = 256 << 10;
  Open();
  Model model;
  // More than level 1 may hold; then deletions that hide what lies below them.
  for (int i = 0; i < 24'000; ++i) {
    const std::string key = "key" + std::to_string(random_() % 20'000);
    model[key] = std::to_string(i) + std::string(1000, 'v');
    ASSERT_TRUE(Put(key, model[key]).ok());
  }
  while (Level2Size() == 0) std::this_thread::yield();
  for (int i = 0; i < 20'000; i += 2) {
    model.erase("key" + std::to_string(i));
    ASSERT_TRUE(db_->Delete(WriteOptions(), "key" + std::to_string(i)).ok());
  }
  for (int i = 0; i < 4; ++i) {
    model["other"] = std::to_string(i);
    ASSERT_TRUE(Put("other", model["other"]).ok());
    ASSERT_TRUE(db_->Flush().ok());
  }
  ExpectState(model);
  const std::unique_ptr<Snapshot> snapshot = db_->GetSnapshot();
  const Model before = model;
  for (int i = 0; i < 12'000; ++i) {
    const std::string key = "key" + std::to_string(random_() % 20'000);
    model[key] = std::to_string(i) + std::string(1000, 'w');
    ASSERT_TRUE(Put(key, model[key]).ok());
  }
  ASSERT_TRUE(db_->Flush().ok());
  ExpectState(model);
  ExpectState(before, snapshot.get());
}

}  // namespace
}  // namespace harrow::engine
