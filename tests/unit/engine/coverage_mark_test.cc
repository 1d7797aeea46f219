// One small case for each mark of logs and of compactions: the path is taken, and is counted once.
#include "engine/coverage_mark.h"

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/batch_group.h"
#include "engine/check.h"
#include "engine/cut_rule.h"
#include "engine/db.h"
#include "engine/drop_rule.h"
#include "engine/file.h"
#include "engine/log_chain.h"
#include "engine/log_format.h"
#include "engine/log_replay.h"
#include "engine/log_scan.h"
#include "engine/log_writer.h"
#include "engine/manifest.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/db_fixture.h"
#include "tests/unit/engine/version_text.h"

namespace harrow::engine {
namespace {

// What was reached since it was made, once each: "log: bad length". Twice: with a number.
class ReachedSince {
 public:
  ReachedSince() : before_(Counts()) {}
  std::string Names() const {
    const std::vector<std::uint64_t> now = Counts();
    std::string names;
    for (std::size_t i = 0; i < kMarkCount; ++i) {
      const std::uint64_t times = now[i] - before_[i];
      if (times == 0) continue;
      names += (names.empty() ? "" : ", ") + std::string(ToText(static_cast<Mark>(i)));
      if (times > 1) names += " (" + std::to_string(times) + ")";
    }
    return names;
  }

 private:
  static std::vector<std::uint64_t> Counts() {
    std::vector<std::uint64_t> counts;
    for (std::size_t i = 0; i < kMarkCount; ++i) {
      counts.push_back(ReachedCount(static_cast<Mark>(i)));
    }
    return counts;
  }

  const std::vector<std::uint64_t> before_;
};

// A record with one entry for "k".
std::string Record(SequenceNumber sequence, std::size_t value_size) {
  WriteBatch batch;
  batch.Put("k", std::string(value_size, 'v'));
  BatchGroup group;
  group.Append(batch);
  group.SetSequence(sequence);
  std::string record;
  for (const std::string_view piece : group.Record()) record += piece;
  return record;
}

// What LogWriter makes of the records.
std::string LogOf(const std::vector<std::string>& records) {
  const ScratchDirectory directory;
  absl::StatusOr<AppendFile> file = AppendFile::Create(directory.File("log"));
  HARROW_CHECK(file.ok());
  LogWriter writer(&*file);
  for (const std::string& record : records) HARROW_CHECK(writer.AddRecord(record).ok());
  absl::StatusOr<std::string> bytes = ReadFile(directory.File("log"));
  HARROW_CHECK(bytes.ok());
  return *std::move(bytes);
}

std::string Scanned(const std::string& log) {
  const ReachedSince reached;
  ScanLog("log", log);
  return reached.Names();
}

TEST(CoverageMarkTest, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kMarkCount; ++i) {
    const std::string_view name = ToText(static_cast<Mark>(i));
    EXPECT_FALSE(name.empty()) << i;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
}

TEST(CoverageMarkTest, WhereALogEnds) {
  const std::string log = LogOf({Record(1, 10), Record(2, 2 * kLogBlockSize)});
  const std::size_t first_size = kLogHeaderSize + Record(1, 10).size();
  EXPECT_EQ(Scanned(log), "");
  EXPECT_EQ(Scanned(""), "");
  EXPECT_EQ(Scanned(log.substr(0, first_size + 3)), "log: ends within a header");
  EXPECT_EQ(Scanned(log.substr(0, first_size + 20)), "log: ends within a payload");
  EXPECT_EQ(Scanned(log.substr(0, kLogBlockSize)), "log: ends within a record");
  EXPECT_EQ(Scanned(log.substr(0, first_size) + std::string(100, '\0')), "log: zeros for a header");
  std::string damaged = log;
  damaged[first_size + 5] = '\xff';
  EXPECT_EQ(Scanned(damaged), "log: bad length");
  damaged = log;
  damaged[first_size + kLogHeaderSize] ^= 1;
  EXPECT_EQ(Scanned(damaged), "log: bad checksum");
}

TEST(CoverageMarkTest, WhereARecordStarts) {
  // So long that `left` bytes of the block are behind it.
  const auto log_before = [](std::size_t left) {
    const std::size_t size = kLogBlockSize - left - kLogHeaderSize;
    const ReachedSince reached;
    LogOf({std::string(size, 'x'), "second"});
    return reached.Names();
  };
  EXPECT_EQ(log_before(kLogHeaderSize + 1), "");
  EXPECT_EQ(log_before(kLogHeaderSize), "log: a FIRST fragment without payload");
  EXPECT_EQ(log_before(kLogHeaderSize - 1), "log: a block's trailer");
  EXPECT_EQ(log_before(1), "log: a block's trailer");
  EXPECT_EQ(log_before(0), "");
}

TEST(CoverageMarkTest, SeveralLogs) {
  const auto replayed = [](const std::vector<std::string>& logs, std::size_t memtable_size) {
    const ReachedSince reached;
    LogChain chain(0);
    for (const std::string& log : logs) chain.Add("log", log);
    LogReplay replay(memtable_size, [](const MemTable&) { return absl::OkStatus(); });
    HARROW_CHECK(chain.Replay(&replay).ok());
    return reached.Names();
  };
  const std::string first = LogOf({Record(1, 10)});
  const std::string second = LogOf({Record(2, 10)});
  EXPECT_EQ(replayed({first}, 1 << 20), "");
  EXPECT_EQ(replayed({first, ""}, 1 << 20), "");
  EXPECT_EQ(replayed({first, second}, 1 << 20), "recovery: records in several logs");
  EXPECT_EQ(replayed({first, second}, 0),
            "recovery: records in several logs, recovery: replay fills a memtable (2)");
}

TEST(CoverageMarkTest, WhatACompactionDropsAndKeeps) {
  const std::shared_ptr<const Version> version = MakeVersion({"2: 1[b-b]"});
  const ReachedSince reached;
  DropRule rule(version.get(), 0, 8);
  EXPECT_FALSE(rule.Drops({"a", 9, ValueType::kValue}, true));
  EXPECT_FALSE(rule.Drops({"a", 8, ValueType::kValue}, false));
  EXPECT_EQ(reached.Names(), "compaction: hidden entry kept");
  EXPECT_TRUE(rule.Drops({"a", 7, ValueType::kValue}, false));
  EXPECT_FALSE(rule.Drops({"b", 6, ValueType::kDeletion}, true));
  EXPECT_EQ(reached.Names(), "compaction: hidden entry kept");
  EXPECT_TRUE(rule.Drops({"c", 5, ValueType::kDeletion}, true));
  EXPECT_EQ(reached.Names(), "compaction: hidden entry kept, compaction: deletion dropped");
}

TEST(CoverageMarkTest, WhereAnOutputEnds) {
  const std::shared_ptr<const Version> version = MakeVersion({"3: 1[a-b]*60 2[c-d]*60"});
  const ReachedSince reached;
  CutRule rule(&version->level(3), {.file_size = 1000, .grandparent_overlap = 100});
  EXPECT_FALSE(rule.CutsBefore("a", 0));
  EXPECT_FALSE(rule.CutsBefore("c", 10));
  EXPECT_EQ(reached.Names(), "");
  EXPECT_TRUE(rule.CutsBefore("e", 20));
  EXPECT_FALSE(rule.CutsBefore("f", 0));
  EXPECT_TRUE(rule.CutsBefore("g", 1000));
  EXPECT_EQ(reached.Names(), "compaction: output cut by overlap");
}

class CoverageMarkDbTest : public DbTest {};

TEST_F(CoverageMarkDbTest, OpeningAndFlushing) {
  const ReachedSince reached;
  Open();
  ASSERT_TRUE(db_->Flush().ok());
  EXPECT_EQ(reached.Names(), "forced flush: of nothing");
  ASSERT_TRUE(Put("a", "1").ok());
  Open();
  EXPECT_EQ(Get("a"), "1");
  EXPECT_EQ(reached.Names(), "forced flush: of nothing, recovery: flush");
}

TEST_F(CoverageMarkDbTest, WhatAnOpenFinds) {
  Open();
  db_.reset();
  // A third of a header: an edit that was cut.
  const std::string manifest = FilePath(path(), {FileType::kManifest, ReadCurrent(path()).value()});
  std::filesystem::resize_file(manifest, FileSize(manifest).value() + 3);
  for (const FileType type : {FileType::kTable, FileType::kTemporary}) {
    ASSERT_TRUE(AppendFile::Create(FilePath(path(), {type, 99})).ok());
  }
  const ReachedSince reached;
  Open();
  EXPECT_EQ(
      reached.Names(),
      "recovery: torn manifest, recovery: table left over, recovery: temporary file left over");
  db_.reset();
  std::filesystem::remove(FilePath(path(), {FileType::kCurrent, 0}));
  options_.create_if_missing = false;
  EXPECT_FALSE(Db::Open(options_, path()).ok());
  EXPECT_EQ(reached.Names(),
            "recovery: torn manifest, recovery: open refused, recovery: table left over, "
            "recovery: temporary file left over");
}

}  // namespace
}  // namespace harrow::engine
