// Tables whose data blocks are read by way of the block cache.
#include <fstream>
#include <memory>
#include <string>

#include "engine/block_cache.h"
#include "engine/table.h"
#include "engine/table_builder.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {
namespace {

std::string UserKey(int number) { return "key" + std::to_string(1000 + number); }

// A table of some forty blocks that is read by calls, and that can be spoilt under its reader.
class CachedTableTest : public testing::Test {
 protected:
  void SetUp() override {
    options_.compression = CompressionType::kNoCompression;
    options_.block_size = 100;
    options_.allow_mmap_reads = false;
    options_.block_cache = NewLruBlockCache(1 << 20);
    absl::StatusOr<AppendFile> file = AppendFile::Create(path_);
    ASSERT_TRUE(file.ok());
    TableBuilder builder(options_, &*file);
    for (int i = 0; i < 200; ++i) {
      std::string key;
      AppendInternalKey(&key, {UserKey(i), 1, ValueType::kValue});
      ASSERT_TRUE(builder.Add(key, "value").ok());
    }
    ASSERT_TRUE(builder.Finish().ok());
    table_ = Table::Open(*RandomAccessFile::Open(path_), options_).value();
  }

  absl::Status Get(const ReadOptions& options, int number) const {
    std::string value;
    return table_->Get(options, LookupKey(UserKey(number), 5), &value).status();
  }
  void SpoilEveryDataBlock() const {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file << std::string(2000, 'x');
  }
  std::size_t usage() const { return options_.block_cache->usage(); }

  const ScratchDirectory directory_;
  const std::string path_ = directory_.File("table");
  TableOptions options_;
  std::shared_ptr<const Table> table_;
};

TEST_F(CachedTableTest, ABlockOnceReadIsNotReadFromTheFileAgain) {
  ASSERT_TRUE(Get(ReadOptions(), 0).ok());
  const std::size_t one_block = usage();
  EXPECT_GE(one_block, 100U);
  EXPECT_LT(one_block, 300U);
  SpoilEveryDataBlock();
  EXPECT_TRUE(Get(ReadOptions(), 0).ok());
  EXPECT_EQ(Get(ReadOptions(), 50).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(usage(), one_block);  // nothing damaged is kept
}

TEST_F(CachedTableTest, WithoutFillCacheReadsLeaveNothingButUseWhatIsThere) {
  const ReadOptions leaves_nothing{.fill_cache = false};
  ASSERT_TRUE(Get(leaves_nothing, 0).ok());
  const std::unique_ptr<Iterator> scan = table_->NewIterator(leaves_nothing);
  int count = 0;
  for (scan->SeekToFirst(); scan->Valid(); scan->Next()) ++count;
  EXPECT_EQ(count, 200);
  EXPECT_EQ(usage(), 0U);
  ASSERT_TRUE(Get(ReadOptions(), 0).ok());
  SpoilEveryDataBlock();
  EXPECT_TRUE(Get(leaves_nothing, 0).ok());
  EXPECT_EQ(Get(leaves_nothing, 50).code(), absl::StatusCode::kDataLoss);
}

TEST_F(CachedTableTest, ATableThatClosesTakesItsBlocksWithItOnceItsLastIteratorEnds) {
  std::unique_ptr<Iterator> scan = table_->NewIterator(ReadOptions());
  for (scan->SeekToFirst(); scan->Valid(); scan->Next()) {
  }
  scan->SeekToFirst();
  EXPECT_GE(usage(), 2000U);
  table_ = nullptr;
  EXPECT_GE(usage(), 2000U);
  EXPECT_EQ(scan->value(), "value");
  scan = nullptr;
  EXPECT_EQ(usage(), 0U);
}

}  // namespace
}  // namespace harrow::engine
