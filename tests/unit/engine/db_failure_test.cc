// Real failures of real file calls, made with directories in the way of new files, a limit on file
// sizes, and damaged tables: what the database says to later writes, what reads see, what a reopen
// brings back.
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "tests/unit/engine/db_fixture.h"

namespace harrow::engine {
namespace {

class DbFailureTest : public DbTest {
 protected:
  // Every kind of write is refused with the same status; reads go on.
  void ExpectPoisoned(const absl::Status& failure, const std::string& a) {
    EXPECT_EQ(db_->background_error(), failure);
    EXPECT_EQ(Put("later", "1"), failure);
    EXPECT_EQ(db_->Put({.sync = true}, "later", "1"), failure);
    EXPECT_EQ(db_->Delete(WriteOptions(), "a"), failure);
    EXPECT_EQ(db_->Write(WriteOptions(), WriteBatch()), failure);
    EXPECT_EQ(db_->Flush(), failure);
    EXPECT_EQ(Get("a"), a);
    EXPECT_EQ(Get("later"), "none");
    EXPECT_EQ(db_->counters().background_errors, 1U);
  }
};

TEST_F(DbFailureTest, FailedRotationPoisons) {
  Open();
  ASSERT_TRUE(Put("a", "1").ok());
  const std::string in_the_way = FilePath(path(), {FileType::kLog, NextFileNumber()});
  ASSERT_EQ(::mkdir(in_the_way.c_str(), 0755), 0);
  const absl::Status failure = db_->Flush();
  EXPECT_EQ(failure.code(), absl::StatusCode::kInternal);
  ExpectPoisoned(failure, "1");
  db_.reset();
  std::filesystem::remove(in_the_way);
  Open();
  EXPECT_EQ(Get("a"), "1");
  EXPECT_TRUE(Put("a", "2").ok());
}

TEST_F(DbFailureTest, FailedFlushPoisons) {
  Open();
  ASSERT_TRUE(Put("a", "1").ok());
  // The next number is the log's, the one after it the table's.
  const std::string in_the_way = FilePath(path(), {FileType::kTable, NextFileNumber() + 1});
  ASSERT_EQ(::mkdir(in_the_way.c_str(), 0755), 0);
  const absl::Status failure = db_->Flush();
  EXPECT_EQ(failure.code(), absl::StatusCode::kInternal);
  ExpectPoisoned(failure, "1");
  db_.reset();
  std::filesystem::remove(in_the_way);
  Open();
  EXPECT_EQ(Get("a"), "1");
}

// The file size limit cuts a log write short and fails the rest of it.
TEST_F(DbFailureTest, ShortWritePoisons) {
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit unlimited;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &unlimited), 0);
  options_.write_buffer_size = 4 << 20;
  Open();
  ASSERT_TRUE(db_->Put({.sync = true}, "a", "1").ok());
  rlimit small = unlimited;
  small.rlim_cur = 10'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status failure = Put("a", std::string(50'000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &unlimited), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(failure.code(), absl::StatusCode::kInternal);
  ExpectPoisoned(failure, "1");
  Open();
  EXPECT_EQ(Get("a"), "1");
  ASSERT_TRUE(db_->Put({.sync = true}, "a", "2").ok());
  Open();
  EXPECT_EQ(Get("a"), "2");
}

TEST_F(DbFailureTest, DamagedTableIsReportedAndNotTakenForAnAbsentKey) {
  Open();
  ASSERT_TRUE(Put("a", std::string(5000, 'x')).ok());
  ASSERT_TRUE(db_->Flush().ok());
  std::string table;
  for (const FileName& file : Files()) {
    if (file.type == FileType::kTable) table = FilePath(path(), file);
  }
  db_.reset();
  const std::string bytes = ReadFile(table).value();
  std::string damaged = bytes;
  damaged[100] = 'y';
  const auto replace = [&](std::string_view contents) {
    absl::StatusOr<AppendFile> file = AppendFile::Create(table);
    ASSERT_TRUE(file.ok() && file->Append(contents).ok());
  };
  for (const std::string& bad : {damaged, bytes.substr(0, bytes.size() - 1), std::string()}) {
    replace(bad);
    Open();
    std::string value;
    EXPECT_EQ(db_->Get(ReadOptions(), "a", &value).code(), absl::StatusCode::kDataLoss);
    const std::unique_ptr<Iterator> it = db_->NewIterator(ReadOptions());
    it->SeekToFirst();
    EXPECT_FALSE(it->Valid());
    EXPECT_EQ(it->status().code(), absl::StatusCode::kDataLoss);
  }
  std::filesystem::remove(table);
  std::string value;
  EXPECT_EQ(db_->Get(ReadOptions(), "a", &value).code(), absl::StatusCode::kDataLoss);
  replace(bytes);
  EXPECT_EQ(Get("a").size(), 5000U);
}

}  // namespace
}  // namespace harrow::engine
