#include "sim/targets/sqlite_names.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace harrow::targets {
namespace {

using faults::FileKind;

std::string Written(std::string_view path, std::uint64_t offset, std::string_view bytes) {
  return DescribeSqliteBytes({path, TransferredBytes::Way::kWritten, offset, bytes});
}

TEST(SqliteNamesTest, EachFileHasItsKind) {
  EXPECT_EQ(ClassifySqlitePath("db"), FileKind::kTable);
  EXPECT_EQ(ClassifySqlitePath("db-journal"), FileKind::kLog);
  EXPECT_EQ(ClassifySqlitePath("db-wal"), FileKind::kLog);
  EXPECT_EQ(ClassifySqlitePath("db-shm"), FileKind::kOther);
  EXPECT_EQ(ClassifySqlitePath(""), FileKind::kDirectory);
}

TEST(SqliteNamesTest, WritesSayWhatTheyAre) {
  EXPECT_EQ(Written("db", 8192, std::string(4096, 'x')), "page 3");
  EXPECT_EQ(Written("db", 24, "abcd"), "");
  constexpr std::string_view kMagic("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7\0\0\0\2", 12);
  EXPECT_EQ(Written("db-journal", 0, kMagic), "header, 2 records");
  EXPECT_EQ(Written("db-journal", 0, std::string(28, '\0')), "header zeroed");
  EXPECT_EQ(Written("db-journal", 512, std::string_view("\0\0\1\2", 4)), "record of page 258");
  EXPECT_EQ(Written("db-journal", 4612, "\xab\xcd\xef\x01"), "checksum");
  EXPECT_EQ(Written("db-wal", 0, std::string(32, 'x')), "header");
  std::string frame = std::string("\0\0\0\3\0\0\0\0", 8) + std::string(16, 'x');
  EXPECT_EQ(Written("db-wal", 32, frame), "frame of page 3");
  frame[7] = 5;
  EXPECT_EQ(Written("db-wal", 32, frame), "frame of page 3, commits 5 pages");
  EXPECT_EQ(Written("db-shm", 0, std::string(4096, 'x')), "");
  EXPECT_EQ(DescribeSqliteBytes({"db", TransferredBytes::Way::kRead, 0, "x"}), "");
}

}  // namespace
}  // namespace harrow::targets
