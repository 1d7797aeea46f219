// What reads of a database leave in the block cache that it was given.
#include <memory>
#include <string>

#include "engine/block_cache.h"
#include "tests/unit/engine/db_fixture.h"

namespace harrow::engine {
namespace {

class DbBlockCacheTest : public DbTest {
 protected:
  DbBlockCacheTest() {
    options_.block_cache = cache_;
    options_.allow_mmap_reads = false;
  }
  // Two tables that overlap.
  void MakeTables() {
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(Put("key" + std::to_string(i), std::string(200, 'v')).ok());
      }
      ASSERT_TRUE(db_->Flush().ok());
    }
  }
  void ReadAll(const ReadOptions& options) {
    const std::unique_ptr<Iterator> it = db_->NewIterator(options);
    std::size_t count = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++count;
    EXPECT_EQ(count, 100U);
    std::string value;
    EXPECT_TRUE(db_->Get(options, "key1", &value).ok());
    EXPECT_EQ(value, std::string(200, 'v'));
  }

  const std::shared_ptr<BlockCache> cache_ = NewLruBlockCache(1 << 20);
};

TEST_F(DbBlockCacheTest, ReadsFillItUnlessAskedNotTo) {
  Open();
  MakeTables();
  EXPECT_EQ(cache_->usage(), 0U);
  ReadAll({.fill_cache = false});
  EXPECT_EQ(cache_->usage(), 0U);
  std::string value;
  ASSERT_TRUE(db_->Get(ReadOptions(), "key1", &value).ok());
  EXPECT_GT(cache_->usage(), 200U);
  EXPECT_LT(cache_->usage(), 10'000U);
  ReadAll(ReadOptions());
  EXPECT_GT(cache_->usage(), 2 * 100 * 200U);
}

TEST_F(DbBlockCacheTest, TablesThatACompactionReplacedLeaveNothingInIt) {
  Open();
  MakeTables();
  ReadAll(ReadOptions());
  ASSERT_TRUE(db_->CompactRange(std::nullopt, std::nullopt).ok());
  EXPECT_EQ(cache_->usage(), 0U);
  ReadAll(ReadOptions());
  EXPECT_GT(cache_->usage(), 100 * 200U);
}

TEST_F(DbBlockCacheTest, DatabasesShareItAndTakeOnlyTheirOwnBlocks) {
  Open();
  MakeTables();
  ReadAll(ReadOptions());
  const std::size_t of_one = cache_->usage();
  {
    const ScratchDirectory other;
    absl::StatusOr<std::unique_ptr<Db>> db = Db::Open(options_, other.path());
    ASSERT_TRUE(db.ok()) << db.status();
    db_.swap(*db);
    MakeTables();
    ReadAll(ReadOptions());
    EXPECT_EQ(cache_->usage(), 2 * of_one);
    db_.swap(*db);
  }
  EXPECT_EQ(cache_->usage(), of_one);
  db_.reset();
  EXPECT_EQ(cache_->usage(), 0U);
}

}  // namespace
}  // namespace harrow::engine
