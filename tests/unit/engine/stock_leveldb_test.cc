// Files written by stock LevelDB read back here, and what is written here is the same to the byte.
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/file.h"
#include "engine/log_reader.h"
#include "engine/log_writer.h"
#include "engine/memtable.h"
#include "engine/table.h"
#include "engine/table_builder.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {
namespace {

// Far apart and long, so that an index has much to shorten.
std::string KeyOf(std::uint64_t n) { return "key" + std::to_string(n * 2654435761); }

class StockLevelDbTest : public testing::Test {
 protected:
  void Open(leveldb::CompressionType compression = leveldb::kNoCompression,
            const leveldb::FilterPolicy* filter_policy = nullptr) {
    leveldb::Options options;
    options.create_if_missing = true;
    options.compression = compression;
    options.filter_policy = filter_policy;
    leveldb::DB* db = nullptr;
    ASSERT_TRUE(leveldb::DB::Open(options, directory_.path(), &db).ok());
    db_.reset(db);
  }

  // Puts, deletes and batches, with values of up to several log blocks.
  void Fill(int count) {
    std::mt19937 random(8);
    for (int i = 0; i < count; ++i) {
      leveldb::WriteBatch batch;
      const unsigned records = random() % 4;
      for (unsigned j = 0; j < records; ++j) {
        const std::string key = KeyOf(random() % 200);
        if (random() % 5 == 0) {
          batch.Delete(key);
          model_.erase(key);
        } else {
          const std::size_t size = random() % (random() % 50 == 0 ? 100000 : 300);
          model_[key] = std::string(size, static_cast<char>('a' + random() % 26));
          // What Snappy cannot shrink, in some blocks.
          if (random() % 3 == 0) {
            for (char& byte : model_[key]) byte = static_cast<char>(random());
          }
          batch.Put(key, model_[key]);
        }
      }
      ASSERT_TRUE(db_->Write(leveldb::WriteOptions(), &batch).ok());
    }
  }

  std::vector<std::string> FilesEndingIn(std::string_view ending) const {
    std::vector<std::string> files;
    const absl::StatusOr<std::vector<std::string>> names = ListDirectory(directory_.path());
    HARROW_CHECK(names.ok());
    for (const std::string& name : *names) {
      if (name.ends_with(ending)) files.push_back(directory_.File(name));
    }
    return files;
  }

  const ScratchDirectory directory_;
  const ScratchDirectory ours_;
  std::unique_ptr<leveldb::DB> db_;
  std::map<std::string, std::string> model_;
};

TEST_F(StockLevelDbTest, LogReadsBackAndIsWrittenAlike) {
  Open();
  Fill(500);
  db_.reset();
  const std::vector<std::string> logs = FilesEndingIn(".log");
  ASSERT_EQ(logs.size(), 1U);
  const absl::StatusOr<std::string> bytes = ReadFile(logs[0]);
  ASSERT_TRUE(bytes.ok());
  ASSERT_GT(bytes->size(), 3 * kLogBlockSize);

  absl::StatusOr<AppendFile> copy = AppendFile::Create(ours_.File("log"));
  ASSERT_TRUE(copy.ok());
  LogWriter writer(&*copy);
  MemTable memtable;
  LogReader reader(*bytes);
  std::string_view record;
  std::string scratch;
  while (reader.ReadRecord(&record, &scratch) == LogRead::kRecord) {
    ASSERT_TRUE(writer.AddRecord(record).ok());
    ASSERT_TRUE(InsertContentsInto(record, &memtable).ok());
  }
  EXPECT_EQ(reader.ReadRecord(&record, &scratch), LogRead::kEnd);
  EXPECT_EQ(*ReadFile(ours_.File("log")), *bytes);
  for (std::uint64_t n = 0; n < 200; ++n) {
    const std::string key = KeyOf(n);
    std::string value;
    absl::Status status;
    const bool decided = memtable.Get(LookupKey(key, kMaxSequenceNumber), &value, &status);
    const auto expected = model_.find(key);
    ASSERT_EQ(decided && status.ok(), expected != model_.end()) << key;
    if (expected != model_.end()) {
      ASSERT_EQ(value, expected->second);
    }
  }
}

struct TableKind {
  const char* name;
  leveldb::CompressionType compression;
  int filter_bits_per_key;  // 0: no filters
};

class StockLevelDbTableTest : public StockLevelDbTest,
                              public testing::WithParamInterface<TableKind> {};

INSTANTIATE_TEST_SUITE_P(Kinds, StockLevelDbTableTest,
                         testing::Values(TableKind{"Plain", leveldb::kNoCompression, 0},
                                         TableKind{"Snappy", leveldb::kSnappyCompression, 0},
                                         TableKind{"Filters", leveldb::kNoCompression, 10},
                                         TableKind{"Both", leveldb::kSnappyCompression, 3}),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST_P(StockLevelDbTableTest, TablesReadBackAndAreWrittenAlike) {
  const int bits = GetParam().filter_bits_per_key;
  const std::unique_ptr<const leveldb::FilterPolicy> policy(
      bits == 0 ? nullptr : leveldb::NewBloomFilterPolicy(bits));
  Open(GetParam().compression, policy.get());
  Fill(2000);
  db_->CompactRange(nullptr, nullptr);
  db_.reset();
  const std::vector<std::string> tables = FilesEndingIn(".ldb");
  ASSERT_FALSE(tables.empty());
  std::map<std::string, std::pair<SequenceNumber, std::string>> newest;
  for (const std::string& path : tables) {
    absl::StatusOr<RandomAccessFile> file = RandomAccessFile::Open(path);
    ASSERT_TRUE(file.ok());
    TableOptions options;
    options.compression = static_cast<CompressionType>(GetParam().compression);
    if (bits != 0) options.filter_policy = NewBloomFilterPolicy(bits);
    const absl::StatusOr<std::shared_ptr<Table>> table = Table::Open(*std::move(file), options);
    ASSERT_TRUE(table.ok()) << table.status();
    absl::StatusOr<AppendFile> copy = AppendFile::Create(ours_.File("table"));
    ASSERT_TRUE(copy.ok());
    TableBuilder builder(options, &*copy);
    const std::unique_ptr<Iterator> iterator = (*table)->NewIterator(ReadOptions());
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
      ASSERT_TRUE(builder.Add(iterator->key(), iterator->value()).ok());
      ParsedInternalKey parsed;
      ASSERT_TRUE(ParseInternalKey(iterator->key(), &parsed));
      std::pair<SequenceNumber, std::string>& known = newest[std::string(parsed.user_key)];
      if (parsed.sequence < known.first) continue;
      known = {parsed.sequence,
               parsed.type == ValueType::kValue ? std::string(iterator->value()) : "(deleted)"};
    }
    EXPECT_TRUE(iterator->status().ok());
    ASSERT_TRUE(builder.Finish().ok());
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
      ParsedInternalKey parsed;
      ASSERT_TRUE(ParseInternalKey(iterator->key(), &parsed));
      std::string value;
      const auto result =
          (*table)->Get(ReadOptions(), LookupKey(parsed.user_key, parsed.sequence), &value);
      ASSERT_TRUE(result.ok()) << result.status();
      ASSERT_NE(*result, LookupResult::kAbsent);
    }
    EXPECT_EQ(*ReadFile(ours_.File("table")), *ReadFile(path));
  }
  std::map<std::string, std::string> found;
  for (const auto& [key, change] : newest) {
    if (change.second != "(deleted)") found[key] = change.second;
  }
  EXPECT_EQ(found, model_);
}

}  // namespace
}  // namespace harrow::engine
