// Where the format leaves no choice, the bytes are LevelDB's: of logs, tables, manifest records and CURRENT.
#include <leveldb/db.h>
#include <leveldb/dumpfile.h>
#include <leveldb/env.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "engine/file.h"
#include "engine/file_name.h"
#include "engine/filter_policy.h"
#include "engine/log_format.h"
#include "engine/log_reader.h"
#include "engine/log_writer.h"
#include "engine/table.h"
#include "engine/table_builder.h"
#include "engine/version_edit.h"
#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "tests/property/interchange/run_turn.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::interchange {
namespace {

using engine::ScratchDirectory;

class InterchangeBytes : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ::setenv("RC_PARAMS", "max_success=30", /*overwrite=*/0);
    std::error_code error;
    if (std::filesystem::is_directory("/dev/shm", error)) {
      ::setenv("TEST_TMPDIR", "/dev/shm", /*overwrite=*/0);
    }
  }
};

std::string MustRead(const std::string& path) {
  absl::StatusOr<std::string> bytes = engine::ReadFile(path);
  if (!bytes.ok()) RC_FAIL(bytes.status().ToString());
  return *std::move(bytes);
}

// In the order of their names.
std::vector<std::string> PathsOf(const ScratchDirectory& directory, engine::FileType type) {
  const absl::StatusOr<std::vector<std::string>> names = engine::ListDirectory(directory.path());
  RC_ASSERT(names.ok());
  std::vector<std::string> paths;
  for (const std::string& name : *names) {
    const std::optional<engine::FileName> file = engine::ParseFileName(name);
    if (file.has_value() && file->type == type) paths.push_back(directory.File(name));
  }
  return paths;
}

std::vector<std::string> RecordsOf(const std::string& log) {
  std::vector<std::string> records;
  engine::LogReader reader(log);
  std::string_view record;
  std::string scratch;
  engine::LogRead read = engine::LogRead::kRecord;
  while ((read = reader.ReadRecord(&record, &scratch)) == engine::LogRead::kRecord) {
    records.emplace_back(record);
  }
  RC_ASSERT(read == engine::LogRead::kEnd);
  return records;
}

void MustRun(Make make, const Turn& turn, const ScratchDirectory& directory, Model* model) {
  const std::string wrong = RunTurn(make, turn, directory.path(), model);
  if (!wrong.empty()) RC_FAIL(wrong);
}

// The log that a fresh database leaves after these batches.
std::string LogOf(Make make, const std::vector<Step>& steps) {
  const ScratchDirectory directory;
  {
    absl::StatusOr<std::unique_ptr<Store>> store = Open(make, StoreOptions(), directory.path());
    RC_ASSERT(store.ok());
    for (const Step& step : steps) RC_ASSERT((*store)->Write(step.changes, step.sync).ok());
  }
  const std::vector<std::string> logs = PathsOf(directory, engine::FileType::kLog);
  RC_ASSERT(logs.size() == 1U);
  return MustRead(logs[0]);
}

// A batch whose record ends within a few bytes of the end of a block, or does not.
rc::Gen<Step> AnyBatch() {
  const rc::Gen<std::size_t> size = rc::gen::oneOf(
      rc::gen::inRange<std::size_t>(0, 400),
      rc::gen::inRange<std::size_t>(engine::kLogBlockSize - 80, engine::kLogBlockSize + 20),
      rc::gen::inRange<std::size_t>(2 * engine::kLogBlockSize - 80,
                                    2 * engine::kLogBlockSize + 20));
  const rc::Gen<Change> change =
      rc::gen::build<Change>(rc::gen::set(&Change::key, rc::gen::inRange<std::size_t>(0, 20)),
                             rc::gen::set(&Change::put), rc::gen::set(&Change::value_size, size));
  return rc::gen::build<Step>(
      rc::gen::set(
          &Step::changes,
          rc::gen::scale(0.05, rc::gen::nonEmpty(rc::gen::container<std::vector<Change>>(change)))),
      rc::gen::set(&Step::sync));
}

TEST_F(InterchangeBytes, TheSameBatchesGiveTheSameLog) {
  EXPECT_TRUE(rc::check("logs of the same batches are equal", [] {
    const auto steps = *rc::gen::scale(0.2, rc::gen::container<std::vector<Step>>(AnyBatch()));
    const std::string ours = LogOf(Make::kHarrow, steps);
    RC_ASSERT(ours == LogOf(Make::kLevelDb, steps));
    RC_ASSERT(RecordsOf(ours).size() == steps.size());
  }));
}

TEST_F(InterchangeBytes, FragmentsAtEveryPlaceOfABlock) {
  // After a first record the next one starts at each of the last places of the block.
  for (std::size_t less = 0; less <= 40; ++less) {
    Step first;
    first.changes = {{20, true, engine::kLogBlockSize - 60 + less, 1}};
    Step second;
    second.changes = {{21, true, 20, 1}, {22, false, 0, 0}};
    ASSERT_EQ(LogOf(Make::kHarrow, {first, second, second}),
              LogOf(Make::kLevelDb, {first, second, second}))
        << less;
  }
}

TEST_F(InterchangeBytes, ManifestRecordsAreWrittenAlike) {
  EXPECT_TRUE(rc::check("a manifest that LevelDB wrote is written again to the byte", [] {
    const Turn turn = *AnyTurn();
    const ScratchDirectory directory;
    Model model;
    MustRun(Make::kLevelDb, turn, directory, &model);
    const std::vector<std::string> manifests = PathsOf(directory, engine::FileType::kManifest);
    RC_ASSERT(manifests.size() == 1U);
    const std::string manifest = MustRead(manifests[0]);
    const ScratchDirectory ours;
    absl::StatusOr<engine::AppendFile> copy = engine::AppendFile::Create(ours.File("copy"));
    RC_ASSERT(copy.ok());
    engine::LogWriter writer(&*copy);
    for (const std::string& record : RecordsOf(manifest)) {
      const absl::StatusOr<engine::VersionEdit> edit = engine::VersionEdit::Decode(record);
      RC_ASSERT(edit.ok());
      std::string written;
      edit->AppendTo(&written);
      RC_ASSERT(written == record);
      RC_ASSERT(writer.AddRecord(written).ok());
    }
    RC_ASSERT(MustRead(ours.File("copy")) == manifest);
  }));
}

// What LevelDB's own dump of a file prints.
class TextFile final : public leveldb::WritableFile {
 public:
  leveldb::Status Append(const leveldb::Slice& data) override {
    text.append(data.data(), data.size());
    return leveldb::Status::OK();
  }
  leveldb::Status Close() override { return leveldb::Status::OK(); }
  leveldb::Status Flush() override { return leveldb::Status::OK(); }
  leveldb::Status Sync() override { return leveldb::Status::OK(); }
  std::string text;
};

std::string Dump(const std::string& path) {
  TextFile out;
  const leveldb::Status status = leveldb::DumpFile(leveldb::Env::Default(), path, &out);
  if (!status.ok()) RC_FAIL(status.ToString());
  return out.text;
}

TEST_F(InterchangeBytes, LevelDbReadsEachManifestRecordAsItWasMeant) {
  EXPECT_TRUE(rc::check("LevelDB's dump of a manifest names each field and table", [] {
    const Turn turn = *AnyTurn();
    const ScratchDirectory directory;
    Model model;
    MustRun(Make::kHarrow, turn, directory, &model);
    const std::vector<std::string> manifests = PathsOf(directory, engine::FileType::kManifest);
    RC_ASSERT(manifests.size() == 1U);
    std::string expected;
    for (const std::string& record : RecordsOf(MustRead(manifests[0]))) {
      const absl::StatusOr<engine::VersionEdit> edit = engine::VersionEdit::Decode(record);
      RC_ASSERT(edit.ok());
      if (edit->comparator.has_value()) expected += "Comparator: " + *edit->comparator + "\n";
      expected += "LogNumber: " + std::to_string(*edit->log_number) + "\n";
      expected += "PrevLogNumber: " + std::to_string(*edit->previous_log_number) + "\n";
      expected += "NextFile: " + std::to_string(*edit->next_file_number) + "\n";
      expected += "LastSeq: " + std::to_string(*edit->last_sequence) + "\n";
      for (const engine::VersionEdit::RemovedFile& removed : edit->removed_files) {
        expected += "RemoveFile: " + std::to_string(removed.level) + " " +
                    std::to_string(removed.number) + "\n";
      }
      for (const engine::VersionEdit::AddedFile& added : edit->added_files) {
        expected += "AddFile: " + std::to_string(added.level) + " " +
                    std::to_string(added.file.number) + " " + std::to_string(added.file.file_size) +
                    "\n";
      }
    }
    // Its lines, without the keys, which it prints in words of its own.
    std::string found;
    std::istringstream lines(Dump(manifests[0]));
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("  ") || line.starts_with("  CompactPointer")) continue;
      line.erase(0, 2);
      std::size_t end = line.size();
      if (line.starts_with("AddFile")) {
        end = line.find(' ', line.find(' ', line.find(' ', line.find(' ') + 1) + 1) + 1);
      }
      found += line.substr(0, end) + "\n";
    }
    RC_ASSERT(found == expected);
  }));
}

TEST_F(InterchangeBytes, CurrentIsWrittenAlike) {
  for (const Make make : {Make::kHarrow, Make::kLevelDb}) {
    const ScratchDirectory directory;
    Model model;
    ASSERT_EQ(RunTurn(make, Turn(), directory.path(), &model), "");
    const std::vector<std::string> manifests = PathsOf(directory, engine::FileType::kManifest);
    ASSERT_EQ(manifests.size(), 1U);
    const std::string name = manifests[0].substr(directory.path().size() + 1);
    EXPECT_EQ(MustRead(directory.File("CURRENT")), name + "\n");
    EXPECT_EQ(name.size(), std::string("MANIFEST-000001").size());
  }
}

// What is in a table, built again under the options it was built with.
std::string Rebuild(const std::string& path, const engine::TableOptions& options) {
  absl::StatusOr<engine::RandomAccessFile> file = engine::RandomAccessFile::Open(path);
  RC_ASSERT(file.ok());
  const auto table = engine::Table::Open(*std::move(file), options);
  RC_ASSERT(table.ok());
  const ScratchDirectory ours;
  absl::StatusOr<engine::AppendFile> copy = engine::AppendFile::Create(ours.File("copy"));
  RC_ASSERT(copy.ok());
  engine::TableBuilder builder(options, &*copy);
  const std::unique_ptr<engine::Iterator> it = (*table)->NewIterator(engine::ReadOptions());
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    RC_ASSERT(builder.Add(it->key(), it->value()).ok());
  }
  RC_ASSERT(it->status().ok());
  RC_ASSERT(builder.Finish().ok());
  return MustRead(ours.File("copy"));
}

TEST_F(InterchangeBytes, TablesOfTheSameEntriesAreEqual) {
  EXPECT_TRUE(rc::check("a table that LevelDB wrote is written again to the byte", [] {
    Turn turn = *AnyTurn();
    Step fill;
    fill.kind = Step::Kind::kFill;
    fill.fill_count = *rc::gen::inRange<std::size_t>(1, 3000);
    Step compact;
    compact.kind = Step::Kind::kCompactRange;
    compact.everything = true;
    turn.steps.push_back(fill);
    turn.steps.push_back(compact);
    const ScratchDirectory directory;
    Model model;
    MustRun(Make::kLevelDb, turn, directory, &model);
    engine::TableOptions options;
    options.block_size = turn.options.block_size;
    options.restart_interval = turn.options.restart_interval;
    options.compression = turn.options.snappy ? engine::CompressionType::kSnappyCompression
                                              : engine::CompressionType::kNoCompression;
    if (turn.options.bloom_bits_per_key > 0) {
      options.filter_policy = engine::NewBloomFilterPolicy(turn.options.bloom_bits_per_key);
    }
    const std::vector<std::string> tables = PathsOf(directory, engine::FileType::kTable);
    RC_ASSERT(!tables.empty() || model.empty());
    for (const std::string& path : tables) RC_ASSERT(Rebuild(path, options) == MustRead(path));
  }));
}

}  // namespace
}  // namespace harrow::interchange
