// Repaired directories are opened by stock LevelDB, which reads the same pairs from them; and what
// stock LevelDB wrote is repaired: Snappy, Bloom filters, several levels.
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/db.h"
#include "engine/filter_policy.h"
#include "engine/info_log.h"
#include "engine/repair_db.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/directory_entries.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {
namespace {

using Model = std::map<std::string, std::string>;

enum class Writer { kOurs, kStock };
enum class AndThen { kWrites, kCloses };

class StockLevelDbRepairTest : public testing::TestWithParam<Writer> {
 protected:
  StockLevelDbRepairTest() {
    ours_.create_if_missing = true;
    ours_.write_buffer_size = 64 << 10;
    ours_.max_file_size = 64 << 10;
    ours_.max_bytes_for_level_base = 200 << 10;
    ours_.filter_policy = NewBloomFilterPolicy(10);
    ours_.info_log = NewDiscardingInfoLog();
    stock_.create_if_missing = true;
    stock_.paranoid_checks = true;
    stock_.write_buffer_size = 64 << 10;
    stock_.filter_policy = filter_.get();
  }

  std::unique_ptr<leveldb::DB> OpenStock() {
    leveldb::DB* opened = nullptr;
    const leveldb::Status status = leveldb::DB::Open(stock_, path(), &opened);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return std::unique_ptr<leveldb::DB>(opened);
  }

  // 3000 writes of 400 keys, tables on several levels, a log that has not been flushed.
  void MakeDatabase() {
    std::unique_ptr<leveldb::DB> stock;
    std::unique_ptr<Db> ours;
    if (GetParam() == Writer::kStock) {
      stock = OpenStock();
      ASSERT_NE(stock, nullptr);
    } else {
      ours = Db::Open(ours_, path()).value();
    }
    std::mt19937 random(7);
    for (int i = 0; i < 3000; ++i) {
      const std::string key = "key" + std::to_string(1000 + random() % 400);
      std::string value;
      for (auto size = random() % 400; value.size() < size;) {
        value.append(4, static_cast<char>('a' + random() % 26));
      }
      if (random() % 4 == 0) {
        model_.erase(key);
        ASSERT_TRUE(stock ? stock->Delete(leveldb::WriteOptions(), key).ok()
                          : ours->Delete(WriteOptions(), key).ok());
      } else {
        model_[key] = value;
        ASSERT_TRUE(stock ? stock->Put(leveldb::WriteOptions(), key, value).ok()
                          : ours->Put(WriteOptions(), key, value).ok());
      }
      if (i != 1500) continue;
      if (stock) stock->CompactRange(nullptr, nullptr);
      if (ours) {
        ASSERT_TRUE(ours->CompactRange(std::nullopt, std::nullopt).ok());
      }
    }
    int levels = 0;
    for (int level = 0; level < 7; ++level) {
      const std::string name = "leveldb.num-files-at-level" + std::to_string(level);
      std::string tables;
      if (ours) tables = ours->GetProperty(name).value();
      if (stock) {
        ASSERT_TRUE(stock->GetProperty(name, &tables));
      }
      levels += tables != "0" ? 1 : 0;
    }
    EXPECT_GE(levels, 2);
    stock.reset();
    ours.reset();
    const std::vector<DatabaseFile> files = ListDatabaseFiles(path()).value();
    for (const DatabaseFile& file : files) {
      const FileType type = file.meaning.type;
      if (type == FileType::kManifest) manifest_ = file.name;
      if (type == FileType::kLog) log_ = file.name;
      if (type == FileType::kTable) table_ = file.name;
    }
    all_ = EntriesOf(path());
    ASSERT_EQ(Newest(all_), model_);
    ASSERT_FALSE(EntriesOfFile(path(), {log_, *ParseFileName(log_)}).empty());
  }

  static EntryMap EntriesOf(const std::string& directory) {
    EntryMap all;
    const std::vector<DatabaseFile> files = ListDatabaseFiles(directory).value();
    for (const DatabaseFile& file : files) {
      all.merge(EntriesOfFile(directory, file));
    }
    return all;
  }

  void Damage(const std::string& name, const std::function<void(std::string*)>& harm) const {
    std::string bytes = ReadFile(directory_.File(name)).value();
    harm(&bytes);
    absl::StatusOr<AppendFile> file = AppendFile::Create(directory_.File(name));
    ASSERT_TRUE(file.ok() && file->Append(bytes).ok());
  }

  // Repairs; then both engines read what the entries in the files say, stock LevelDB from what the
  // repair left, and again after more writes.
  void RepairAndRead(EntryMap* entries) {
    ASSERT_EQ(RepairDb(ours_, path()), absl::OkStatus());
    *entries = EntriesOf(path());
    for (const auto& [key, value] : *entries) {
      const auto found = all_.find(key);
      ASSERT_TRUE(found != all_.end() && found->second == value)
          << "invented: " << ExtractUserKey(key);
    }
    Model expected = Newest(*entries);
    ExpectStockReads(expected, AndThen::kWrites);
    expected["key1000"] = "new";
    ExpectStockReads(expected, AndThen::kCloses);
    const std::unique_ptr<Db> db = Db::Open(ours_, path()).value();
    const std::unique_ptr<Iterator> it = db->NewIterator(ReadOptions());
    auto pair = expected.begin();
    for (it->SeekToFirst(); it->Valid() && pair != expected.end(); it->Next(), ++pair) {
      ASSERT_EQ(it->key(), pair->first);
      ASSERT_EQ(it->value(), pair->second);
    }
    ASSERT_TRUE(it->status().ok()) << it->status();
    ASSERT_FALSE(it->Valid() || pair != expected.end());
  }

  void ExpectStockReads(const Model& expected, AndThen then) {
    const std::unique_ptr<leveldb::DB> db = OpenStock();
    ASSERT_NE(db, nullptr);
    leveldb::ReadOptions options;
    options.verify_checksums = true;
    const std::unique_ptr<leveldb::Iterator> it(db->NewIterator(options));
    auto pair = expected.begin();
    for (it->SeekToFirst(); it->Valid() && pair != expected.end(); it->Next(), ++pair) {
      ASSERT_EQ(it->key().ToString(), pair->first);
      ASSERT_EQ(it->value().ToString(), pair->second);
      std::string value;
      ASSERT_TRUE(db->Get(options, pair->first, &value).ok());
      ASSERT_EQ(value, pair->second);
    }
    ASSERT_TRUE(it->status().ok()) << it->status().ToString();
    ASSERT_FALSE(it->Valid() || pair != expected.end());
    if (then == AndThen::kCloses) return;
    ASSERT_TRUE(db->Put(leveldb::WriteOptions(), "key1000", "new").ok());
  }

  const std::string& path() const { return directory_.path(); }

  const ScratchDirectory directory_;
  const std::unique_ptr<const leveldb::FilterPolicy> filter_{leveldb::NewBloomFilterPolicy(10)};
  Options ours_;
  leveldb::Options stock_;
  Model model_;
  EntryMap all_;
  std::string manifest_, log_, table_;
};

TEST_P(StockLevelDbRepairTest, CurrentAndManifestLost) {
  ASSERT_NO_FATAL_FAILURE(MakeDatabase());
  std::filesystem::remove(directory_.File("CURRENT"));
  std::filesystem::remove(directory_.File(manifest_));
  EntryMap entries;
  RepairAndRead(&entries);
  EXPECT_EQ(entries, all_);
}

TEST_P(StockLevelDbRepairTest, ABlockOfATableDamaged) {
  ASSERT_NO_FATAL_FAILURE(MakeDatabase());
  Damage(table_, [](std::string* bytes) { (*bytes)[100] = static_cast<char>((*bytes)[100] ^ 4); });
  EntryMap entries;
  RepairAndRead(&entries);
  EXPECT_LT(entries.size(), all_.size());
  EXPECT_GT(entries.size() + 200, all_.size());  // a block of it, not the whole
}

TEST_P(StockLevelDbRepairTest, ATableWithoutItsEnd) {
  ASSERT_NO_FATAL_FAILURE(MakeDatabase());
  std::filesystem::remove(directory_.File("CURRENT"));
  Damage(table_, [](std::string* bytes) { bytes->resize(bytes->size() - 60); });
  EntryMap entries;
  RepairAndRead(&entries);
  EXPECT_EQ(entries, all_);  // its data blocks are all there
}

TEST_P(StockLevelDbRepairTest, ALogTorn) {
  ASSERT_NO_FATAL_FAILURE(MakeDatabase());
  Damage(log_, [](std::string* bytes) { bytes->pop_back(); });
  EntryMap entries;
  RepairAndRead(&entries);
  EXPECT_EQ(entries.size() + 1, all_.size());
}

INSTANTIATE_TEST_SUITE_P(Writers, StockLevelDbRepairTest,
                         testing::Values(Writer::kOurs, Writer::kStock), [](const auto& param) {
                           return std::string(param.param == Writer::kOurs ? "Ours" : "Stock");
                         });

}  // namespace
}  // namespace harrow::engine
