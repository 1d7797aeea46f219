// What the info log says of a database's life, and that no failure of it is noticed.
#include "engine/info_log.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/file_info_log.h"
#include "tests/unit/engine/db_fixture.h"
#include "tests/unit/engine/text_pattern.h"

namespace harrow::engine {
namespace {

constexpr char kTime[] =
    "[0-9]{4}/[01][0-9]/[0-3][0-9]-[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\\.[0-9]{6} ";

// A line of a LOG with this text.
bool IsLine(const std::string& line, const std::string& pattern) {
  return IsMatch(line, kTime + pattern);
}

class CollectingInfoLog final : public InfoLog {
 public:
  void Log(std::string_view line) override {
    std::lock_guard<std::mutex> lock(mutex_);
    text_.append(line).append("\n");
  }
  std::string text() {
    std::lock_guard<std::mutex> lock(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

class InfoLogTest : public DbTest {
 protected:
  std::string File(std::string_view name) const { return directory_.File(name); }
  std::string LogText() const { return ReadFile(File("LOG")).value(); }
  void MakeFullDirectory(const std::string& name) const {
    std::filesystem::create_directories(File(name) + "/full");
  }
  // A database that writes, flushes, is closed and keeps what was written.
  void ExpectItWorks() {
    Open();
    ASSERT_TRUE(db_->Put({.sync = true}, "a", "1").ok());
    ASSERT_TRUE(db_->Flush().ok());
    ASSERT_TRUE(Put("b", "2").ok());
    Open();
    EXPECT_EQ(Get("a"), "1");
    EXPECT_EQ(Get("b"), "2");
    EXPECT_TRUE(db_->background_error().ok());
  }
};

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  for (std::size_t end; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    lines.push_back(text.substr(start, end - start));
  }
  EXPECT_EQ(start, text.size()) << "the last line has no end";
  return lines;
}

TEST_F(InfoLogTest, TellsALife) {
  Open();
  ASSERT_TRUE(Put("a", "1").ok());
  ASSERT_TRUE(db_->Flush().ok());
  ASSERT_TRUE(Put("secret", "2").ok());
  db_.reset();
  const std::string first = LogText();
  EXPECT_FALSE(std::filesystem::exists(File("LOG.old")));
  EXPECT_TRUE(Contains(first, "opened: 0 0 0 0 0 0 0 tables by level")) << first;
  EXPECT_TRUE(Contains(first, "rotated to log [0-9]+\n")) << first;
  EXPECT_TRUE(Contains(first, "flush: table [0-9]+ of [0-9]+ bytes")) << first;
  EXPECT_TRUE(Contains(first, "removed [0-9]+\\.log")) << first;
  EXPECT_TRUE(Contains(first, "closed\n$")) << first;

  Open();
  EXPECT_EQ(ReadFile(File("LOG.old")).value(), first);
  db_.reset();
  const std::string second = LogText();
  EXPECT_TRUE(
      Contains(second, "opening by row V: last sequence of the manifest 1, of the logs 2\n"))
      << second;
  EXPECT_TRUE(Contains(second, "opened: 1 0 1 0 0 0 0 tables by level")) << second;
  EXPECT_FALSE(Contains(first + second, "secret"));
  for (const std::string& line : Lines(first + second)) {
    EXPECT_TRUE(IsLine(line, ".+")) << line;
  }
}

TEST_F(InfoLogTest, ALogOfOnesOwnTakesThePlaceOfTheFile) {
  const auto log = std::make_shared<CollectingInfoLog>();
  options_.info_log = log;
  Open();
  ASSERT_TRUE(Put("a", "1").ok());
  const std::string in_the_way = FilePath(path(), {FileType::kLog, NextFileNumber()});
  ASSERT_EQ(::mkdir(in_the_way.c_str(), 0755), 0);
  EXPECT_FALSE(db_->Flush().ok());
  db_.reset();
  EXPECT_TRUE(Contains(log->text(), "background error, no more writes: INTERNAL: open .*\n"))
      << log->text();
  EXPECT_FALSE(std::filesystem::exists(File("LOG")));

  // A refused open says why.
  std::filesystem::remove(File("CURRENT"));
  ASSERT_EQ(::symlink("CURRENT", File("CURRENT").c_str()), 0);
  EXPECT_FALSE(Db::Open(options_, path()).ok());
  EXPECT_TRUE(Contains(log->text(), "open failed: INTERNAL: open .*CURRENT.*\n$")) << log->text();
}

TEST_F(InfoLogTest, WhereThereIsNoDatabaseNothingIsTouched) {
  options_.create_if_missing = false;
  ASSERT_TRUE(AppendFile::Create(File("LOG"))->Append("somebody's").ok());
  EXPECT_EQ(Db::Open(options_, path()).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(LogText(), "somebody's");
  EXPECT_FALSE(std::filesystem::exists(File("LOG.old")));
}

TEST_F(InfoLogTest, ADirectoryInItsPlaceIsMovedAside) {
  MakeFullDirectory("LOG");
  ExpectItWorks();
  EXPECT_TRUE(std::filesystem::is_directory(File("LOG.old")));
  EXPECT_TRUE(Contains(LogText(), "opened")) << LogText();
}

TEST_F(InfoLogTest, DirectoriesInTheWayOfBothFilesLeaveNoLog) {
  MakeFullDirectory("LOG");
  MakeFullDirectory("LOG.old");
  ExpectItWorks();
  EXPECT_TRUE(std::filesystem::is_directory(File("LOG")));
}

// The directory in the way keeps LOG, which leads to a full device, where it is.
TEST_F(InfoLogTest, AFullDiskIsNotNoticed) {
  MakeFullDirectory("LOG.old");
  ASSERT_EQ(::symlink("/dev/full", File("LOG").c_str()), 0);
  ExpectItWorks();
  EXPECT_TRUE(std::filesystem::is_symlink(File("LOG")));
}

TEST_F(InfoLogTest, ALineAfterOneThatWasCutOffStandsByItself) {
  FileInfoLog log(path());
  log.Log("first");
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit unlimited;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &unlimited), 0);
  rlimit small = unlimited;
  small.rlim_cur = LogText().size() + 29;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  log.Log("second");
  log.Log("third");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &unlimited), 0);
  std::signal(SIGXFSZ, old_handler);
  log.Log("fourth");
  log.Log("fifth");
  const std::vector<std::string> lines = Lines(LogText());
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_TRUE(IsLine(lines[0], "first")) << lines[0];
  EXPECT_TRUE(IsLine(lines[1], "se")) << lines[1];
  EXPECT_TRUE(IsLine(lines[2], "fourth")) << lines[2];
  EXPECT_TRUE(IsLine(lines[3], "fifth")) << lines[3];
}

TEST_F(InfoLogTest, ManyThreadsWriteWholeLines) {
  constexpr int kThreads = 4;
  constexpr int kLines = 300;
  FileInfoLog log(path());
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&log, thread] {
      for (int i = 0; i < kLines; ++i) log.Log("thread " + std::to_string(thread));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::map<std::string, int> counts;
  for (const std::string& line : Lines(LogText())) ++counts[line.substr(line.find(' ') + 1)];
  ASSERT_EQ(counts.size(), std::size_t{kThreads});
  for (const auto& [text, count] : counts) EXPECT_EQ(count, kLines) << text;
}

// Notes how nice the thread is that logs the begin of a flush, and all others.
class NicenessLog final : public InfoLog {
 public:
  void Log(std::string_view line) override {
    std::lock_guard<std::mutex> lock(mutex_);
    (line.starts_with("flush: begins") ? background : foreground)
        .insert(::getpriority(PRIO_PROCESS, 0));
  }
  std::set<int> background;
  std::set<int> foreground;

 private:
  std::mutex mutex_;
};

TEST_F(InfoLogTest, WhoFlushesIsNicerThanWhoWrites) {
  const int before = ::getpriority(PRIO_PROCESS, 0);
  const auto log = std::make_shared<NicenessLog>();
  options_.info_log = log;
  options_.flush_niceness = 3;
  Open();
  ASSERT_TRUE(Put("a", "1").ok());
  ASSERT_TRUE(db_->Flush().ok());
  db_.reset();
  EXPECT_EQ(log->background, std::set<int>{std::min(before + 3, 19)});
  EXPECT_TRUE(log->foreground.contains(before));
  EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), before);
}

}  // namespace
}  // namespace harrow::engine
