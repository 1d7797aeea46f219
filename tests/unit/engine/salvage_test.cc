// What is read of damaged logs and tables: everything but what was hit, and nothing that was not
// written.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/file.h"
#include "engine/filter_policy.h"
#include "engine/log_format.h"
#include "engine/log_salvage.h"
#include "engine/log_writer.h"
#include "engine/table_builder.h"
#include "engine/table_salvage.h"
#include "engine/write_batch.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {
namespace {

using Entries = std::map<std::string, std::string>;  // by internal key

class LogSalvageTest : public testing::Test {
 protected:
  // Record i puts one key with a value of the given size; it is number i + 1.
  void Write(const std::vector<std::size_t>& value_sizes) {
    absl::StatusOr<AppendFile> file = AppendFile::Create(path_);
    ASSERT_TRUE(file.ok());
    LogWriter writer(&*file);
    for (const std::size_t size : value_sizes) {
      starts_.push_back(writer.offset());
      WriteBatch batch;
      batch.Put("key" + std::to_string(starts_.size()), std::string(size, 'v'));
      batch.SetSequence(starts_.size());
      ASSERT_TRUE(writer.AddRecord(batch.Contents()).ok());
    }
    log_ = ReadFile(path_).value();
  }
  // The numbers of the records that come back.
  std::vector<SequenceNumber> Salvage(std::string_view log) {
    std::vector<SequenceNumber> numbers;
    result_ = {};
    const absl::Status status = SalvageLog(
        log, 1000,
        [&](const MemTable& memtable) {
          EXPECT_FALSE(memtable.empty());
          const std::unique_ptr<Iterator> it = memtable.NewIterator();
          for (it->SeekToFirst(); it->Valid(); it->Next()) {
            const SequenceNumber sequence = ExtractTag(it->key()) >> 8;
            EXPECT_EQ(ExtractUserKey(it->key()), "key" + std::to_string(sequence));
            numbers.push_back(sequence);
          }
          return absl::OkStatus();
        },
        &result_);
    EXPECT_TRUE(status.ok()) << status;
    std::sort(numbers.begin(), numbers.end());
    return numbers;
  }
  std::vector<SequenceNumber> AllBut(const std::vector<SequenceNumber>& lost) const {
    std::vector<SequenceNumber> numbers;
    for (SequenceNumber i = 1; i <= starts_.size(); ++i) {
      if (std::find(lost.begin(), lost.end(), i) == lost.end()) numbers.push_back(i);
    }
    return numbers;
  }

  const ScratchDirectory directory_;
  const std::string path_ = directory_.File("000001.log");
  std::vector<std::uint64_t> starts_;
  std::string log_;
  LogSalvage result_;
};

TEST_F(LogSalvageTest, AFlippedByteCostsOneRecordAtMostOneBlock) {
  Write(std::vector<std::size_t>(300, 250));  // three blocks
  EXPECT_EQ(Salvage(log_), AllBut({}));
  EXPECT_EQ(result_.bad_places, 0U);
  for (std::size_t at = 0; at < log_.size(); at += 61) {
    std::string damaged = log_;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const std::size_t hit = static_cast<std::size_t>(
        std::upper_bound(starts_.begin(), starts_.end(), at) - starts_.begin());
    const std::size_t in_header = at - starts_[hit - 1];
    const std::vector<SequenceNumber> numbers = Salvage(damaged);
    EXPECT_GE(numbers.size() + 120, starts_.size()) << at;  // a block has 117 records
    // Where the size is not hit the next record is found, unless a block's end lies between.
    if (in_header < 4 || (in_header > 6 && in_header < 200)) {
      EXPECT_LE(result_.bad_places, 2U);
      EXPECT_GE(numbers.size() + 2, starts_.size()) << at;
      EXPECT_FALSE(std::binary_search(numbers.begin(), numbers.end(), hit)) << at;
    }
  }
}

TEST_F(LogSalvageTest, RecordsOfManyBlocksAreWholeOrNotThere) {
  Write({100, 100'000, 100, 70'000, 100});
  std::string damaged = log_;
  damaged[50'000] = 'w';  // in a MIDDLE of record 2
  EXPECT_EQ(Salvage(damaged), AllBut({2}));
  damaged = log_;
  damaged.replace(0, 40'000, std::string(40'000, '\0'));
  EXPECT_EQ(Salvage(damaged), AllBut({1, 2}));
  damaged = log_;
  damaged.resize(110'000);  // in record 4
  EXPECT_EQ(Salvage(damaged), AllBut({4, 5}));
}

TEST_F(LogSalvageTest, ZerosBehindTheLastRecordAreNoBadPlace) {
  Write({100, 100});
  std::string damaged = log_ + std::string(70'000, '\0');
  EXPECT_EQ(Salvage(damaged), AllBut({}));
  EXPECT_EQ(result_.bad_places, 0U);
  damaged.back() = 'x';
  EXPECT_EQ(Salvage(damaged), AllBut({}));
  EXPECT_GT(result_.bad_places, 0U);
  // Behind the last record there is room for no header.
  starts_.clear();
  Write({kLogBlockSize - 3 - 28});
  ASSERT_EQ(log_.size(), kLogBlockSize - 3);
  EXPECT_EQ(Salvage(log_ + std::string(3, '\0')), AllBut({}));
  EXPECT_EQ(result_.bad_places, 0U);
  // A record that lost its end.
  starts_.clear();
  Write({100, 40'000});
  damaged = log_.substr(0, kLogBlockSize) + std::string(70'000, '\0');
  EXPECT_EQ(Salvage(damaged), AllBut({2}));
  EXPECT_GT(result_.bad_places, 0U);
}

// The value holds a log of its own, whose records are not this log's.
TEST_F(LogSalvageTest, ALogWithinAValueIsNoLog) {
  Write({100, 100, 100});
  const std::string inner = log_;
  starts_.clear();
  absl::StatusOr<AppendFile> file = AppendFile::Create(path_);
  LogWriter writer(&*file);
  WriteBatch batch;
  batch.Put("key9", inner);
  batch.SetSequence(9);
  ASSERT_TRUE(writer.AddRecord(batch.Contents()).ok());
  std::string damaged = ReadFile(path_).value();
  damaged[0] = static_cast<char>(damaged[0] ^ 1);
  EXPECT_EQ(Salvage(damaged), std::vector<SequenceNumber>());
}

TEST_F(LogSalvageTest, RepeatedRecordsAreTakenOnce) {
  Write({100, 100});
  const std::string twice = log_ + log_;
  EXPECT_EQ(Salvage(twice), AllBut({}));
  EXPECT_EQ(result_.bad_places, 2U);
}

TEST_F(LogSalvageTest, AnyBytesEnd) {
  std::mt19937 random{7};
  Write(std::vector<std::size_t>(200, 300));
  for (int round = 0; round < 100; ++round) {
    std::string damaged = log_;
    for (int i = 0; i < 1 << (round % 12); ++i) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    damaged.resize(random() % damaged.size());
    const std::vector<SequenceNumber> all = AllBut({});
    const std::vector<SequenceNumber> numbers = Salvage(damaged);
    EXPECT_TRUE(std::includes(all.begin(), all.end(), numbers.begin(), numbers.end()));
  }
}

class TableSalvageTest : public testing::TestWithParam<CompressionType> {
 protected:
  TableSalvageTest() {
    TableOptions options;
    options.block_size = 1000;
    options.compression = GetParam();
    options.filter_policy = NewBloomFilterPolicy(10);
    const std::string path = directory_.File("000001.ldb");
    absl::StatusOr<AppendFile> file = AppendFile::Create(path);
    TableBuilder builder(options, &*file);
    for (int i = 0; i < 500; ++i) {
      std::string key;
      AppendInternalKey(&key, {"key" + std::to_string(1000 + i), 7, ValueType::kValue});
      const std::string value(50, static_cast<char>('a' + i % 7));
      EXPECT_TRUE(builder.Add(key, value).ok());
      written_[key] = value;
    }
    EXPECT_TRUE(builder.Finish().ok());
    table_ = ReadFile(path).value();
  }
  // Only what was written, in order.
  std::size_t Salvage(std::string_view table) const {
    Entries entries;
    std::string last;
    const absl::Status status =
        SalvageTable(table, [&](std::string_view key, std::string_view value) {
          EXPECT_TRUE(last.empty() || CompareInternalKey(last, key) < 0);
          last = key;
          entries.emplace(key, value);
          const auto written = written_.find(last);
          EXPECT_TRUE(written != written_.end() && written->second == value) << "invented: " << key;
          return absl::OkStatus();
        });
    EXPECT_TRUE(status.ok()) << status;
    return entries.size();
  }

  const ScratchDirectory directory_;
  Entries written_;
  std::string table_;
};

TEST_P(TableSalvageTest, AFlippedByteCostsOneBlock) {
  EXPECT_EQ(Salvage(table_), 500U);
  for (std::size_t at = 0; at < table_.size(); at += 97) {
    std::string damaged = table_;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x04);
    EXPECT_GE(Salvage(damaged), 500U - 16) << at;
  }
}

TEST_P(TableSalvageTest, WithoutItsEndTheBlocksInFrontAreRead) {
  // Footer, index, metaindex and filters cut off one after the other: all data is there.
  for (const std::size_t cut : {1U, 48U, 60U, 100U}) {
    EXPECT_EQ(Salvage(table_.substr(0, table_.size() - cut)), 500U) << cut;
  }
  std::size_t last = 0;
  for (std::size_t size = 0; size < table_.size(); size += 501) {
    const std::size_t count = Salvage(std::string_view(table_).substr(0, size));
    EXPECT_GE(count, last) << size;
    last = count;
  }
  EXPECT_EQ(last, 500U);
  EXPECT_GT(Salvage(std::string_view(table_).substr(0, table_.size() / 2)), 150U);
}

TEST_P(TableSalvageTest, AnyBytesEnd) {
  std::mt19937 random{7};
  for (int round = 0; round < 60; ++round) {
    std::string damaged = table_;
    for (int i = 0; i < 1 << (round % 12); ++i) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    Salvage(damaged);
  }
}

INSTANTIATE_TEST_SUITE_P(Compressions, TableSalvageTest,
                         testing::Values(CompressionType::kNoCompression,
                                         CompressionType::kSnappyCompression),
                         [](const auto& suite) {
                           return std::string(
                               suite.param == CompressionType::kNoCompression ? "None" : "Snappy");
                         });

}  // namespace
}  // namespace harrow::engine
