// Look, decide, do. To do: replay the logs into tables, write log and manifest, sync the directory,
// switch CURRENT, sync the directory.
#include "engine/recovery.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/check.h"
#include "engine/coverage_mark.h"
#include "engine/file.h"
#include "engine/info_log.h"
#include "engine/log_replay.h"
#include "engine/manifest.h"
#include "engine/recovery_look.h"
#include "engine/recovery_table.h"
#include "engine/table_output.h"

namespace harrow::engine {
namespace {

// The error that a refused open returns.
absl::Status Refusal(const RecoveryRow& row, const RecoveryView& view) {
  const absl::Status& why = view.why[static_cast<std::size_t>(row.blame)];
  HARROW_CHECK(!why.ok());
  return row.code == absl::StatusCode::kOk ? why : absl::Status(row.code, why.message());
}

// The line that the info log gets.
std::string Describe(const RecoveryRow& row, const RecoveryView& view) {
  std::string line = absl::StrCat("opening by row ", std::string(1, row.letter));
  if (row.action == RecoveryAction::kRefuse) return line + ": refused";
  absl::StrAppend(&line, ": last sequence of the manifest ", view.state.last_sequence,
                  ", of the logs ", view.logs.last_sequence());
  if (row.action == RecoveryAction::kReplayUpToBadPlace) {
    absl::StrAppend(&line,
                    "; nothing after: ", view.why[static_cast<std::size_t>(row.blame)].message());
  }
  return line;
}

void NoteRarePaths(const RecoveryRow& row, const RecoveryView& view) {
  if (row.action == RecoveryAction::kRefuse) Reached(Mark::kOpenRefused);
  if (row.action == RecoveryAction::kReplayUpToBadPlace && row.blame == Part::kEarlierLogs) {
    Reached(view.looks[row.blame] == Look::kShort ? Mark::kLogGap : Mark::kEarlierLogBad);
  }
}

// Adds the tables that the logs become to the edit.
absl::Status ReplayLogs(const Options& options, const std::string& directory, LogChain* logs,
                        VersionSet* versions, VersionEdit* edit) {
  LogReplay replay(options.write_buffer_size, [&](const MemTable& memtable) {
    absl::StatusOr<FileMetaData> table =
        WriteMemTable(memtable, kMaxSequenceNumber, directory, versions->NewFileNumber(),
                      MakeTableOptions(options));
    if (!table.ok()) return table.status();
    Reached(Mark::kRecoveryFlush);
    edit->added_files.push_back({0, *std::move(table)});
    return absl::OkStatus();
  });
  return logs->Replay(&replay);
}

absl::Status SwitchTo(const std::string& directory, std::uint64_t manifest_number) {
  absl::Status status = SyncDirectory(directory);
  if (status.ok()) status = WriteCurrent(directory, manifest_number);
  if (status.ok()) status = SyncDirectory(directory);
  return status;
}

// What was there before and is not part of the new state.
std::vector<FileName> FindUnneeded(const std::vector<FileName>& files, const Version& version) {
  std::vector<FileName> unneeded;
  for (const FileName& file : files) {
    switch (file.type) {
      case FileType::kTemporary:
        Reached(Mark::kLeftoverTemporary);
        [[fallthrough]];
      case FileType::kLog:
      case FileType::kManifest:
        unneeded.push_back(file);
        break;
      case FileType::kTable:
      case FileType::kOldTable:
        if (version.Contains(file.number)) break;
        Reached(Mark::kLeftoverTable);
        unneeded.push_back(file);
        break;
      case FileType::kCurrent:
      case FileType::kLock:
      case FileType::kInfoLog:
        break;
    }
  }
  return unneeded;
}

// Makes the new state: tables, log, manifest, and CURRENT to name it.
absl::StatusOr<Recovered> Build(const Options& options, const std::string& directory,
                                RecoveryView* view, VersionSet* versions) {
  versions->Adopt(view->state, std::max(view->state.next_file_number, view->LargestNumber() + 1));
  const std::uint64_t manifest_number = versions->NewFileNumber();
  const std::uint64_t log_number = versions->NewFileNumber();
  VersionEdit edit;
  edit.log_number = log_number;
  edit.last_sequence = view->logs.last_sequence();
  absl::Status status = ReplayLogs(options, directory, &view->logs, versions, &edit);
  if (!status.ok()) return status;

  Recovered recovered;
  recovered.last_sequence = view->logs.last_sequence();
  absl::StatusOr<std::unique_ptr<LogFile>> log = LogFile::Create(directory, log_number);
  if (!log.ok()) return log.status();
  recovered.log = *std::move(log);
  status = versions->StartManifest(edit, manifest_number);
  if (status.ok()) status = SwitchTo(directory, manifest_number);
  if (!status.ok()) return status;
  recovered.unneeded = FindUnneeded(view->files, *versions->current());
  return recovered;
}

}  // namespace

absl::StatusOr<Recovered> Recover(const Options& options, const std::string& directory,
                                  VersionSet* versions) {
  RecoveryView view = LookAtDirectory(options, directory);
  const RecoveryRow& row = Decide(view.looks);
  // Where there is no database there shall be no LOG either.
  if (row.code != absl::StatusCode::kNotFound) options.info_log->Log(Describe(row, view));
  NoteRarePaths(row, view);
  switch (row.action) {
    case RecoveryAction::kRefuse:
      return Refusal(row, view);
    case RecoveryAction::kCreate: {
      // The directory itself may be new, and its name not durable.
      absl::Status status = SyncDirectory(ParentDirectory(directory));
      if (!status.ok()) return status;
      break;
    }
    case RecoveryAction::kReplay:
    case RecoveryAction::kReplayUpToBadPlace:
      break;  // the logs know how far they go
  }
  return Build(options, directory, &view, versions);
}

}  // namespace harrow::engine
