// What a database says about itself is what its directory and its writes make it.
#include "engine/properties.h"

#include <string>
#include <vector>

#include "tests/unit/engine/db_fixture.h"
#include "tests/unit/engine/text_pattern.h"

namespace harrow::engine {
namespace {

class PropertiesTest : public DbTest {
 protected:
  std::string Property(std::string_view name) {
    return db_->GetProperty("leveldb." + std::string(name)).value_or("none");
  }
};

TEST_F(PropertiesTest, UnknownNamesHaveNoValue) {
  Open();
  for (const char* name :
       {"", "stats", "leveldb.", "leveldb.stat", "leveldb.statss", "Leveldb.stats",
        "leveldb.num-files-at-level", "leveldb.num-files-at-level7", "leveldb.num-files-at-level-1",
        "leveldb.num-files-at-level00", "leveldb.num-files-at-level0x",
        "leveldb.num-files-at-level "}) {
    EXPECT_FALSE(db_->GetProperty(name).has_value()) << name;
  }
}

TEST_F(PropertiesTest, FilesLevelsAndFigures) {
  options_.level0_file_num_compaction_trigger = 100;
  options_.write_buffer_size = 4 << 20;
  options_.max_file_size = 4 << 20;
  Open();
  EXPECT_EQ(Property("num-files-at-level0"), "0");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Put("a", std::string(1 << 20, 'x')).ok());
    ASSERT_TRUE(Put("b\n", "1").ok());
    ASSERT_TRUE(db_->Flush().ok());
  }
  std::size_t tables = 0;
  for (int level = 0; level < kLevelCount; ++level) {
    tables += std::stoul(Property("num-files-at-level" + std::to_string(level)));
  }
  EXPECT_EQ(tables, CountFiles(FileType::kTable));
  const std::string list = Property("sstables");
  EXPECT_TRUE(Contains(list,
                       "--- level 0 ---\n [0-9]+:[0-9]+\\['a' @ [0-9]+ : 1 \\.\\. "
                       "'b\\\\n' @ [0-9]+ : 1\\]\n"))
      << list;
  ASSERT_TRUE(db_->CompactRange(std::nullopt, std::nullopt).ok());
  // Flushes went to levels 2, 1 and 0, each above what it overlaps; then two merges of two tables.
  const std::string stats = Property("stats");
  EXPECT_TRUE(IsMatch(stats,
                      " +Compactions\n"
                      "Level  Files Size\\(MB\\) Time\\(sec\\) Read\\(MB\\) Write\\(MB\\)\n"
                      "-{50}\n"
                      "  0        0        0 {9}[0-9]        0         1\n"
                      "  1        0        0 {9}[0-9]        2         2\n"
                      "  2        1        1 {9}[0-9]        2         2\n"))
      << stats;
}

TEST_F(PropertiesTest, MemoryIsThatOfTheMemtablesAndTheBlockCache) {
  options_.write_buffer_size = 4 << 20;
  options_.allow_mmap_reads = false;  // blocks in a map are not cached
  Open();
  ASSERT_TRUE(Put("a", std::string(100'000, 'x')).ok());
  const std::size_t usage = std::stoul(Property("approximate-memory-usage"));
  EXPECT_GE(usage, 100'000U);
  EXPECT_LT(usage, 200'000U);
  ASSERT_TRUE(db_->Flush().ok());
  EXPECT_EQ(Property("approximate-memory-usage"), "0");
  EXPECT_EQ(Get("a").size(), 100'000U);
  const std::size_t cached = std::stoul(Property("approximate-memory-usage"));
  EXPECT_GE(cached, 100'000U);
  EXPECT_LT(cached, 110'000U);
}

TEST_F(PropertiesTest, SizesAreRightToABlock) {
  options_.compression = CompressionType::kNoCompression;
  Open();
  const auto key = [](int i) { return "key" + std::to_string(1000 + i); };
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(Put(key(i), std::string(1000, 'x')).ok());
  const std::string from = key(100);
  const std::string to = key(200);
  const std::vector<KeyRange> ranges = {{from, to}, {to, from}, {"", from}, {"", "z"}, {"z", "zz"}};
  ASSERT_TRUE(db_->Flush().ok());
  const std::vector<std::uint64_t> sizes = db_->GetApproximateSizes(ranges);
  ASSERT_EQ(sizes.size(), 5U);
  // Flushes overlap nothing, so each key is in one table.
  EXPECT_NEAR(static_cast<double>(sizes[0]), 100'000, 10'000);
  EXPECT_EQ(sizes[1], 0U);
  EXPECT_NEAR(static_cast<double>(sizes[2]), 100'000, 10'000);
  EXPECT_NEAR(static_cast<double>(sizes[3]), 500'000, 50'000);
  EXPECT_EQ(sizes[4], 0U);
  // What is in memory is not counted.
  ASSERT_TRUE(Put("zz", "1").ok());
  EXPECT_EQ(db_->GetApproximateSizes(ranges), sizes);
}

// At level 0 a table that lies behind the key says nothing of those after it.
TEST_F(PropertiesTest, SizesCountEveryTableOfLevel0) {
  options_.level0_file_num_compaction_trigger = 100;
  Open();
  const auto flush = [this](const char* first, const char* last) {
    ASSERT_TRUE(Put(first, std::string(1000, 'x')).ok());
    ASSERT_TRUE(Put(last, std::string(1000, 'x')).ok());
    ASSERT_TRUE(db_->Flush().ok());
  };
  // The first two go to levels 2 and 1, what overlaps them stays at level 0.
  flush("a", "z");
  flush("a", "z");
  flush("a", "c");
  flush("m", "z");
  flush("a", "b");
  ASSERT_EQ(Property("num-files-at-level0"), "3");
  const std::vector<KeyRange> range = {{"d", "l"}, {"A", "d"}};
  const std::vector<std::uint64_t> sizes = db_->GetApproximateSizes(range);
  EXPECT_EQ(sizes[0], 0U);
  EXPECT_GE(sizes[1], 2 * 2000U);  // two tables lie before d whole
}

}  // namespace
}  // namespace harrow::engine
