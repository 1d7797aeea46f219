// A log that is synced again and again grows by whole blocks, and ends with its last record once it
// is rotated out or the database is closed.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/db.h"
#include "engine/log_format.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/db_fixture.h"

namespace harrow::engine {
namespace {

class LogEndTest : public DbTest {
 protected:
  absl::Status PutSynced(const std::string& key, const std::string& value) {
    return db_->Put({.sync = true}, key, value);
  }
  // Of the log in use.
  std::uint64_t LogSize() const {
    std::uint64_t newest = 0;
    std::uint64_t size = 0;
    const std::vector<std::string> names = ListDirectory(path()).value();
    for (const std::string& name : names) {
      const std::optional<FileName> file = ParseFileName(name);
      if (!file.has_value() || file->type != FileType::kLog || file->number < newest) continue;
      newest = file->number;
      size = FileSize(directory_.File(name)).value();
    }
    return size;
  }
};

TEST_F(LogEndTest, TheSecondSyncMakesTheLogLongerAndTheCloseCutsIt) {
  Open();
  ASSERT_TRUE(PutSynced("a", "1").ok());
  const std::uint64_t record_size = LogSize();
  EXPECT_LT(record_size, 100U);
  ASSERT_TRUE(PutSynced("b", "2").ok());
  EXPECT_EQ(LogSize(), kLogBlockSize);
  ASSERT_TRUE(Put("c", "3").ok());
  EXPECT_EQ(LogSize(), kLogBlockSize);
  ASSERT_TRUE(PutSynced("d", std::string(kLogBlockSize, 'd')).ok());
  EXPECT_EQ(LogSize(), 2 * kLogBlockSize);
  db_.reset();
  EXPECT_LT(LogSize(), kLogBlockSize + 5 * record_size);
  EXPECT_GT(LogSize(), kLogBlockSize);
  Open();
  EXPECT_EQ(Get("b") + Get("c"), "23");
}

TEST_F(LogEndTest, WithoutSyncsItEndsWithItsLastRecord) {
  Open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Put("a", "1").ok());
  EXPECT_LT(LogSize(), 200U);
}

// What a process that is killed leaves.
TEST_F(LogEndTest, ALogThatIsStillLongerIsReadToItsLastRecord) {
  Open();
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(PutSynced(key, key).ok());
  const ScratchDirectory copy;
  std::filesystem::copy(
      path(), copy.path(),
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  ASSERT_EQ(LogSize(), kLogBlockSize);
  const absl::StatusOr<std::unique_ptr<Db>> killed = Db::Open(options_, copy.path());
  ASSERT_TRUE(killed.ok()) << killed.status();
  std::string value;
  for (const char* key : {"a", "b", "c"}) {
    EXPECT_TRUE((*killed)->Get(ReadOptions(), key, &value).ok()) << key;
  }
}

}  // namespace
}  // namespace harrow::engine
