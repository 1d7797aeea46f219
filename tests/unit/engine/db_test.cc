// The database on a real directory against a std::map, with memtables so small that rotation, flush
// and compaction happen all the time.
#include "engine/db.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "engine/file.h"
#include "engine/file_name.h"
#include "engine/log_reader.h"
#include "engine/manifest.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {
namespace {

using Model = std::map<std::string, std::string>;

class DbTest : public testing::Test {
 protected:
  DbTest() {
    options_.write_buffer_size = 64 << 10;
    options_.max_file_size = 32 << 10;
    options_.block_size = 1 << 10;
  }

  const std::string& path() const { return directory_.path(); }
  void Open() {
    db_.reset();
    absl::StatusOr<std::unique_ptr<Db>> db = Db::Open(options_, path());
    ASSERT_TRUE(db.ok()) << db.status();
    db_ = *std::move(db);
  }
  std::string Get(std::string_view key, const Snapshot* snapshot = nullptr) {
    std::string value = "untouched";
    const absl::Status status = db_->Get({.snapshot = snapshot}, key, &value);
    if (absl::IsNotFound(status)) {
      EXPECT_EQ(value, "untouched");
      return "none";
    }
    EXPECT_TRUE(status.ok()) << status;
    return value;
  }
  absl::Status Put(std::string_view key, std::string_view value) {
    return db_->Put(WriteOptions(), key, value);
  }

  // Writes `count` batches of puts and deletes of few keys to the database and the model.
  void Churn(int count, Model* model) {
    for (int i = 0; i < count; ++i) {
      WriteBatch batch;
      for (auto j = random_() % 4; j > 0; --j) {
        const std::string key = "key" + std::to_string(random_() % 2000);
        if (random_() % 4 == 0) {
          batch.Delete(key);
          model->erase(key);
        } else {
          const std::string value(random_() % (random_() % 100 == 0 ? 40'000 : 200),
                                  static_cast<char>('a' + random_() % 26));
          batch.Put(key, value);
          (*model)[key] = value;
        }
      }
      ASSERT_TRUE(db_->Write({.sync = random_() % 200 == 0}, batch).ok());
    }
  }

  void ExpectState(const Model& model, const Snapshot* snapshot = nullptr) {
    const std::unique_ptr<Iterator> it = db_->NewIterator({.snapshot = snapshot});
    auto forward = model.begin();
    for (it->SeekToFirst(); it->Valid(); it->Next(), ++forward) {
      ASSERT_NE(forward, model.end());
      ASSERT_EQ(it->key(), forward->first);
      ASSERT_EQ(it->value(), forward->second);
    }
    ASSERT_TRUE(it->status().ok()) << it->status();
    ASSERT_EQ(forward, model.end());
    auto backward = model.rbegin();
    for (it->SeekToLast(); it->Valid(); it->Prev(), ++backward) {
      ASSERT_NE(backward, model.rend());
      ASSERT_EQ(it->key(), backward->first);
      ASSERT_EQ(it->value(), backward->second);
    }
    ASSERT_TRUE(it->status().ok()) << it->status();
    ASSERT_EQ(backward, model.rend());
    for (int i = 0; i < 200; ++i) {
      const std::string key = "key" + std::to_string(random_() % 2000);
      const auto found = model.find(key);
      ASSERT_EQ(Get(key, snapshot), found == model.end() ? "none" : found->second);
    }
  }

  // A walk of seeks and steps in both directions, held against the model.
  void WalkAtRandom(const Model& model, const Snapshot* snapshot = nullptr) {
    const std::unique_ptr<Iterator> it = db_->NewIterator({.snapshot = snapshot});
    auto at = model.end();
    for (int i = 0; i < 2000; ++i) {
      const auto choice = random_() % 10;
      if (choice == 0 || at == model.end()) {
        const std::string key = "key" + std::to_string(random_() % 2100);
        it->Seek(key);
        at = model.lower_bound(key);
      } else if (choice < 6) {
        it->Next();
        ++at;
      } else {
        it->Prev();
        at = at == model.begin() ? model.end() : std::prev(at);
      }
      ASSERT_EQ(it->Valid(), at != model.end());
      if (at == model.end()) continue;
      ASSERT_EQ(it->key(), at->first);
      ASSERT_EQ(it->value(), at->second);
    }
  }

  std::vector<FileName> Files() const {
    const std::vector<std::string> names = ListDirectory(path()).value();
    std::vector<FileName> files;
    for (const std::string& name : names) files.push_back(ParseFileName(name).value());
    return files;
  }
  std::size_t CountFiles(FileType type) const {
    std::size_t count = 0;
    for (const FileName& file : Files()) count += file.type == type ? 1 : 0;
    return count;
  }
  // As the manifest says, which may just be growing.
  std::size_t Level2Size() const {
    const absl::StatusOr<ManifestState> state = ReadManifest(path(), ReadCurrent(path()).value());
    return state.ok() ? state->version->level(2).size() : 0;
  }
  // What the next file will be called; none is being made.
  std::uint64_t NextFileNumber() const {
    std::uint64_t next = 0;
    for (const FileName& file : Files()) next = std::max(next, file.number + 1);
    return next;
  }

  const ScratchDirectory directory_;
  Options options_;
  std::mt19937 random_{20};
  std::unique_ptr<Db> db_;
};

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
  Open();
  std::uintmax_t bytes = 0;
  for (const FileName& file : Files()) {
    if (file.type == FileType::kTable) {
      bytes += std::filesystem::file_size(FilePath(path(), file));
    }
  }
  EXPECT_LT(bytes, 60'000U) << "2.4 MB were written";
  EXPECT_LE(CountFiles(FileType::kTable), 5U);
  EXPECT_EQ(CountFiles(FileType::kLog), 1U);
  EXPECT_EQ(CountFiles(FileType::kManifest), 1U);
  EXPECT_EQ(CountFiles(FileType::kTemporary), 0U);
  EXPECT_EQ(Get("last"), "3");
  EXPECT_EQ(Get("key7"), "none");
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
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(Put("key" + std::to_string(i % 97), value).ok());
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

class DbFailureTest : public DbTest {
 protected:
  // Every kind of write is refused with the same status; reads go on.
  void ExpectPoisoned(const absl::Status& failure, const std::string& a) {
    EXPECT_EQ(db_->background_error(), failure);
    EXPECT_EQ(Put("later", "1"), failure);
    EXPECT_EQ(db_->Put({.sync = true}, "later", "1"), failure);
    EXPECT_EQ(db_->Delete(WriteOptions(), "a"), failure);
    EXPECT_EQ(db_->Write(WriteOptions(), WriteBatch()), failure);
    EXPECT_EQ(db_->Flush(), failure);
    EXPECT_EQ(Get("a"), a);
    EXPECT_EQ(Get("later"), "none");
    EXPECT_EQ(db_->counters().background_errors, 1U);
  }
};

TEST_F(DbFailureTest, FailedRotationPoisons) {
  Open();
  ASSERT_TRUE(Put("a", "1").ok());
  const std::string in_the_way = FilePath(path(), {FileType::kLog, NextFileNumber()});
  ASSERT_EQ(::mkdir(in_the_way.c_str(), 0755), 0);
  const absl::Status failure = db_->Flush();
  EXPECT_EQ(failure.code(), absl::StatusCode::kInternal);
  ExpectPoisoned(failure, "1");
  db_.reset();
  std::filesystem::remove(in_the_way);
  Open();
  EXPECT_EQ(Get("a"), "1");
  EXPECT_TRUE(Put("a", "2").ok());
}

TEST_F(DbFailureTest, FailedFlushPoisons) {
  Open();
  ASSERT_TRUE(Put("a", "1").ok());
  // The next number is the log's, the one after it the table's.
  const std::string in_the_way = FilePath(path(), {FileType::kTable, NextFileNumber() + 1});
  ASSERT_EQ(::mkdir(in_the_way.c_str(), 0755), 0);
  const absl::Status failure = db_->Flush();
  EXPECT_EQ(failure.code(), absl::StatusCode::kInternal);
  ExpectPoisoned(failure, "1");
  db_.reset();
  std::filesystem::remove(in_the_way);
  Open();
  EXPECT_EQ(Get("a"), "1");
}

// The file size limit cuts a log write short and fails the rest of it.
TEST_F(DbFailureTest, ShortWritePoisons) {
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit unlimited;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &unlimited), 0);
  options_.write_buffer_size = 4 << 20;
  Open();
  ASSERT_TRUE(db_->Put({.sync = true}, "a", "1").ok());
  rlimit small = unlimited;
  small.rlim_cur = 10'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status failure = Put("a", std::string(50'000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &unlimited), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(failure.code(), absl::StatusCode::kInternal);
  ExpectPoisoned(failure, "1");
  Open();
  EXPECT_EQ(Get("a"), "1");
  ASSERT_TRUE(db_->Put({.sync = true}, "a", "2").ok());
  Open();
  EXPECT_EQ(Get("a"), "2");
}

TEST_F(DbFailureTest, DamagedTableIsReportedAndNotTakenForAnAbsentKey) {
  Open();
  ASSERT_TRUE(Put("a", std::string(5000, 'x')).ok());
  ASSERT_TRUE(db_->Flush().ok());
  std::string table;
  for (const FileName& file : Files()) {
    if (file.type == FileType::kTable) table = FilePath(path(), file);
  }
  db_.reset();
  const std::string bytes = ReadFile(table).value();
  std::string damaged = bytes;
  damaged[100] = 'y';
  const auto replace = [&](std::string_view contents) {
    absl::StatusOr<AppendFile> file = AppendFile::Create(table);
    ASSERT_TRUE(file.ok() && file->Append(contents).ok());
  };
  for (const std::string& bad : {damaged, bytes.substr(0, bytes.size() - 1), std::string()}) {
    replace(bad);
    Open();
    std::string value;
    EXPECT_EQ(db_->Get(ReadOptions(), "a", &value).code(), absl::StatusCode::kDataLoss);
    const std::unique_ptr<Iterator> it = db_->NewIterator(ReadOptions());
    it->SeekToFirst();
    EXPECT_FALSE(it->Valid());
    EXPECT_EQ(it->status().code(), absl::StatusCode::kDataLoss);
  }
  std::filesystem::remove(table);
  std::string value;
  EXPECT_EQ(db_->Get(ReadOptions(), "a", &value).code(), absl::StatusCode::kDataLoss);
  replace(bytes);
  EXPECT_EQ(Get("a").size(), 5000U);
}

}  // namespace
}  // namespace harrow::engine
