// Look: CURRENT, manifest, list of files. Check that everything named is there. Replay the logs
// into tables. Write log and manifest, sync the directory, switch CURRENT, sync the directory.
#include "engine/recovery.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/file.h"
#include "engine/info_log.h"
#include "engine/log_replay.h"
#include "engine/manifest.h"
#include "engine/table_output.h"

namespace harrow::engine {
namespace {

struct Listing {
  std::vector<FileName> files;  // the database's

  bool Has(FileType type, std::uint64_t number) const {
    return std::any_of(files.begin(), files.end(), [&](const FileName& file) {
      return file.type == type && file.number == number;
    });
  }
  std::uint64_t LargestNumber() const {
    std::uint64_t largest = 0;
    for (const FileName& file : files) largest = std::max(largest, file.number);
    return largest;
  }
};

absl::StatusOr<Listing> ListFiles(const std::string& directory) {
  absl::StatusOr<std::vector<std::string>> names = ListDirectory(directory);
  if (!names.ok()) return names.status();
  Listing listing;
  for (const std::string& name : *names) {
    const std::optional<FileName> file = ParseFileName(name);
    if (file.has_value()) listing.files.push_back(*file);
  }
  return listing;
}

// Without CURRENT there may be what an unfinished creation left, but no data.
absl::Status CheckNothingIsThere(const std::string& directory, const Listing& listing) {
  for (const FileName& file : listing.files) {
    bool data = file.type == FileType::kTable || file.type == FileType::kOldTable;
    if (file.type == FileType::kLog) {
      absl::StatusOr<std::uint64_t> size = FileSize(FilePath(directory, file));
      if (!size.ok()) return size.status();
      data = *size > 0;
    }
    if (data) {
      return absl::DataLossError("CURRENT is missing, but not its data: " +
                                 FilePath(directory, file));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAllIsThere(const std::string& directory, const ManifestState& state,
                             const Listing& listing) {
  for (int level = 0; level < kLevelCount; ++level) {
    for (const FileRef& file : state.version->level(level)) {
      if (listing.Has(FileType::kTable, file->number)) continue;
      if (listing.Has(FileType::kOldTable, file->number)) continue;
      return absl::DataLossError("a table is missing: " +
                                 FilePath(directory, {FileType::kTable, file->number}));
    }
  }
  // Log 0 is none: the first manifest of a stock LevelDB says so.
  for (const std::uint64_t number : {state.log_number, state.previous_log_number}) {
    if (number == 0 || listing.Has(FileType::kLog, number)) continue;
    return absl::DataLossError("a log is missing: " +
                               FilePath(directory, {FileType::kLog, number}));
  }
  return absl::OkStatus();
}

bool LogNeeded(const ManifestState& state, std::uint64_t number) {
  return number >= state.log_number ||
         (number == state.previous_log_number && state.previous_log_number != 0);
}

// Adds the tables that the logs become to the edit, and moves the last sequence on.
absl::Status ReplayLogs(const Options& options, const std::string& directory,
                        const ManifestState& state, const Listing& listing, VersionSet* versions,
                        VersionEdit* edit) {
  std::vector<std::uint64_t> numbers;
  for (const FileName& file : listing.files) {
    if (file.type == FileType::kLog && LogNeeded(state, file.number)) {
      numbers.push_back(file.number);
    }
  }
  std::sort(numbers.begin(), numbers.end());

  LogReplay replay(state.last_sequence, options.write_buffer_size, [&](const MemTable& memtable) {
    absl::StatusOr<FileMetaData> table =
        WriteMemTable(memtable, directory, versions->NewFileNumber(), MakeTableOptions(options));
    if (!table.ok()) return table.status();
    edit->added_files.push_back({0, *std::move(table)});
    return absl::OkStatus();
  });
  for (const std::uint64_t number : numbers) {
    const std::string path = FilePath(directory, {FileType::kLog, number});
    absl::StatusOr<std::string> contents = ReadFile(path);
    if (absl::IsNotFound(contents.status())) {
      return absl::DataLossError("a log has vanished: " + path);
    }
    if (!contents.ok()) return contents.status();
    absl::Status status = replay.AddLog(path, *contents);
    if (!status.ok()) return status;
    options.info_log->Log(
        absl::StrCat("replayed log ", number, " of ", contents->size(), " bytes up to sequence ",
                     replay.last_sequence(),
                     replay.stopped().ok() ? "" : "; nothing after: ", replay.stopped().message()));
  }
  absl::Status status = replay.Finish();
  edit->last_sequence = replay.last_sequence();
  return status;
}

absl::Status SwitchTo(const std::string& directory, std::uint64_t manifest_number) {
  absl::Status status = SyncDirectory(directory);
  if (status.ok()) status = WriteCurrent(directory, manifest_number);
  if (status.ok()) status = SyncDirectory(directory);
  return status;
}

// What was there before and is not part of the new state.
std::vector<FileName> FindUnneeded(const Listing& listing, const Version& version) {
  std::vector<FileName> unneeded;
  for (const FileName& file : listing.files) {
    switch (file.type) {
      case FileType::kLog:
      case FileType::kManifest:
      case FileType::kTemporary:
        unneeded.push_back(file);
        break;
      case FileType::kTable:
      case FileType::kOldTable:
        if (!version.Contains(file.number)) unneeded.push_back(file);
        break;
      case FileType::kCurrent:
      case FileType::kLock:
      case FileType::kInfoLog:
        break;
    }
  }
  return unneeded;
}

// The state of a database that does not exist yet.
ManifestState EmptyState() {
  ManifestState state;
  state.version = std::make_shared<const Version>();
  state.next_file_number = 1;
  return state;
}

absl::StatusOr<ManifestState> ReadState(const Options& options, const std::string& directory,
                                        absl::StatusOr<Listing>* listing) {
  const absl::StatusOr<std::uint64_t> current = ReadCurrent(directory);
  const bool missing = absl::IsNotFound(current.status());
  if (!current.ok() && !missing) return current.status();
  if (missing && !options.create_if_missing) {
    return absl::NotFoundError("there is no database in " + directory);
  }
  if (!missing && options.error_if_exists) {
    return absl::FailedPreconditionError("there is a database in " + directory);
  }
  *listing = ListFiles(directory);
  if (!listing->ok()) return listing->status();
  if (missing) {
    absl::Status status = CheckNothingIsThere(directory, **listing);
    // The directory itself may be new, and its name not durable.
    if (status.ok()) status = SyncDirectory(ParentDirectory(directory));
    if (!status.ok()) return status;
    return EmptyState();
  }
  absl::StatusOr<ManifestState> state = ReadManifest(directory, *current);
  if (!state.ok()) return state;
  absl::Status status = CheckAllIsThere(directory, *state, **listing);
  if (!status.ok()) return status;
  return state;
}

}  // namespace

absl::StatusOr<Recovered> Recover(const Options& options, const std::string& directory,
                                  VersionSet* versions) {
  absl::StatusOr<Listing> listing = Listing();
  absl::StatusOr<ManifestState> state = ReadState(options, directory, &listing);
  if (!state.ok()) return state.status();
  versions->Adopt(*state, std::max(state->next_file_number, listing->LargestNumber() + 1));
  options.info_log->Log(absl::StrCat("opening: last sequence of the manifest ",
                                     state->last_sequence, ", logs needed from ", state->log_number,
                                     " on"));

  const std::uint64_t manifest_number = versions->NewFileNumber();
  const std::uint64_t log_number = versions->NewFileNumber();
  VersionEdit edit;
  edit.log_number = log_number;
  absl::Status status = ReplayLogs(options, directory, *state, *listing, versions, &edit);
  if (!status.ok()) return status;

  Recovered recovered;
  recovered.last_sequence = *edit.last_sequence;
  absl::StatusOr<std::unique_ptr<LogFile>> log = LogFile::Create(directory, log_number);
  if (!log.ok()) return log.status();
  recovered.log = *std::move(log);
  status = versions->StartManifest(edit, manifest_number);
  if (status.ok()) status = SwitchTo(directory, manifest_number);
  if (!status.ok()) return status;
  recovered.unneeded = FindUnneeded(*listing, *versions->current());
  return recovered;
}

}  // namespace harrow::engine
