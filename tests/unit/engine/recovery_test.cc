// Directories as crashes and damage leave them, made by hand from logs and manifests, and what
// opening makes of them. State is compared as text: "a=1 b=2".
#include "engine/recovery.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/db.h"
#include "engine/file.h"
#include "engine/file_name.h"
#include "engine/info_log.h"
#include "engine/log_reader.h"
#include "engine/log_writer.h"
#include "engine/manifest.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {
namespace {

using Files = std::map<std::string, std::string>;

// The log of a fresh database.
constexpr std::uint64_t kFirstLog = 2;

class RecoveryTest : public testing::Test {
 protected:
  RecoveryTest() {
    options_.info_log = NewDiscardingInfoLog();  // a refused open shall change nothing at all
    Options creating = options_;
    creating.create_if_missing = true;
    EXPECT_TRUE(Db::Open(creating, path()).ok());
  }

  const std::string& path() const { return directory_.path(); }
  std::string LogPath(std::uint64_t number) const {
    return FilePath(path(), {FileType::kLog, number});
  }

  // A record that puts each key of "abc" with its sequence number as value; without keys, a marker.
  static std::string Record(SequenceNumber sequence, std::string_view keys) {
    WriteBatch batch;
    SequenceNumber value = sequence;
    for (const char key : keys) batch.Put(std::string(1, key), std::to_string(value++));
    batch.SetSequence(sequence);
    return std::string(batch.Contents());
  }
  void WriteLog(std::uint64_t number, const std::vector<std::string>& records) {
    absl::StatusOr<AppendFile> file = AppendFile::Create(LogPath(number));
    ASSERT_TRUE(file.ok()) << file.status();
    LogWriter writer(&*file);
    for (const std::string& record : records) ASSERT_TRUE(writer.AddRecord(record).ok());
  }
  void CutLog(std::uint64_t number, std::uint64_t bytes_less) {
    std::filesystem::resize_file(LogPath(number),
                                 std::filesystem::file_size(LogPath(number)) - bytes_less);
  }
  // Changes one byte; negative offsets count from the end.
  static void Damage(const std::string& file_path, std::int64_t offset) {
    std::string bytes = *ReadFile(file_path);
    const std::size_t at = offset >= 0 ? static_cast<std::size_t>(offset)
                                       : bytes.size() - static_cast<std::size_t>(-offset);
    bytes[at] = static_cast<char>(bytes[at] ^ 0x20);
    WriteBytes(file_path, bytes);
  }
  static void WriteBytes(const std::string& file_path, std::string_view bytes) {
    absl::StatusOr<AppendFile> file = AppendFile::Create(file_path);
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE(file->Append(bytes).ok());
  }

  std::vector<std::string> Names() const { return ListDirectory(path()).value(); }
  Files ReadAll() const {
    Files files;
    for (const std::string& name : Names()) {
      if (std::filesystem::is_regular_file(directory_.File(name))) {
        files[name] = *ReadFile(directory_.File(name));
      }
    }
    return files;
  }
  void Restore(const Files& files) {
    for (const std::string& name : Names()) {
      std::filesystem::remove(directory_.File(name));
    }
    for (const auto& [name, bytes] : files) WriteBytes(directory_.File(name), bytes);
  }

  // The state after an open, or the code of its failure.
  std::string Open(DbCounters* counters = nullptr) {
    const absl::StatusOr<std::unique_ptr<Db>> db = Db::Open(options_, path());
    if (!db.ok()) return absl::StatusCodeToString(db.status().code());
    if (counters != nullptr) *counters = (*db)->counters();
    return Describe(db->get());
  }
  static std::string Describe(Db* db) {
    std::string text;
    const std::unique_ptr<Iterator> it = db->NewIterator(ReadOptions());
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      if (!text.empty()) text += " ";
      text.append(it->key()).append("=").append(it->value().substr(0, 8));
    }
    EXPECT_TRUE(it->status().ok()) << it->status();
    return text;
  }
  // A failed open changes nothing that was there; it may leave new files.
  void ExpectRefused(std::string_view code) {
    const Files before = ReadAll();
    EXPECT_EQ(Open(), code);
    const Files after = ReadAll();
    for (const auto& [name, bytes] : before) {
      ASSERT_TRUE(after.contains(name)) << name;
      EXPECT_EQ(after.at(name), bytes) << name;
    }
  }
  // The number of the first write after an open.
  SequenceNumber NextSequence() {
    absl::StatusOr<std::unique_ptr<Db>> db = Db::Open(options_, path());
    EXPECT_TRUE(db.ok()) << db.status();
    EXPECT_TRUE((*db)->Put(WriteOptions(), "next", "").ok());
    db->reset();
    SequenceNumber next = 0;
    for (const auto& [name, bytes] : ReadAll()) {
      if (!name.ends_with(".log")) continue;
      LogReader reader(bytes);
      std::string_view record;
      std::string scratch;
      EXPECT_EQ(reader.ReadRecord(&record, &scratch), LogRead::kRecord);
      next = DecodeFixed64(record.data());
    }
    return next;
  }

  const ScratchDirectory directory_;
  Options options_;
};

TEST_F(RecoveryTest, EveryCutOfTheLastLogGivesTheRecordsBeforeIt) {
  const std::vector<std::string> records = {Record(1, "a"), Record(2, "bca"), Record(5, "d")};
  WriteLog(kFirstLog, records);
  const Files whole = ReadAll();
  const std::string log = whole.at("000002.log");
  std::size_t ends[3];
  std::size_t end = 0;
  for (std::size_t i = 0; i < 3; ++i) ends[i] = end += kLogHeaderSize + records[i].size();
  ASSERT_EQ(end, log.size());
  for (std::size_t size = 0; size <= log.size(); ++size) {
    Files cut = whole;
    cut["000002.log"].resize(size);
    Restore(cut);
    const std::string state = size >= ends[2]   ? "a=4 b=2 c=3 d=5"
                              : size >= ends[1] ? "a=4 b=2 c=3"
                              : size >= ends[0] ? "a=1"
                                                : "";
    ASSERT_EQ(Open(), state) << size;
    if (size % 8 == 0) {
      ASSERT_EQ(Open(), state) << size << ", opened again";
    }
  }
}

TEST_F(RecoveryTest, CutsOfRecordOfManyFragments) {
  WriteBatch batch;
  batch.Put("big", std::string(70'000, 'x'));
  batch.SetSequence(2);
  WriteLog(kFirstLog, {Record(1, "a"), std::string(batch.Contents()), Record(3, "z")});
  const Files whole = ReadAll();
  const std::size_t end = whole.at("000002.log").size() - kLogHeaderSize - Record(3, "z").size();
  for (const std::size_t cut :
       {std::size_t{40}, std::size_t{4096}, kLogBlockSize - 1, kLogBlockSize, kLogBlockSize + 1,
        kLogBlockSize + kLogHeaderSize, 2 * kLogBlockSize + 5, end - 1, end, end + 1}) {
    Files files = whole;
    files["000002.log"].resize(cut);
    Restore(files);
    EXPECT_EQ(Open(), cut >= end ? "a=1 big=xxxxxxxx" : "a=1") << cut;
  }
}

TEST_F(RecoveryTest, TailThatIsZeroesOrGarbageIsATornOne) {
  WriteLog(kFirstLog, {Record(1, "a"), Record(2, "b"), Record(3, "c")});
  const Files whole = ReadAll();
  const std::size_t record_size = whole.at("000002.log").size() / 3;
  for (const char fill : {'\0', '\x55'}) {
    Files files = whole;
    // The second record is lost; the third, which came after it, has reached the disk.
    std::string& log = files["000002.log"];
    log.replace(record_size, record_size, record_size, fill);
    Restore(files);
    EXPECT_EQ(Open(), "a=1");
  }
}

TEST_F(RecoveryTest, LogsFollowEachOther) {
  WriteLog(kFirstLog, {Record(1, "a"), Record(2, "b")});
  WriteLog(7, {Record(3, "a"), Record(4, "")});
  WriteLog(9, {Record(4, "c")});
  EXPECT_EQ(Open(), "a=3 b=2 c=4");
  EXPECT_EQ(NextSequence(), 5U);
}

TEST_F(RecoveryTest, WhatFollowsLostTailOfAnEarlierLogIsLeftOut) {
  WriteLog(kFirstLog, {Record(1, "a"), Record(2, "b")});
  WriteLog(7, {Record(3, "c"), Record(4, "defgh")});
  CutLog(kFirstLog, 1);
  EXPECT_EQ(Open(), "a=1");
  EXPECT_EQ(Open(), "a=1");
  EXPECT_GT(NextSequence(), 8U) << "a number of a record that was left out is used again";
}

TEST_F(RecoveryTest, SoIsWhatFollowsALogThatLostWholeRecords) {
  WriteLog(kFirstLog, {Record(1, "a")});
  WriteLog(7, {Record(3, "c")});
  EXPECT_EQ(Open(), "a=1");
  EXPECT_GT(NextSequence(), 3U);
}

TEST_F(RecoveryTest, AndWhatFollowsALogThatLostAllItsRecords) {
  WriteLog(kFirstLog, {});
  WriteLog(7, {Record(3, "c")});
  EXPECT_EQ(Open(), "");
  // The same after a flush, which is where the manifest says that the log began.
  {
    const absl::StatusOr<std::unique_ptr<Db>> db = Db::Open(options_, path());
    ASSERT_TRUE((*db)->Put(WriteOptions(), "a", "1").ok());
    ASSERT_TRUE((*db)->Flush().ok());
  }
  const SequenceNumber next = NextSequence();
  std::uint64_t log_number = 0;
  for (const std::string& name : Names()) {
    const FileName file = ParseFileName(name).value();
    if (file.type == FileType::kLog) log_number = file.number;
  }
  WriteLog(log_number, {});
  WriteLog(log_number + 10, {Record(next + 1, "z")});
  EXPECT_EQ(Open(), "a=1");
}

TEST_F(RecoveryTest, MarkerInALaterLogMakesThatDamage) {
  WriteLog(kFirstLog, {Record(1, "a"), Record(2, "b")});
  WriteLog(7, {Record(3, "c"), Record(4, "")});
  const Files whole = ReadAll();
  EXPECT_EQ(Open(), "a=1 b=2 c=3");
  Restore(whole);
  CutLog(kFirstLog, 1);
  ExpectRefused("DATA_LOSS");
  Restore(whole);
  CutLog(kFirstLog, std::filesystem::file_size(LogPath(kFirstLog)) / 2);
  ExpectRefused("DATA_LOSS");
  Restore(whole);
  Damage(LogPath(kFirstLog), 10);
  ExpectRefused("DATA_LOSS");
  // Its own log's tail does not matter.
  Restore(whole);
  CutLog(7, 1);
  EXPECT_EQ(Open(), "a=1 b=2 c=3");
}

TEST_F(RecoveryTest, TornTailBeforeEmptyLogOfAnOpenThatFailed) {
  WriteLog(kFirstLog, {Record(1, "a"), Record(2, "b")});
  CutLog(kFirstLog, 3);
  WriteLog(7, {});
  EXPECT_EQ(Open(), "a=1");
}

TEST_F(RecoveryTest, NumbersThatLostBytesMayHoldAreNotUsedAgain) {
  WriteLog(kFirstLog, {Record(1, "a"), Record(2, "bcdefghijk")});
  Damage(LogPath(kFirstLog), -1);
  EXPECT_GT(NextSequence(), 11U);
}

TEST_F(RecoveryTest, GoodChecksumOverBadContentsIsDamage) {
  WriteLog(kFirstLog, {Record(1, "a"), "this is no batch"});
  ExpectRefused("DATA_LOSS");
  WriteLog(kFirstLog, {Record(1, "ab"), Record(2, "c")});
  ExpectRefused("DATA_LOSS");
}

TEST_F(RecoveryTest, ManyTablesComeOutOfOneLargeLog) {
  options_.write_buffer_size = 4096;
  std::vector<std::string> records;
  for (SequenceNumber i = 1; i <= 500; ++i) {
    WriteBatch batch;
    batch.Put("key" + std::to_string(i % 50), std::to_string(i));
    batch.SetSequence(i);
    records.emplace_back(batch.Contents());
  }
  WriteLog(kFirstLog, records);
  const std::string state = Open();
  EXPECT_EQ(state.substr(0, 19), "key0=500 key1=451 k");
  EXPECT_EQ(Open(), state);
}

TEST_F(RecoveryTest, MissingOrDamagedPartsAreRefusedAndNothingIsTouched) {
  {
    const absl::StatusOr<std::unique_ptr<Db>> db = Db::Open(options_, path());
    ASSERT_TRUE((*db)->Put({.sync = true}, "a", "1").ok());
    ASSERT_TRUE((*db)->Flush().ok());
    ASSERT_TRUE((*db)->Put({.sync = true}, "b", "2").ok());
  }
  const Files whole = ReadAll();
  int kinds = 0;
  for (const auto& [name, bytes] : whole) {
    const std::optional<FileName> file = ParseFileName(name);
    if (file->type == FileType::kLock) continue;
    ++kinds;
    SCOPED_TRACE(name);
    Files missing = whole;
    missing.erase(name);
    Restore(missing);
    // Also where a missing database would be created.
    options_.create_if_missing = true;
    ExpectRefused("DATA_LOSS");
  }
  EXPECT_EQ(kinds, 4);  // CURRENT, manifest, log, table
  for (const std::string_view current : {"", "MANIFEST-000004", "MANIFEST-x\n", "000004.log\n"}) {
    Restore(whole);
    WriteBytes(directory_.File("CURRENT"), current);
    ExpectRefused("DATA_LOSS");
  }
  Restore(whole);
  EXPECT_EQ(Open(), "a=1 b=2");
}

TEST_F(RecoveryTest, FailedLookForCurrentIsNotANewDatabase) {
  WriteLog(kFirstLog, {Record(1, "a")});
  Files whole = ReadAll();
  const std::string current = directory_.File("CURRENT");
  std::filesystem::remove(current);
  ASSERT_EQ(::symlink("CURRENT", current.c_str()), 0);  // opening it fails with ELOOP
  options_.create_if_missing = true;
  EXPECT_EQ(Open(), "INTERNAL");
  std::filesystem::remove(current);
  ASSERT_EQ(::mkdir(current.c_str(), 0755), 0);  // reading it fails with EISDIR
  EXPECT_EQ(Open(), "INTERNAL");
  std::filesystem::remove(current);
  WriteBytes(current, whole["CURRENT"]);
  EXPECT_EQ(ReadAll(), whole);
  EXPECT_EQ(Open(), "a=1");
}

TEST_F(RecoveryTest, LogThatCannotBeReadIsNotAnEmptyOne) {
  WriteLog(kFirstLog, {Record(1, "a")});
  const std::string bytes = *ReadFile(LogPath(kFirstLog));
  std::filesystem::remove(LogPath(kFirstLog));
  ASSERT_EQ(::mkdir(LogPath(kFirstLog).c_str(), 0755), 0);
  EXPECT_EQ(Open(), "INTERNAL");
  std::filesystem::remove(LogPath(kFirstLog));
  WriteBytes(LogPath(kFirstLog), bytes);
  EXPECT_EQ(Open(), "a=1");
}

// Until CURRENT is replaced, an open leaves the old state whole: with all its new files, and the
// old CURRENT, it is as if it had not been.
TEST_F(RecoveryTest, CrashInsideRecoveryLosesNothing) {
  WriteLog(kFirstLog, {Record(1, "a"), Record(2, "b")});
  WriteLog(7, {Record(3, "c")});
  const Files before = ReadAll();
  EXPECT_EQ(Open(), "a=1 b=2 c=3");
  Files between = ReadAll();
  for (const auto& [name, bytes] : before) between[name] = bytes;
  Restore(between);
  EXPECT_EQ(Open(), "a=1 b=2 c=3");
  // Its new files only in part.
  for (auto& [name, bytes] : between) {
    if (!before.contains(name)) bytes.resize(bytes.size() / 2);
  }
  Restore(between);
  EXPECT_EQ(Open(), "a=1 b=2 c=3");
  EXPECT_EQ(ReadAll().size(), 5U) << "CURRENT, LOCK, a manifest, a log, a table";
}

TEST_F(RecoveryTest, CrashAfterCurrentWasReplacedLosesNothing) {
  WriteLog(kFirstLog, {Record(1, "a"), Record(2, "b")});
  const Files before = ReadAll();
  EXPECT_EQ(Open(), "a=1 b=2");
  Files both = ReadAll();
  for (const auto& [name, bytes] : before) both.try_emplace(name, bytes);
  Restore(both);
  EXPECT_EQ(Open(), "a=1 b=2");
}

TEST_F(RecoveryTest, CutsOfTheLastManifestEdit) {
  {
    const absl::StatusOr<std::unique_ptr<Db>> db = Db::Open(options_, path());
    ASSERT_TRUE((*db)->Put({.sync = true}, "a", "1").ok());
  }
  Files before = ReadAll();  // the write is in the log
  const std::string log = "000004.log";
  ASSERT_TRUE(before.contains(log));
  {
    const absl::StatusOr<std::unique_ptr<Db>> db = Db::Open(options_, path());
    ASSERT_TRUE((*db)->Put({.sync = true}, "b", "2").ok());
    before = ReadAll();
    ASSERT_TRUE((*db)->Flush().ok());
  }
  // The edit of the flush is not whole, and so the log was not removed.
  const Files after = ReadAll();
  const std::string manifest = *ReadFile(directory_.File("CURRENT"));
  const std::string name = manifest.substr(0, manifest.size() - 1);
  const std::size_t old_size = before.at(name).size();
  const std::size_t new_size = after.at(name).size();
  ASSERT_LT(old_size, new_size);
  for (std::size_t size = old_size; size <= new_size; ++size) {
    Files cut = after;
    for (const auto& [file, bytes] : before) cut.try_emplace(file, bytes);
    cut[name].resize(size);
    Restore(cut);
    ASSERT_EQ(Open(), "a=1 b=2") << size;
  }
  for (std::size_t size = 0; size < old_size; size += 7) {
    Files cut = before;
    cut[name].resize(size);
    Restore(cut);
    ExpectRefused("DATA_LOSS");
  }
}

TEST_F(RecoveryTest, DamageInsideTheManifestIsNoTornEdit) {
  std::size_t first_size = 0;
  std::string manifest;
  {
    const absl::StatusOr<std::unique_ptr<Db>> db = Db::Open(options_, path());
    manifest = FilePath(path(), {FileType::kManifest, ReadCurrent(path()).value()});
    first_size = ReadFile(manifest).value().size();
    for (const char* key : {"a", "b"}) {
      ASSERT_TRUE((*db)->Put(WriteOptions(), key, "1").ok());
      ASSERT_TRUE((*db)->Flush().ok());
    }
  }
  Damage(manifest, static_cast<std::int64_t>(first_size + kLogHeaderSize + 3));
  ExpectRefused("DATA_LOSS");
}

TEST_F(RecoveryTest, OptionsDecideAboutMissingAndExistingDatabases) {
  options_.error_if_exists = true;
  ExpectRefused("FAILED_PRECONDITION");
  const ScratchDirectory empty;
  Options options;
  EXPECT_EQ(Db::Open(options, empty.path()).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Db::Open(options, empty.File("none")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(empty.File("none")));
  options.create_if_missing = true;
  EXPECT_TRUE(Db::Open(options, empty.File("none")).ok());
}

TEST_F(RecoveryTest, UnfinishedCreationIsFinished) {
  // A log and a manifest, no CURRENT: the first open never returned.
  std::filesystem::remove(directory_.File("CURRENT"));
  options_.create_if_missing = true;
  EXPECT_EQ(Open(), "");
  EXPECT_EQ(ReadAll().size(), 4U);
}

TEST_F(RecoveryTest, OneOpenAtATime) {
  const absl::StatusOr<std::unique_ptr<Db>> db = Db::Open(options_, path());
  ASSERT_TRUE(db.ok());
  EXPECT_EQ(Open(), "FAILED_PRECONDITION");
}

}  // namespace
}  // namespace harrow::engine
