// Whole directories go back and forth between stock LevelDB and this engine, with logs that have
// not been flushed, tables on several levels, deletions and overwrites.
#include <leveldb/db.h>
#include <leveldb/write_batch.h>

#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>

#include "engine/db.h"
#include "engine/log_format.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {
namespace {

using Model = std::map<std::string, std::string>;

class StockLevelDbDirectoryTest : public testing::Test {
 protected:
  std::string Key() { return "key" + std::to_string(random_() % 3000); }
  std::string Value() {
    return std::string(random_() % (random_() % 200 == 0 ? 90'000 : 300),
                       static_cast<char>('a' + random_() % 26));
  }

  void WriteStock(int count) {
    leveldb::Options options;
    options.create_if_missing = true;
    options.paranoid_checks = true;
    options.compression = leveldb::kNoCompression;
    options.write_buffer_size = 64 << 10;
    options.max_file_size = 1 << 20;
    leveldb::DB* opened = nullptr;
    const leveldb::Status status = leveldb::DB::Open(options, directory_.path(), &opened);
    ASSERT_TRUE(status.ok()) << status.ToString();
    const std::unique_ptr<leveldb::DB> db(opened);
    const std::unique_ptr<leveldb::Iterator> it(db->NewIterator(leveldb::ReadOptions()));
    auto pair = model_.begin();
    for (it->SeekToFirst(); it->Valid(); it->Next(), ++pair) {
      ASSERT_NE(pair, model_.end());
      ASSERT_EQ(it->key().ToString(), pair->first);
      ASSERT_EQ(it->value().ToString(), pair->second);
    }
    ASSERT_TRUE(it->status().ok()) << it->status().ToString();
    ASSERT_EQ(pair, model_.end());
    for (int i = 0; i < count; ++i) {
      const std::string key = Key();
      if (random_() % 4 == 0) {
        model_.erase(key);
        ASSERT_TRUE(db->Delete(leveldb::WriteOptions(), key).ok());
      } else {
        model_[key] = Value();
        ASSERT_TRUE(db->Put(leveldb::WriteOptions(), key, model_[key]).ok());
      }
    }
  }

  void WriteOurs(int count) {
    Options options;
    options.create_if_missing = true;
    options.write_buffer_size = 64 << 10;
    options.max_file_size = 64 << 10;
    const absl::StatusOr<std::unique_ptr<Db>> opened = Db::Open(options, directory_.path());
    ASSERT_TRUE(opened.ok()) << opened.status();
    Db& db = **opened;
    std::unique_ptr<Iterator> it = db.NewIterator(ReadOptions());
    auto pair = model_.begin();
    for (it->SeekToFirst(); it->Valid(); it->Next(), ++pair) {
      ASSERT_NE(pair, model_.end());
      ASSERT_EQ(it->key(), pair->first);
      ASSERT_EQ(it->value(), pair->second);
    }
    ASSERT_TRUE(it->status().ok()) << it->status();
    ASSERT_EQ(pair, model_.end());
    it.reset();
    for (int i = 0; i < count; ++i) {
      const std::string key = Key();
      WriteBatch batch;
      if (random_() % 4 == 0) {
        model_.erase(key);
        batch.Delete(key);
      } else {
        model_[key] = Value();
        batch.Put(key, model_[key]);
      }
      ASSERT_TRUE(db.Write({.sync = i % 500 == 0}, batch).ok());
    }
  }

  const ScratchDirectory directory_;
  std::mt19937 random_{31};
  Model model_;
};

TEST_F(StockLevelDbDirectoryTest, OursThenStock) {
  for (int round = 0; round < 2; ++round) {
    WriteOurs(4000);
    WriteStock(0);
  }
}

TEST_F(StockLevelDbDirectoryTest, StockThenOurs) {
  for (int round = 0; round < 2; ++round) {
    WriteStock(4000);
    WriteOurs(0);
  }
}

TEST_F(StockLevelDbDirectoryTest, TurnByTurn) {
  for (const int count : {1, 20, 500, 3000, 7, 0, 2000}) {
    WriteStock(count);
    WriteOurs(count);
  }
  WriteStock(0);
}

// What a process that is killed leaves: its log ends with a stretch of zeros.
TEST_F(StockLevelDbDirectoryTest, ALogThatWasMadeLonger) {
  const ScratchDirectory killed;
  Options options;
  options.create_if_missing = true;
  const absl::StatusOr<std::unique_ptr<Db>> opened = Db::Open(options, killed.path());
  ASSERT_TRUE(opened.ok()) << opened.status();
  for (int i = 0; i < 20; ++i) {
    const std::string key = Key();
    model_[key] = Value();
    ASSERT_TRUE((*opened)->Put({.sync = true}, key, model_[key]).ok());
  }
  ASSERT_EQ(std::filesystem::file_size(killed.File("000002.log")) % kLogBlockSize, 0U);
  std::filesystem::copy(
      killed.path(), directory_.path(),
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  WriteStock(10);
  WriteOurs(0);
}

}  // namespace
}  // namespace harrow::engine
