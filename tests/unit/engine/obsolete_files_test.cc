#include "engine/obsolete_files.h"

#include <memory>
#include <string>
#include <vector>

#include "engine/file.h"
#include "engine/info_log.h"
#include "engine/options.h"
#include "engine/table_cache.h"
#include "engine/table_output.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {
namespace {

class RemoveFilesTest : public testing::Test {
 protected:
  RemoveFilesTest() {
    for (std::uint64_t number = 1; number <= 5; ++number) {
      files_.push_back({FileType::kLog, number});
      EXPECT_TRUE(AppendFile::Create(FilePath(directory_.path(), files_.back())).ok());
    }
  }
  // Pauses when so many are gone; what is left, by number.
  std::string RemoveUntil(std::size_t count) {
    const RemovalContext context{&path_, &tables_, info_log_.get(),
                                 [&] { return ListDirectory(path_).value().size() + count <= 5; }};
    std::string left;
    for (const FileName& file : RemoveFiles(files_, context)) left += std::to_string(file.number);
    return left;
  }
  std::string OnDisk() const {
    std::string numbers;
    for (const FileName& file : files_) {
      if (FileExists(FilePath(path_, file)).value()) numbers += std::to_string(file.number);
    }
    return numbers;
  }

  const ScratchDirectory directory_;
  const std::string path_ = directory_.path();
  TableCache tables_{path_, MakeTableOptions(Options()), 10};
  const std::shared_ptr<InfoLog> info_log_ = NewDiscardingInfoLog();
  std::vector<FileName> files_;
};

TEST_F(RemoveFilesTest, WithoutAPauseAllGo) {
  EXPECT_EQ(RemoveUntil(6), "");
  EXPECT_EQ(OnDisk(), "");
}

TEST_F(RemoveFilesTest, APauseLeavesTheRestWhichIsGivenBack) {
  EXPECT_EQ(RemoveUntil(2), "345");
  EXPECT_EQ(OnDisk(), "345");
}

TEST_F(RemoveFilesTest, OneGoesAlsoWhereAPauseIsDueAtOnce) {
  EXPECT_EQ(RemoveUntil(0), "2345");
  EXPECT_EQ(OnDisk(), "2345");
}

}  // namespace
}  // namespace harrow::engine
