// Directories with each of their files absent or damaged are repaired: nothing that could be read is
// lost, nothing is invented, every key has its newest value, and nothing is deleted.
#include "engine/repair_db.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/database_files.h"
#include "engine/destroy_db.h"
#include "engine/info_log.h"
#include "engine/memtable.h"
#include "engine/table_output.h"
#include "tests/unit/engine/db_fixture.h"
#include "tests/unit/engine/directory_entries.h"

namespace harrow::engine {
namespace {

using Bytes = std::map<std::string, std::string>;  // by name
using Harm = std::function<std::string(std::string)>;

class RepairDbTest : public DbTest {
 protected:
  RepairDbTest() { options_.info_log = NewDiscardingInfoLog(); }

  // Tables on two levels and two logs, with keys overwritten and deleted across all of them.
  void MakeDatabase() {
    options_.write_buffer_size = 16 << 10;
    options_.max_file_size = 16 << 10;
    Open();
    for (int round = 0; round < 6; ++round) {
      Churn(100, &model_);
      ASSERT_TRUE(db_->Flush().ok());
    }
    Churn(30, &model_);
    db_.reset();
  }
  std::vector<DatabaseFile> OwnFiles() const { return ListDatabaseFiles(path()).value(); }
  Bytes ReadAll() const {
    Bytes files;
    for (const DatabaseFile& file : OwnFiles()) {
      files[file.name] = ReadFile(directory_.File(file.name)).value();
    }
    return files;
  }
  void WriteBytes(const std::string& name, std::string_view bytes) const {
    absl::StatusOr<AppendFile> file = AppendFile::Create(directory_.File(name));
    ASSERT_TRUE(file.ok() && file->Append(bytes).ok());
  }
  void Restore(const Bytes& files) const {
    for (const auto& entry : std::filesystem::directory_iterator(path())) {
      std::filesystem::remove_all(entry.path());
    }
    for (const auto& [name, bytes] : files) WriteBytes(name, bytes);
  }
  // Of all files but one.
  EntryMap EntriesWithout(std::string_view name) const {
    EntryMap all;
    for (const DatabaseFile& file : OwnFiles()) {
      if (file.name != name) all.merge(EntriesOfFile(path(), file));
    }
    return all;
  }
  EntryMap Entries() const { return EntriesWithout(""); }

  // Repairs, opens, and holds the entries and what reads see against the two bounds.
  void ExpectRepaired(const EntryMap& at_least, const EntryMap& at_most) {
    ASSERT_EQ(RepairDb(options_, path()), absl::OkStatus());
    const EntryMap entries = Entries();
    for (const auto& [key, value] : at_least) {
      const auto found = entries.find(key);
      ASSERT_TRUE(found != entries.end()) << "lost: " << ExtractUserKey(key);
      ASSERT_EQ(found->second, value);
    }
    for (const auto& [key, value] : entries) {
      const auto found = at_most.find(key);
      ASSERT_TRUE(found != at_most.end() && found->second == value)
          << "invented: " << ExtractUserKey(key);
    }
    Open();
    ExpectState(Newest(entries));
    ASSERT_TRUE(db_->Put({.sync = true}, "key1", "new").ok());
    EXPECT_EQ(Get("key1"), "new");
    db_.reset();
  }

  Model model_;
};

TEST_F(RepairDbTest, AWholeDatabaseKeepsItsState) {
  MakeDatabase();
  const EntryMap before = Entries();
  ASSERT_EQ(Newest(before), model_);
  ExpectRepaired(before, before);
  model_["key1"] = "new";
  const EntryMap again = Entries();
  ExpectRepaired(again, again);
}

TEST_F(RepairDbTest, EachFileAbsentOrDamaged) {
  MakeDatabase();
  const Bytes whole = ReadAll();
  const EntryMap all = Entries();
  const std::vector<std::pair<const char*, Harm>> harms = {
      {"empty", [](const std::string&) { return std::string(); }},
      {"cut", [](const std::string& bytes) { return bytes.substr(0, bytes.size() / 2); }},
      {"last byte gone",
       [](const std::string& bytes) { return bytes.substr(0, bytes.size() - 1); }},
      {"zeros", [](const std::string& bytes) { return std::string(bytes.size(), '\0'); }},
      {"garbage",
       [this](std::string bytes) {
         for (char& byte : bytes) byte = static_cast<char>(random_());
         return bytes;
       }},
      {"flipped",
       [this](std::string bytes) {
         char& byte = bytes[random_() % bytes.size()];
         byte = static_cast<char>(byte ^ (1 << random_() % 8));
         return bytes;
       }},
  };
  std::map<FileType, int> kinds;
  for (const auto& [name, bytes] : whole) {
    const FileType type = ParseFileName(name)->type;
    // Two of each kind are enough.
    if (type == FileType::kLock || kinds[type]++ == 2) continue;
    Restore(whole);
    const EntryMap others = EntriesWithout(name);
    const bool no_data = type == FileType::kCurrent || type == FileType::kManifest;
    SCOPED_TRACE(name);
    std::filesystem::remove(directory_.File(name));
    ExpectRepaired(others, no_data ? all : others);
    for (const auto& [harm, apply] : harms) {
      SCOPED_TRACE(harm);
      Restore(whole);
      const std::string damaged = apply(bytes);
      WriteBytes(name, damaged);
      ExpectRepaired(others, all);
      // Whatever was taken out of use is still there.
      if (std::filesystem::exists(directory_.File("lost/" + name)) && type != FileType::kLock) {
        EXPECT_EQ(ReadFile(directory_.File("lost/" + name)).value(), damaged);
      } else {
        EXPECT_TRUE(type == FileType::kCurrent || std::string_view(harm) == "flipped") << harm;
      }
    }
  }
  EXPECT_EQ(kinds.size(), 4U);  // CURRENT, manifest, log, tables
}

TEST_F(RepairDbTest, ManyFilesDamagedAtOnce) {
  MakeDatabase();
  const Bytes whole = ReadAll();
  const EntryMap all = Entries();
  for (int round = 0; round < 10; ++round) {
    Restore(whole);
    for (const auto& [name, bytes] : whole) {
      if (name == "LOCK") continue;
      std::string damaged = bytes;
      for (auto count = random_() % 3; count > 0; --count) {
        damaged[random_() % damaged.size()] = static_cast<char>(random_());
      }
      if (random_() % 4 == 0) damaged.resize(random_() % damaged.size());
      WriteBytes(name, damaged);
    }
    ExpectRepaired({}, all);
  }
}

// One bad byte costs the block it is in, of a table and of a log, and nothing behind it.
TEST_F(RepairDbTest, WhatADamagedFileStillHoldsIsKept) {
  options_.write_buffer_size = 1 << 20;
  options_.max_file_size = 1 << 20;
  const auto key = [](int i) { return "key" + std::to_string(1000 + i); };
  Open();
  for (int i = 0; i < 800; ++i) {
    ASSERT_TRUE(Put(key(i), std::string(100, 'v')).ok());
    if (i == 399) {
      ASSERT_TRUE(db_->Flush().ok());
    }
  }
  db_.reset();
  for (const auto& [name, bytes] : ReadAll()) {
    const FileType type = ParseFileName(name)->type;
    if (type != FileType::kTable && type != FileType::kLog) continue;
    ASSERT_GT(bytes.size(), 40'000U);
    std::string damaged = bytes;
    damaged[50] = static_cast<char>(damaged[50] ^ 1);
    WriteBytes(name, damaged);
  }
  ASSERT_EQ(RepairDb(options_, path()), absl::OkStatus());
  Open();
  EXPECT_EQ(Get(key(0)), "none");
  EXPECT_EQ(Get(key(400)), "none");
  for (int i = 20; i < 400; ++i) ASSERT_EQ(Get(key(i)), std::string(100, 'v')) << i;
  for (int i = 700; i < 800; ++i) ASSERT_EQ(Get(key(i)), std::string(100, 'v')) << i;
}

// A compaction gave old entries the highest number, and the manifest that knew better is gone.
TEST_F(RepairDbTest, SequencesDecideNotFileNumbers) {
  options_.level0_file_num_compaction_trigger = 1000;
  Open();
  for (const char* value : {"1", "2", "3"}) {
    ASSERT_TRUE(Put("a", value).ok());
    ASSERT_TRUE(Put(std::string("only") + value, value).ok());
    ASSERT_TRUE(db_->Flush().ok());
  }
  db_.reset();
  std::vector<std::string> tables;
  for (const DatabaseFile& file : OwnFiles()) {
    if (file.meaning.type == FileType::kTable) tables.push_back(file.name);
  }
  ASSERT_EQ(tables.size(), 3U);
  std::filesystem::rename(directory_.File(tables[0]), directory_.File("000777.ldb"));
  std::filesystem::remove(directory_.File("CURRENT"));
  ASSERT_EQ(RepairDb(options_, path()), absl::OkStatus());
  Open();
  EXPECT_EQ(Get("a"), "3");
  EXPECT_EQ(Get("only1"), "1");
}

TEST_F(RepairDbTest, TablesThatOverlapNothingStayAsTheyAre) {
  Open();
  ASSERT_TRUE(Put("a", "1").ok());
  ASSERT_TRUE(db_->Flush().ok());
  ASSERT_TRUE(Put("b", "2").ok());
  ASSERT_TRUE(db_->Flush().ok());
  db_.reset();
  Bytes tables;
  for (const auto& [name, bytes] : ReadAll()) {
    if (ParseFileName(name)->type == FileType::kTable) tables[name] = bytes;
  }
  ASSERT_EQ(tables.size(), 2U);
  // One goes by the name that old LevelDBs gave.
  const std::string old_name =
      FormatFileName({FileType::kOldTable, ParseFileName(tables.begin()->first)->number});
  std::filesystem::rename(directory_.File(tables.begin()->first), directory_.File(old_name));
  ASSERT_EQ(RepairDb(options_, path()), absl::OkStatus());
  EXPECT_EQ(ReadFile(directory_.File(old_name)).value(), tables.begin()->second);
  EXPECT_EQ(ReadFile(directory_.File(tables.rbegin()->first)).value(), tables.rbegin()->second);
  Open();
  EXPECT_EQ(Get("a"), "1");
  EXPECT_EQ(Get("b"), "2");
}

// A key is put, deleted, and compacted away; then the tables that were compacted are there again, as a
// crash may leave them.
class ReplacedTableTest : public RepairDbTest {
 protected:
  void MakeDatabaseWithReplacedTables() {
    Open();
    ASSERT_TRUE(Put("gone", "1").ok());
    ASSERT_TRUE(Put("kept", "1").ok());
    ASSERT_TRUE(db_->Flush().ok());
    ASSERT_TRUE(db_->Delete(WriteOptions(), "gone").ok());
    ASSERT_TRUE(Put("more", "2").ok());
    db_.reset();
    replaced_ = Tables();
    ASSERT_EQ(replaced_.size(), 1U);
    Open();
    ASSERT_TRUE(db_->CompactRange(std::nullopt, std::nullopt).ok());
    db_.reset();
    ASSERT_EQ(Tables().size(), 1U);
    result_ = Tables().begin()->first;
    ASSERT_FALSE(replaced_.contains(result_));
    for (const auto& [name, bytes] : replaced_) WriteBytes(name, bytes);
  }
  Bytes Tables() const {
    Bytes tables;
    for (const auto& [name, bytes] : ReadAll()) {
      if (ParseFileName(name)->type == FileType::kTable) tables[name] = bytes;
    }
    return tables;
  }
  std::string Manifest() const {
    return FormatFileName({FileType::kManifest, ReadCurrent(path()).value()});
  }
  void RepairAndOpen() {
    ASSERT_EQ(RepairDb(options_, path()), absl::OkStatus());
    Open();
    EXPECT_EQ(Get("more"), "2");
  }

  Bytes replaced_;
  std::string result_;
};

TEST_F(ReplacedTableTest, DoesNotBringADeletedKeyBack) {
  MakeDatabaseWithReplacedTables();
  RepairAndOpen();
  EXPECT_EQ(Get("gone"), "none");
  EXPECT_EQ(Get("kept"), "1");
  for (const auto& [name, bytes] : replaced_) {
    EXPECT_EQ(ReadFile(directory_.File("lost/" + name)).value(), bytes);
  }
}

TEST_F(ReplacedTableTest, NorWithoutCurrentWhereThereIsOneManifest) {
  MakeDatabaseWithReplacedTables();
  std::filesystem::remove(directory_.File("CURRENT"));
  RepairAndOpen();
  EXPECT_EQ(Get("gone"), "none");
}

TEST_F(ReplacedTableTest, CountsWithoutAManifestToBelieve) {
  MakeDatabaseWithReplacedTables();
  const Bytes all = ReadAll();
  const std::string manifest = Manifest();
  WriteBytes(manifest, "damaged");
  RepairAndOpen();
  EXPECT_EQ(Get("gone"), "1");
  db_.reset();
  // Of two neither is known to be the one.
  Restore(all);
  std::filesystem::remove(directory_.File("CURRENT"));
  WriteBytes("MANIFEST-000900", all.at(manifest));
  RepairAndOpen();
  EXPECT_EQ(Get("gone"), "1");
}

TEST_F(ReplacedTableTest, CountsWhereWhatReplacedItIsNotWhole) {
  MakeDatabaseWithReplacedTables();
  const Bytes all = ReadAll();
  WriteBytes(result_, "damaged");
  ASSERT_EQ(RepairDb(options_, path()), absl::OkStatus());
  Open();
  EXPECT_EQ(Get("kept"), "1");
  db_.reset();
  Restore(all);
  // Whole, and yet not the one that the manifest names.
  MemTable other;
  other.Add(1, ValueType::kValue, "other", "x");
  const std::uint64_t number = ParseFileName(result_)->number;
  ASSERT_TRUE(
      WriteMemTable(other, kMaxSequenceNumber, path(), number, MakeTableOptions(options_)).ok());
  ASSERT_EQ(RepairDb(options_, path()), absl::OkStatus());
  Open();
  EXPECT_EQ(Get("kept"), "1");
  EXPECT_EQ(Get("gone"), "1");
  EXPECT_EQ(Get("other"), "x");
}

TEST_F(RepairDbTest, TwoTablesOfOneNumberAreBothRead) {
  Open();
  ASSERT_TRUE(Put("a", "1").ok());
  ASSERT_TRUE(db_->Flush().ok());
  ASSERT_TRUE(Put("b", "2").ok());
  ASSERT_TRUE(db_->Flush().ok());
  db_.reset();
  std::vector<std::uint64_t> numbers;
  for (const FileName& file : Files()) {
    if (file.type == FileType::kTable) numbers.push_back(file.number);
  }
  ASSERT_EQ(numbers.size(), 2U);
  std::filesystem::rename(FilePath(path(), {FileType::kTable, numbers[0]}),
                          FilePath(path(), {FileType::kOldTable, numbers[1]}));
  ASSERT_EQ(RepairDb(options_, path()), absl::OkStatus());
  Open();
  EXPECT_EQ(Get("a"), "1");
  EXPECT_EQ(Get("b"), "2");
}

TEST_F(RepairDbTest, NothingInLostIsOverwritten) {
  MakeDatabase();
  const std::string manifest = "MANIFEST-000001";
  ASSERT_TRUE(std::filesystem::exists(directory_.File(manifest)));
  for (const char* text : {"first", "second", "third"}) {
    WriteBytes(manifest, text);
    ASSERT_EQ(RepairDb(options_, path()), absl::OkStatus());
  }
  EXPECT_EQ(ReadFile(directory_.File("lost/" + manifest)).value(), "first");
  EXPECT_EQ(ReadFile(directory_.File("lost/" + manifest + ".1")).value(), "second");
  EXPECT_EQ(ReadFile(directory_.File("lost/" + manifest + ".2")).value(), "third");
}

// A file that cannot be read is not a damaged one: the repair ends, and nothing is changed.
TEST_F(RepairDbTest, AFailedReadEndsIt) {
  MakeDatabase();
  for (const char* name : {"000900.ldb", "000900.log", "MANIFEST-000900"}) {
    SCOPED_TRACE(name);
    ASSERT_EQ(::mkdir(directory_.File(name).c_str(), 0755), 0);  // reading it fails with EISDIR
    std::filesystem::rename(directory_.File(name), directory_.File("aside"));
    const Bytes before = ReadAll();
    std::filesystem::rename(directory_.File("aside"), directory_.File(name));
    EXPECT_EQ(RepairDb(options_, path()).code(), absl::StatusCode::kInternal);
    std::filesystem::remove(directory_.File(name));
    EXPECT_EQ(ReadAll(), before);
  }
  Open();
  ExpectState(model_);
}

TEST_F(RepairDbTest, WhatIsNoDatabaseOrIsOpenIsRefused) {
  EXPECT_EQ(RepairDb(options_, path()).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(RepairDb(options_, directory_.File("none")).code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(ListDirectory(path()).value().empty());
  Open();
  EXPECT_EQ(RepairDb(options_, path()).code(), absl::StatusCode::kFailedPrecondition);
  db_.reset();
  // A number that leaves none for new files.
  const Bytes before = ReadAll();
  WriteBytes("18446744073709551615.log", "");
  EXPECT_EQ(RepairDb(options_, path()).code(), absl::StatusCode::kFailedPrecondition);
  std::filesystem::remove(directory_.File("18446744073709551615.log"));
  EXPECT_EQ(ReadAll(), before);
}

TEST_F(RepairDbTest, DestroyRemovesAnyOfTheseDirectories) {
  MakeDatabase();
  const Bytes whole = ReadAll();
  for (const auto& [name, bytes] : whole) {
    Restore(whole);
    std::string garbage = bytes;
    for (char& byte : garbage) byte = static_cast<char>(random_());
    WriteBytes(name, garbage);
    EXPECT_EQ(DestroyDb(options_, path()), absl::OkStatus()) << name;
    EXPECT_FALSE(std::filesystem::exists(path())) << name;
    ASSERT_EQ(::mkdir(path().c_str(), 0755), 0);
  }
}

}  // namespace
}  // namespace harrow::engine
