#include "engine/obsolete_files.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/file.h"
#include "engine/info_log.h"
#include "engine/options.h"
#include "engine/table_builder.h"
#include "engine/table_cache.h"
#include "engine/table_output.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {
namespace {

FileRef MakeTable(std::uint64_t number) {
  FileMetaData file;
  file.number = number;
  file.file_size = 1;
  return std::make_shared<const TableFile>(std::move(file));
}

std::string Taken(ObsoleteFiles* obsolete) {
  std::string numbers;
  for (const FileName& file : obsolete->TakeRemovable()) numbers += std::to_string(file.number);
  return numbers;
}

TEST(ObsoleteFilesTest, ATableWaitsForWhoeverHoldsIt) {
  ObsoleteFiles obsolete;
  FileRef read = MakeTable(1);
  FileRef unread = MakeTable(2);
  obsolete.Add(read);
  obsolete.Add(unread);
  EXPECT_FALSE(obsolete.HasRemovable());
  unread.reset();
  EXPECT_TRUE(obsolete.HasRemovable());
  EXPECT_EQ(Taken(&obsolete), "2");
  EXPECT_FALSE(obsolete.HasRemovable());
  read.reset();
  EXPECT_EQ(Taken(&obsolete), "1");
  EXPECT_EQ(Taken(&obsolete), "");
}

TEST(ObsoleteFilesTest, AFileByItsNameAloneGoesAtOnce) {
  ObsoleteFiles obsolete;
  EXPECT_FALSE(obsolete.HasRemovable());
  obsolete.Add(FileName{FileType::kLog, 3});
  obsolete.Add(std::vector<FileName>{{FileType::kManifest, 4}, {FileType::kTable, 5}});
  EXPECT_TRUE(obsolete.HasRemovable());
  EXPECT_EQ(Taken(&obsolete), "345");
}

class RemoveFilesTest : public testing::Test {
 protected:
  void Make(const FileName& file) { EXPECT_TRUE(AppendFile::Create(FilePath(path_, file)).ok()); }
  bool Exists(const FileName& file) const { return FileExists(FilePath(path_, file)).value(); }
  void Remove(const std::vector<FileName>& files) {
    RemoveFiles(files, {&path_, &tables_, info_log_.get()});
  }

  const ScratchDirectory directory_;
  const std::string path_ = directory_.path();
  TableCache tables_{path_, MakeTableOptions(Options()), 10};
  const std::shared_ptr<InfoLog> info_log_ = NewDiscardingInfoLog();
};

TEST_F(RemoveFilesTest, ThoseGoAndNoOthers) {
  for (std::uint64_t number = 1; number <= 3; ++number) Make({FileType::kLog, number});
  Remove({{FileType::kLog, 1}, {FileType::kLog, 3}});
  EXPECT_FALSE(Exists({FileType::kLog, 1}));
  EXPECT_TRUE(Exists({FileType::kLog, 2}));
  EXPECT_FALSE(Exists({FileType::kLog, 3}));
}

TEST_F(RemoveFilesTest, ATableGoesByItsOldNameToo) {
  Make({FileType::kOldTable, 7});
  Remove({{FileType::kTable, 7}});
  EXPECT_FALSE(Exists({FileType::kOldTable, 7}));
}

TEST_F(RemoveFilesTest, ATableIsClosedToo) {
  absl::StatusOr<AppendFile> file = AppendFile::Create(FilePath(path_, {FileType::kTable, 7}));
  ASSERT_TRUE(file.ok());
  FileMetaData meta;
  meta.number = 7;
  meta.smallest = meta.largest = InternalKey("key", 1, ValueType::kValue);
  TableBuilder builder(MakeTableOptions(Options()), &*file);
  ASSERT_TRUE(builder.Add(meta.smallest.Encode(), "value").ok());
  ASSERT_TRUE(builder.Finish().ok());
  meta.file_size = builder.FileSize();

  const std::weak_ptr<const Table> table = *tables_.Find(meta);
  ASSERT_FALSE(table.expired());
  Remove({{FileType::kTable, 7}});
  EXPECT_TRUE(table.expired());
}

TEST_F(RemoveFilesTest, TheLogSaysWhatWentAndWhatDidNot) {
  std::string lines;
  class Lines final : public InfoLog {
   public:
    explicit Lines(std::string* lines) : lines_(lines) {}
    void Log(std::string_view line) override { lines_->append(line).push_back('\n'); }

   private:
    std::string* const lines_;
  } info_log(&lines);
  Make({FileType::kTable, 1});
  RemoveFiles({{FileType::kTable, 1}, {FileType::kTable, 2}}, {&path_, &tables_, &info_log});
  EXPECT_EQ(lines, "removes 2 files\nremoved 000001.ldb\nleft behind: 000002.ldb\nremoval: done\n");
}

TEST_F(RemoveFilesTest, OneThatIsNotThereKeepsNoOtherFromGoing) {
  Make({FileType::kLog, 2});
  Remove({{FileType::kLog, 1}, {FileType::kLog, 2}});
  EXPECT_FALSE(Exists({FileType::kLog, 2}));
}

}  // namespace
}  // namespace harrow::engine
