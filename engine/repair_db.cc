// Every log and every damaged table becomes new tables, so that all there is are whole tables; those
// that overlap are merged; a manifest names the result, CURRENT the manifest; the rest goes to
// lost/.
#include "engine/repair_db.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/check.h"
#include "engine/database_files.h"
#include "engine/db_state.h"
#include "engine/file.h"
#include "engine/file_name.h"
#include "engine/info_log.h"
#include "engine/log_file.h"
#include "engine/log_salvage.h"
#include "engine/manifest.h"
#include "engine/repair_tables.h"
#include "engine/replaced_tables.h"
#include "engine/table.h"
#include "engine/table_cache.h"
#include "engine/table_output.h"
#include "engine/table_salvage.h"

namespace harrow::engine {
namespace {

// What is hidden comes back as well: whether the newer entry does is not known yet.
constexpr SequenceNumber kOldestState = 0;

constexpr std::uint64_t kFileNumberMax = std::uint64_t{1} << 62;

// A disk that needs a repair may fail under a map.
Options WithoutMaps(Options options) {
  options.allow_mmap_reads = false;
  return options;
}

bool IsTable(FileType type) { return type == FileType::kTable || type == FileType::kOldTable; }

class Repair {
 public:
  Repair(const Options& options, const std::string& directory, std::vector<DatabaseFile> files)
      : options_(WithoutMaps(CompleteOptions(options, directory))),
        directory_(directory),
        lost_(directory + "/lost"),
        files_(std::move(files)),
        tables_(directory, MakeTableOptions(options_), options_.max_open_files) {}

  absl::Status Run();

 private:
  // Up to the manifest; what was there is not touched.
  absl::Status Prepare(std::uint64_t* manifest_number);
  absl::Status CountNumbers();
  absl::Status ReadManifests();
  absl::Status SalvageLogs();
  absl::Status TakeTables();
  absl::Status TakeTable(const DatabaseFile& file);
  // Whether every entry can be read, in order; then *meta describes the table.
  absl::StatusOr<bool> ScanTable(const DatabaseFile& file, FileMetaData* meta);
  absl::Status RewriteTable(const DatabaseFile& file);
  absl::Status WriteManifest(std::uint64_t manifest_number);
  absl::Status MoveTheRest();
  absl::Status MoveToLost(const std::string& name);
  // What this repair made and nothing names: all of it, or what was merged into something else.
  void RemoveNewFiles();
  void RemoveMergedFiles();

  std::string PathOf(const DatabaseFile& file) const { return directory_ + "/" + file.name; }
  std::uint64_t NewFileNumber() { return next_number_++; }
  void Log(const std::string& line) { options_.info_log->Log("repair: " + line); }
  void AddSource(FileMetaData meta) {
    sources_.push_back(std::make_shared<const TableFile>(std::move(meta)));
  }
  void CountSequence(std::string_view internal_key) {
    last_sequence_ = std::max(last_sequence_, ExtractSequence(internal_key));
  }

  const Options options_;
  const std::string directory_;
  const std::string lost_;
  const std::vector<DatabaseFile> files_;  // that were there
  TableCache tables_;
  std::uint64_t first_new_number_ = 0;
  std::uint64_t next_number_ = 0;  // equal: nothing is new yet
  SequenceNumber last_sequence_ = 0;
  FileList sources_;                // whole tables
  FileList results_;                // a sorted run
  std::set<std::string> as_it_is_;  // names of whole tables that were there
};

absl::Status Repair::Run() {
  std::uint64_t manifest_number = 0;
  absl::Status status = Prepare(&manifest_number);
  if (!status.ok()) {
    Log("given up, nothing is changed: " + status.ToString());
    RemoveNewFiles();
    return status;
  }
  status = WriteCurrent(directory_, manifest_number);
  if (status.ok()) status = SyncDirectory(directory_);
  if (status.ok()) status = MoveTheRest();
  if (!status.ok()) {
    Log("failed: " + status.ToString());
    return status;
  }
  RemoveMergedFiles();
  Log(absl::StrCat("done: ", results_.size(), " tables, last sequence ", last_sequence_));
  return absl::OkStatus();
}

absl::Status Repair::Prepare(std::uint64_t* manifest_number) {
  absl::Status status = CountNumbers();
  if (status.ok()) status = ReadManifests();
  if (status.ok()) status = SalvageLogs();
  if (status.ok()) status = TakeTables();
  if (!status.ok()) return status;
  const MergeTarget target{&options_, &directory_, &tables_, [this] { return NewFileNumber(); }};
  absl::StatusOr<FileList> run = MergeGroups(GroupByOverlap(sources_), target);
  if (!run.ok()) return run.status();
  results_ = *std::move(run);
  *manifest_number = NewFileNumber();
  return WriteManifest(*manifest_number);
}

absl::Status Repair::CountNumbers() {
  std::uint64_t largest = 0;
  for (const DatabaseFile& file : files_) {
    if (file.meaning.number >= kFileNumberMax) {
      return absl::FailedPreconditionError("a file's number leaves none for new files: " +
                                           PathOf(file));
    }
    largest = std::max(largest, file.meaning.number);
  }
  first_new_number_ = next_number_ = largest + 1;
  return absl::OkStatus();
}

absl::Status Repair::ReadManifests() {
  for (const DatabaseFile& file : files_) {
    if (file.meaning.type != FileType::kManifest) continue;
    const absl::StatusOr<ManifestState> state = ReadManifest(directory_, file.meaning.number);
    if (state.ok()) last_sequence_ = std::max(last_sequence_, state->last_sequence);
    if (!state.ok() && !absl::IsDataLoss(state.status())) return state.status();
  }
  return absl::OkStatus();
}

absl::Status Repair::SalvageLogs() {
  for (const DatabaseFile& file : files_) {
    if (file.meaning.type != FileType::kLog) continue;
    const absl::StatusOr<std::string> contents = ReadFile(PathOf(file));
    if (!contents.ok()) return contents.status();
    LogSalvage salvage;
    absl::Status status = SalvageLog(
        *contents, options_.write_buffer_size,
        [this](const MemTable& memtable) {
          absl::StatusOr<FileMetaData> meta = WriteMemTable(
              memtable, kOldestState, directory_, NewFileNumber(), MakeTableOptions(options_));
          if (!meta.ok()) return meta.status();
          last_sequence_ = std::max(last_sequence_, memtable.largest_sequence());
          AddSource(*std::move(meta));
          return absl::OkStatus();
        },
        &salvage);
    if (!status.ok()) return status;
    Log(absl::StrCat(file.name, ": ", salvage.records, " records, ", salvage.bad_places,
                     " bad places"));
  }
  return absl::OkStatus();
}

absl::Status Repair::TakeTables() {
  const absl::StatusOr<ReplacedTables> replaced = ReplacedTables::Find(directory_, files_);
  if (!replaced.ok()) return replaced.status();
  std::vector<const DatabaseFile*> last;
  for (const DatabaseFile& file : files_) {
    if (!IsTable(file.meaning.type)) continue;
    if (replaced->Contains(file.meaning.number)) {
      last.push_back(&file);
      continue;
    }
    absl::Status status = TakeTable(file);
    if (!status.ok()) return status;
  }
  const bool not_needed = replaced->AllElseIsIn(sources_);
  for (const DatabaseFile* file : last) {
    if (not_needed) {
      Log(file->name + ": replaced by tables that are whole");
      continue;
    }
    absl::Status status = TakeTable(*file);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Repair::TakeTable(const DatabaseFile& file) {
  // A table goes by its number: of two files with one number the old name's gets a new one.
  const bool shadowed = file.meaning.type == FileType::kOldTable &&
                        as_it_is_.contains(FormatFileName({FileType::kTable, file.meaning.number}));
  if (shadowed) return RewriteTable(file);
  FileMetaData meta;
  const absl::StatusOr<bool> whole = ScanTable(file, &meta);
  if (!whole.ok()) return whole.status();
  if (!*whole) return RewriteTable(file);
  // Whoever wrote it, or brought it back, may not have come to that.
  absl::Status status = SyncFile(PathOf(file));
  if (!status.ok()) return status;
  as_it_is_.insert(file.name);
  AddSource(std::move(meta));
  return absl::OkStatus();
}

absl::StatusOr<bool> Repair::ScanTable(const DatabaseFile& file, FileMetaData* meta) {
  absl::StatusOr<RandomAccessFile> opened = RandomAccessFile::Open(PathOf(file));
  if (!opened.ok()) return opened.status();
  meta->number = file.meaning.number;
  meta->file_size = opened->size();
  const absl::StatusOr<std::shared_ptr<Table>> table =
      Table::Open(*std::move(opened), MakeTableOptions(options_));
  if (absl::IsDataLoss(table.status())) return false;
  if (!table.ok()) return table.status();

  const std::unique_ptr<Iterator> it = (*table)->NewIterator(ReadOptions());
  std::string last;
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    ParsedInternalKey parsed;
    if (!ParseInternalKey(it->key(), &parsed)) return false;
    if (last.empty()) {
      HARROW_CHECK(meta->smallest.DecodeFrom(it->key()));
    } else if (CompareInternalKey(it->key(), last) <= 0) {
      return false;
    }
    last = it->key();
    CountSequence(last);
  }
  if (absl::IsDataLoss(it->status())) return false;
  if (!it->status().ok()) return it->status();
  return meta->largest.DecodeFrom(last);
}

absl::Status Repair::RewriteTable(const DatabaseFile& file) {
  const absl::StatusOr<std::string> contents = ReadFile(PathOf(file));
  if (!contents.ok()) return contents.status();
  std::unique_ptr<TableOutput> output;
  std::uint64_t entry_count = 0;
  absl::Status status =
      SalvageTable(*contents, [&](std::string_view key, std::string_view value) -> absl::Status {
        if (output == nullptr) {
          absl::StatusOr<std::unique_ptr<TableOutput>> created =
              TableOutput::Create(directory_, NewFileNumber(), MakeTableOptions(options_));
          if (!created.ok()) return created.status();
          output = *std::move(created);
        }
        ++entry_count;
        CountSequence(key);
        return output->Add(key, value);
      });
  if (!status.ok()) return status;
  Log(absl::StrCat(file.name, ": damaged, ", entry_count, " entries can be read"));
  if (output == nullptr) return absl::OkStatus();
  absl::StatusOr<FileMetaData> meta = output->Finish();
  if (!meta.ok()) return meta.status();
  AddSource(*std::move(meta));
  return absl::OkStatus();
}

absl::Status Repair::WriteManifest(std::uint64_t manifest_number) {
  VersionEdit edit;
  edit.comparator = std::string(kComparatorName);
  edit.log_number = NewFileNumber();  // above all logs that are there: none is replayed again
  edit.previous_log_number = 0;
  edit.next_file_number = next_number_;
  edit.last_sequence = last_sequence_;
  const int level = LevelForSize(options_, TotalFileSize(results_));
  for (const FileRef& file : results_) edit.added_files.push_back({level, *file});

  absl::StatusOr<std::unique_ptr<LogFile>> log = LogFile::Create(directory_, *edit.log_number);
  if (!log.ok()) return log.status();
  absl::StatusOr<std::unique_ptr<ManifestWriter>> manifest =
      ManifestWriter::Create(directory_, manifest_number, edit);
  if (!manifest.ok()) return manifest.status();
  return SyncDirectory(directory_);
}

absl::Status Repair::MoveTheRest() {
  std::set<std::string> needed;
  for (const FileRef& file : results_) {
    if (file->number >= first_new_number_) continue;
    for (const FileType type : {FileType::kTable, FileType::kOldTable}) {
      const std::string name = FormatFileName({type, file->number});
      if (as_it_is_.contains(name)) needed.insert(name);
    }
  }
  std::vector<std::string> rest;
  for (const DatabaseFile& file : files_) {
    const FileType type = file.meaning.type;
    const bool stays =
        type == FileType::kCurrent || type == FileType::kLock || type == FileType::kInfoLog;
    if (!stays && !needed.contains(file.name)) rest.push_back(file.name);
  }
  if (rest.empty()) return absl::OkStatus();
  // The folder is durable before anything is in it, and a new name before the absence of the old.
  absl::Status status = MakeDirectory(lost_);
  if (status.ok()) status = SyncDirectory(directory_);
  for (const std::string& name : rest) {
    if (status.ok()) status = MoveToLost(name);
  }
  if (status.ok()) status = SyncDirectory(lost_);
  if (status.ok()) status = SyncDirectory(directory_);
  return status;
}

absl::Status Repair::MoveToLost(const std::string& name) {
  std::string to = lost_ + "/" + name;
  for (int i = 1;; ++i) {
    const absl::StatusOr<bool> exists = FileExists(to);
    if (!exists.ok()) return exists.status();
    if (!*exists) break;
    to = absl::StrCat(lost_, "/", name, ".", i);
  }
  Log("moved to " + to);
  return RenameFile(directory_ + "/" + name, to);
}

// One that cannot be removed is read by the next repair, and removed by the next open.
void Repair::RemoveNewFiles() {
  for (std::uint64_t number = first_new_number_; number < next_number_; ++number) {
    for (const FileType type : {FileType::kTable, FileType::kLog, FileType::kManifest}) {
      RemoveFile(FilePath(directory_, {type, number})).IgnoreError();
    }
  }
}

void Repair::RemoveMergedFiles() {
  for (const FileRef& source : sources_) {
    const bool stays = std::any_of(results_.begin(), results_.end(), [&](const FileRef& result) {
      return result->number == source->number;
    });
    if (stays || source->number < first_new_number_) continue;
    RemoveFile(FilePath(directory_, {FileType::kTable, source->number})).IgnoreError();
  }
}

}  // namespace

absl::Status RepairDb(const Options& options, const std::string& path) {
  absl::StatusOr<std::vector<DatabaseFile>> files = ListDatabaseFiles(path);
  if (!files.ok()) return files.status();
  if (files->empty()) return absl::NotFoundError("there is no database in " + path);
  const absl::StatusOr<FileLock> lock = FileLock::Acquire(FilePath(path, {FileType::kLock, 0}));
  if (!lock.ok()) return lock.status();
  // Another process may have changed them before the lock was taken.
  files = ListDatabaseFiles(path);
  if (!files.ok()) return files.status();
  return Repair(options, path, *std::move(files)).Run();
}

}  // namespace harrow::engine
