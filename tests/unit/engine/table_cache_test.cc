#include "engine/table_cache.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "engine/file_name.h"
#include "engine/table_builder.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {
namespace {

using TablePointer = std::shared_ptr<const Table>;

// Tables with one key each, "key", whose value is the table's number.
class TableCacheTest : public testing::Test {
 protected:
  std::string PathOf(std::uint64_t number, FileType type = FileType::kTable) const {
    return FilePath(directory_.path(), {type, number});
  }

  FileMetaData Make(std::uint64_t number) const {
    absl::StatusOr<AppendFile> file = AppendFile::Create(PathOf(number));
    HARROW_CHECK(file.ok());
    FileMetaData meta;
    meta.number = number;
    meta.smallest = meta.largest = InternalKey("key", 1, ValueType::kValue);
    TableBuilder builder(options_, &*file);
    HARROW_CHECK(builder.Add(meta.smallest.Encode(), std::to_string(number)).ok());
    HARROW_CHECK(builder.Finish().ok());
    meta.file_size = builder.FileSize();
    return meta;
  }

  static std::string Value(const Table& table) {
    std::string value;
    const auto result = table.Get(ReadOptions(), LookupKey("key", 1), &value);
    return result.ok() ? value : result.status().ToString();
  }

  const ScratchDirectory directory_;
  TableOptions options_;
};

TEST_F(TableCacheTest, ATableStaysOpenUntilOthersMadeRoomNecessary) {
  const std::vector<FileMetaData> files = {Make(1), Make(2), Make(3)};
  TableCache cache(directory_.path(), options_, 2);
  const std::weak_ptr<const Table> one = *cache.Find(files[0]);
  const std::weak_ptr<const Table> two = *cache.Find(files[1]);
  ASSERT_EQ(cache.Find(files[0])->get(), one.lock().get());
  const std::weak_ptr<const Table> three = *cache.Find(files[2]);
  EXPECT_FALSE(one.expired());
  EXPECT_TRUE(two.expired());  // the one used longest ago
  EXPECT_FALSE(three.expired());
  EXPECT_EQ(Value(**cache.Find(files[1])), "2");
  EXPECT_TRUE(one.expired());
  EXPECT_FALSE(three.expired());
}

TEST_F(TableCacheTest, OfOneTableAndOfNoneHoldsOne) {
  const std::vector<FileMetaData> files = {Make(1), Make(2)};
  for (const std::size_t capacity : {0U, 1U}) {
    TableCache cache(directory_.path(), options_, capacity);
    std::weak_ptr<const Table> last;
    for (int i = 0; i < 6; ++i) {
      const TablePointer table = *cache.Find(files[static_cast<std::size_t>(i) % 2]);
      EXPECT_EQ(Value(*table), std::to_string(1 + i % 2));
      EXPECT_TRUE(last.expired());
      last = table;
      EXPECT_EQ(cache.Find(files[static_cast<std::size_t>(i) % 2])->get(), table.get());
    }
    EXPECT_FALSE(last.expired());
  }
}

TEST_F(TableCacheTest, ATableInUseOutlivesItsPlaceAndItsFile) {
  for (const bool map : {false, true}) {
    options_.allow_mmap_reads = map;
    const std::vector<FileMetaData> files = {Make(1), Make(2)};
    TableCache cache(directory_.path(), options_, 1);
    TablePointer one = *cache.Find(files[0]);
    const std::unique_ptr<Iterator> scan = one->NewIterator(ReadOptions());
    ASSERT_TRUE(cache.Find(files[1]).ok());
    ASSERT_TRUE(RemoveFile(PathOf(1)).ok());
    EXPECT_EQ(Value(*one), "1");
    const std::weak_ptr<const Table> watched = one;
    one = nullptr;
    EXPECT_FALSE(watched.expired());
    scan->SeekToFirst();
    ASSERT_TRUE(scan->Valid());
    EXPECT_EQ(scan->value(), "1");
    EXPECT_EQ(cache.Find(files[0]).status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST_F(TableCacheTest, EvictClosesThatTableAlone) {
  const std::vector<FileMetaData> files = {Make(1), Make(2)};
  TableCache cache(directory_.path(), options_, 10);
  const std::weak_ptr<const Table> one = *cache.Find(files[0]);
  const std::weak_ptr<const Table> two = *cache.Find(files[1]);
  cache.Evict(77);
  EXPECT_FALSE(one.expired());
  cache.Evict(1);
  EXPECT_TRUE(one.expired());
  EXPECT_FALSE(two.expired());
  cache.Evict(1);
  EXPECT_EQ(Value(**cache.Find(files[0])), "1");
}

TEST_F(TableCacheTest, MissingAndMisshapenTablesAreDataLossThatNamesThemAndIsNotKept) {
  const FileMetaData file = Make(5);
  TableCache cache(directory_.path(), options_, 10);
  const auto expect_data_loss = [&](const FileMetaData& wanted) {
    const absl::Status status = cache.Find(wanted).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_NE(status.message().find(PathOf(5)), std::string::npos) << status;
  };
  const std::string bytes = *ReadFile(PathOf(5));
  ASSERT_TRUE(RemoveFile(PathOf(5)).ok());
  expect_data_loss(file);
  // With room before its footer the last one would be a table.
  std::string longer = bytes;
  longer.insert(bytes.size() - Footer::kEncodedSize, "room");
  for (const std::string& wrong : {bytes.substr(1), longer, std::string()}) {
    std::ofstream(PathOf(5), std::ios::binary) << wrong;
    expect_data_loss(file);
  }
  // Of the right size and no table.
  std::ofstream(PathOf(5), std::ios::binary) << std::string(bytes.size(), 'x');
  expect_data_loss(file);
  ASSERT_TRUE(RemoveFile(PathOf(5)).ok());
  std::filesystem::create_directory(PathOf(5));
  EXPECT_FALSE(cache.Find(file).ok());
  EXPECT_FALSE(absl::IsNotFound(cache.Find(file).status()));
  std::filesystem::remove(PathOf(5));

  std::ofstream(PathOf(5), std::ios::binary) << bytes;
  const absl::StatusOr<TablePointer> table = cache.Find(file);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(Value(**table), "5");
}

TEST_F(TableCacheTest, AnOldNameIsFoundTooAndTheNewOneFirst) {
  const FileMetaData file = Make(5);
  ASSERT_TRUE(RenameFile(PathOf(5), PathOf(5, FileType::kOldTable)).ok());
  TableCache cache(directory_.path(), options_, 10);
  EXPECT_EQ(Value(**cache.Find(file)), "5");
  cache.Evict(5);
  std::ofstream(PathOf(5), std::ios::binary) << "no table";
  EXPECT_EQ(cache.Find(file).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(TableCacheTest, ThreadsGetTheTableTheyAskForWhileOthersEvictIt) {
  std::vector<FileMetaData> files;
  for (std::uint64_t number = 0; number < 6; ++number) files.push_back(Make(number));
  TableCache cache(directory_.path(), options_, 2);
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      std::mt19937 random(thread);
      for (int i = 0; i < 300; ++i) {
        const std::uint64_t number = random() % files.size();
        const absl::StatusOr<TablePointer> table = cache.Find(files[number]);
        ASSERT_TRUE(table.ok()) << table.status();
        if (random() % 4 == 0) cache.Evict(number);
        ASSERT_EQ(Value(**table), std::to_string(number));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace harrow::engine
