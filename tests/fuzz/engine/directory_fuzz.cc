// A directory: whatever files it has, it is opened or refused, and what is refused keeps its files. What was opened shows one content,
// forward, backward and by lookups, takes a write, and shows the same after it is opened again, and after all of it was compacted. A repair makes one that can be opened of any.
//
//   input := byte how it is opened, archive (archive.h)
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/db.h"
#include "engine/filter_policy.h"
#include "engine/info_log.h"
#include "engine/manifest.h"
#include "engine/repair_db.h"
#include "engine/table_cache.h"
#include "tests/fuzz/engine/archive.h"
#include "tests/fuzz/engine/log_bytes.h"
#include "tests/fuzz/engine/scratch.h"
#include "tests/fuzz/engine/table_bytes.h"
#include "tests/fuzz/fuzz.h"

namespace harrow {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// In how a directory is opened: repaired before, whatever it is.
constexpr unsigned kRepair = 64;

engine::Options OptionsFor(unsigned how) {
  static const std::shared_ptr<engine::InfoLog> no_log = engine::NewDiscardingInfoLog();
  static const std::shared_ptr<const engine::FilterPolicy> bloom = engine::NewBloomFilterPolicy(10);
  engine::Options options;
  options.info_log = no_log;
  options.create_if_missing = (how & 1) == 0;
  if ((how & 2) != 0) options.filter_policy = bloom;
  if ((how & 4) != 0) options.write_buffer_size = 4096;
  if ((how & 8) != 0) options.max_open_files = 1;
  if ((how & 16) != 0) options.max_file_size = 1;
  if ((how & 32) != 0) options.compression = engine::CompressionType::kNoCompression;
  return options;
}

// So that nothing happens to the tables but what is asked for.
engine::Options WithoutCompaction(engine::Options options) {
  options.level0_file_num_compaction_trigger = 1000;
  options.level0_slowdown_writes_trigger = 1000;
  options.level0_stop_writes_trigger = 1000;
  options.max_bytes_for_level_base = std::uint64_t{1} << 40;
  return options;
}

bool IsRefusal(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsNotFound(status) || absl::IsFailedPrecondition(status);
}

struct Contents {
  Pairs forward;
  Pairs backward;  // reversed
  bool complete = false;
};

Contents ReadAll(engine::Db* db) {
  Contents contents;
  const std::unique_ptr<engine::Iterator> it = db->NewIterator(engine::ReadOptions());
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    contents.forward.emplace_back(it->key(), it->value());
  }
  contents.complete = it->status().ok();
  for (it->SeekToLast(); it->Valid(); it->Prev()) {
    contents.backward.emplace_back(it->key(), it->value());
  }
  contents.complete = contents.complete && it->status().ok();
  fuzz::Require(it->status().ok() || absl::IsDataLoss(it->status()), "damage is DataLoss");
  std::reverse(contents.backward.begin(), contents.backward.end());
  return contents;
}

void LookUp(engine::Db* db, const Contents& contents, bool sound) {
  for (const auto& [key, expected] : contents.forward) {
    std::string value;
    const absl::Status status = db->Get(engine::ReadOptions(), key, &value);
    if (sound) {
      fuzz::Require(status.ok() && value == expected, "a lookup gives what an iterator shows");
    } else {
      fuzz::Require(status.ok() || absl::IsNotFound(status) || absl::IsDataLoss(status),
                    "a lookup finds, or does not, or meets damage");
    }
  }
}

// Whether the tables are what a manifest promises of them: each in order and within its range, and of two entries for a key the newer in
// the table that is looked into first. Bytes that a fuzzer made need not be, and then each way to read them may see another thing.
class Soundness {
 public:
  static bool Of(const engine::Options& options) {
    const absl::StatusOr<std::uint64_t> current = engine::ReadCurrent(fuzz::ScratchDirectory());
    fuzz::Require(current.ok(), "an open leaves CURRENT");
    const absl::StatusOr<engine::ManifestState> state =
        engine::ReadManifest(fuzz::ScratchDirectory(), *current);
    fuzz::Require(state.ok(), "an open leaves a manifest");
    Soundness soundness;
    soundness.last_sequence_ = state->last_sequence;
    const engine::FileList& newest_last = state->version->level(0);
    for (auto file = newest_last.rbegin(); file != newest_last.rend(); ++file) {
      if (!soundness.Add({*file}, options)) return false;
    }
    for (int level = 1; level < engine::kLevelCount; ++level) {
      if (!soundness.Add(state->version->level(level), options)) return false;
    }
    return true;
  }

 private:
  // Files in one order, the next to be looked into.
  bool Add(const engine::FileList& files, const engine::Options& options) {
    std::map<std::string, engine::SequenceNumber> oldest;
    for (const engine::FileRef& file : files) {
      std::string bytes;
      for (const engine::FileType type : {engine::FileType::kOldTable, engine::FileType::kTable}) {
        absl::StatusOr<std::string> read =
            engine::ReadFile(engine::FilePath(fuzz::ScratchDirectory(), {type, file->number}));
        if (read.ok()) bytes = *std::move(read);
      }
      std::string fixed = bytes;
      fuzz::FixTableChecksums(&fixed);
      const std::optional<fuzz::TableParts> parts = fuzz::SplitTable(bytes);
      if (fixed != bytes || bytes.size() != file->file_size || !parts.has_value()) return false;
      // A filter that is not what its keys make of it may deny anything.
      if (options.filter_policy != nullptr && !parts->meta.empty()) return false;
      const std::optional<std::vector<fuzz::BlockEntry>> entries = fuzz::SoundEntries(*parts);
      if (!entries.has_value() || entries->empty()) return false;
      if (engine::CompareInternalKey(entries->front().key, file->smallest.Encode()) < 0) {
        return false;
      }
      if (engine::CompareInternalKey(entries->back().key, file->largest.Encode()) > 0) return false;
      for (const fuzz::BlockEntry& entry : *entries) {
        if (!AddEntry(entry, &oldest)) return false;
      }
    }
    for (const auto& [key, sequence] : oldest) oldest_[key] = sequence;
    return true;
  }

  bool AddEntry(const fuzz::BlockEntry& entry,
                std::map<std::string, engine::SequenceNumber>* oldest) {
    engine::ParsedInternalKey key;
    if (!engine::ParseInternalKey(entry.key, &key) || key.sequence > last_sequence_) return false;
    const std::string user_key(key.user_key);
    const auto newer = oldest_.find(user_key);
    if (newer != oldest_.end() && newer->second <= key.sequence) return false;
    // Two entries with one number differ in nothing that says which is newer.
    if (const auto same = oldest->find(user_key);
        same != oldest->end() && same->second <= key.sequence) {
      return false;
    }
    (*oldest)[user_key] = key.sequence;
    return true;
  }

  engine::SequenceNumber last_sequence_ = 0;
  std::map<std::string, engine::SequenceNumber> oldest_;  // of what is looked into before
};

std::unique_ptr<engine::Db> MustOpen(const engine::Options& options) {
  absl::StatusOr<std::unique_ptr<engine::Db>> db =
      engine::Db::Open(options, fuzz::ScratchDirectory());
  fuzz::RequireOk(db.status(), "what was opened once can be opened again");
  return *std::move(db);
}

void CheckRefused(const absl::Status& status, const std::map<std::string, std::string>& before) {
  if (!IsRefusal(status)) fuzz::RequireOk(status, "a refused open says why");
  const std::map<std::string, std::string> after = fuzz::ReadScratch();
  for (const auto& [name, contents] : before) {
    const auto found = after.find(name);
    fuzz::Require(found != after.end() && found->second == contents,
                  "a refused open leaves each file");
  }
}

// After the first open: what it shows, and goes on to show.
void CheckOpened(std::unique_ptr<engine::Db> db, const engine::Options& options) {
  Contents contents = ReadAll(db.get());
  LookUp(db.get(), contents, /*sound=*/false);
  db = nullptr;
  const bool sound = Soundness::Of(options);
  if (sound) {
    fuzz::Require(contents.complete, "tables in order are read without an error");
    fuzz::Require(contents.forward == contents.backward, "backward is forward reversed");
  }

  db = MustOpen(WithoutCompaction(options));
  if (sound) LookUp(db.get(), contents, sound);
  const std::string key = "key of the fuzzer";
  const absl::Status put = db->Put({.sync = true}, key, "v");
  if (absl::IsResourceExhausted(put)) return;  // no sequence number is left
  fuzz::RequireOk(put, "what was opened can be written");
  std::string value;
  fuzz::Require(db->Get(engine::ReadOptions(), key, &value).ok() && value == "v",
                "what was written can be read");
  db = nullptr;
  std::map<std::string, std::string> expected(contents.forward.begin(), contents.forward.end());
  expected[key] = "v";
  const Pairs all(expected.begin(), expected.end());

  db = MustOpen(options);
  contents = ReadAll(db.get());
  if (sound) {
    fuzz::Require(contents.forward == all && contents.backward == all, "reopening changes nothing");
  }
  const absl::Status compacted = db->CompactRange(std::nullopt, std::nullopt);
  if (sound) fuzz::RequireOk(compacted, "tables in order can be compacted");
  contents = ReadAll(db.get());
  if (sound) fuzz::Require(contents.forward == all, "a compaction changes nothing");
  db = nullptr;
  db = MustOpen(WithoutCompaction(options));
  contents = ReadAll(db.get());
  if (sound) fuzz::Require(contents.forward == all, "a compaction lasts");
}

// Puts the sizes of tables into the manifests as they are.
void FixTableSizes(std::vector<fuzz::ArchivedFile>* files) {
  std::map<std::uint64_t, std::size_t> sizes;
  for (const fuzz::ArchivedFile& file : *files) {
    if (file.name.type == engine::FileType::kTable ||
        file.name.type == engine::FileType::kOldTable) {
      sizes[file.name.number] = file.contents.size();
    }
  }
  for (fuzz::ArchivedFile& file : *files) {
    if (file.name.type != engine::FileType::kManifest) continue;
    std::vector<std::string> records = fuzz::SplitRecords(file.contents);
    bool changed = false;
    for (std::string& record : records) {
      absl::StatusOr<engine::VersionEdit> edit = engine::VersionEdit::Decode(record);
      if (!edit.ok()) continue;
      for (engine::VersionEdit::AddedFile& added : edit->added_files) {
        const auto size = sizes.find(added.file.number);
        if (size == sizes.end() || size->second == added.file.file_size) continue;
        added.file.file_size = size->second;
        changed = true;
      }
      record.clear();
      edit->AppendTo(&record);
    }
    if (changed) file.contents = fuzz::JoinRecords(records);
  }
}

void MutateFile(fuzz::ArchivedFile* file, fuzz::Draw* draw) {
  switch (file->name.type) {
    case engine::FileType::kLog:
      return fuzz::MutateLog(&file->contents, draw, fuzz::MutateBatch);
    case engine::FileType::kManifest:
      return fuzz::MutateLog(&file->contents, draw,
                             [](std::string* record, fuzz::Draw*) { fuzz::MutateBytes(record); });
    case engine::FileType::kTable:
    case engine::FileType::kOldTable:
      return fuzz::MutateTable(&file->contents, draw);
    default:
      fuzz::MutateBytes(&file->contents);
  }
}

}  // namespace
}  // namespace harrow

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fuzz = harrow::fuzz;
  namespace engine = harrow::engine;
  if (size == 0) return 0;
  fuzz::ClearScratch();
  for (const fuzz::ArchivedFile& file : fuzz::Unpack(fuzz::Input(data, size).substr(1))) {
    fuzz::WriteScratchFile(engine::FormatFileName(file.name), file.contents);
  }
  const std::map<std::string, std::string> before = fuzz::ReadScratch();
  const engine::Options options = harrow::OptionsFor(data[0]);
  if ((data[0] & harrow::kRepair) != 0) {
    const absl::Status status = engine::RepairDb(options, fuzz::ScratchDirectory());
    if (status.ok()) {
      harrow::CheckOpened(harrow::MustOpen(harrow::WithoutCompaction(options)), options);
    } else if (!harrow::IsRefusal(status)) {
      fuzz::RequireOk(status, "a refused repair says why");
    }
    return 0;
  }
  absl::StatusOr<std::unique_ptr<engine::Db>> db =
      engine::Db::Open(harrow::WithoutCompaction(options), fuzz::ScratchDirectory());
  if (db.ok()) {
    harrow::CheckOpened(*std::move(db), options);
  } else {
    harrow::CheckRefused(db.status(), before);
  }
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t size_max, unsigned int seed) {
  namespace fuzz = harrow::fuzz;
  fuzz::Draw draw(seed);
  if (size == 0) return LLVMFuzzerMutate(data, size, size_max);
  std::string how(1, static_cast<char>(draw.OneIn(8) ? draw.Below(128) : data[0]));
  std::vector<fuzz::ArchivedFile> files = fuzz::Unpack(fuzz::Input(data, size).substr(1));
  if (files.empty()) return LLVMFuzzerMutate(data, size, size_max);
  fuzz::ArchivedFile& file = files[draw.Below(files.size())];
  if (draw.OneIn(12)) {
    fuzz::Rearrange(&files, &draw);
  } else if (draw.OneIn(12)) {
    file.name.number = draw.Below(20);
  } else if (draw.OneIn(12)) {
    file.contents.resize(draw.Below(file.contents.size() + 1));
  } else {
    harrow::MutateFile(&file, &draw);
  }
  if (!draw.OneIn(8)) harrow::FixTableSizes(&files);
  return fuzz::Deliver(how + fuzz::Pack(files), data, size, size_max);
}
