// A flush: prepare under the lock, write the table without it, let the version set write and
// install the edit, remove the log.
#include "engine/flusher.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/clock.h"
#include "engine/coverage_mark.h"
#include "engine/table_output.h"

namespace harrow::engine {

bool Flusher::HasWork() {
  return state_->error.ok() && !state_->closing.load() &&
         (state_->immutable != nullptr || !state_->retired_logs.empty());
}

void Flusher::Work(std::unique_lock<std::mutex>& lock) {
  if (state_->immutable != nullptr) {
    absl::Status status = Flush(lock);
    if (status.ok()) status = compaction_->Wake();
    if (!status.ok()) state_->error.Record(status);
    state_->changed.notify_all();
  }
  CloseRetiredLogs(lock);
}

absl::Status Flusher::Flush(std::unique_lock<std::mutex>& lock) {
  const std::shared_ptr<MemTable> memtable = state_->immutable;
  const std::uint64_t old_log_number = state_->versions.log_number();
  const std::uint64_t number = state_->versions.NewFileNumber();
  const SequenceNumber oldest_snapshot = state_->snapshots.OldestOr(queue_->published_sequence());
  LevelActivity activity;
  const std::uint64_t start_us = MonotonicMicros();
  lock.unlock();
  state_->options.info_log->Log(absl::StrCat("flush: begins, to table ", number));
  absl::StatusOr<FileMetaData> table = WriteMemTable(*memtable, oldest_snapshot, state_->directory,
                                                     number, MakeTableOptions(state_->options));
  if (table.ok()) {
    state_->options.info_log->Log(
        absl::StrCat("flush: table ", number, " of ", table->file_size, " bytes"));
  }
  lock.lock();
  if (!table.ok()) return table.status();
  activity.time_us = MonotonicMicros() - start_us;
  activity.bytes_written = table->file_size;
  absl::Status status = Install(*memtable, *std::move(table), activity, lock);
  if (!status.ok()) return status;
  RemoveLog(old_log_number, lock);
  return absl::OkStatus();
}

absl::Status Flusher::Install(const MemTable& memtable, FileMetaData table, LevelActivity activity,
                              std::unique_lock<std::mutex>& lock) {
  // The level is right when the edit comes into force: until then no other edit does, and no
  // compaction is picked.
  state_->versions.AwaitTurn(lock);
  if (!state_->error.ok()) {
    Reached(Mark::kFlushAfterError);
    return state_->error.status();
  }
  const int level = state_->picker.LevelForFlush(*state_->versions.current(), RangeOf(table),
                                                 state_->running_compaction);
  VersionEdit edit;
  // No rotation happens until this memtable is gone, so this is the log that came after it.
  edit.log_number = state_->log_number;
  // Exactly the last number before the log in use: recovery tells from it that a log is whole.
  edit.last_sequence = memtable.largest_sequence();
  edit.added_files.push_back({level, std::move(table)});
  absl::Status status = state_->versions.LogAndApply(std::move(edit), lock);
  if (!status.ok()) return status;
  state_->immutable = nullptr;
  ++state_->flush_count;
  state_->activity[static_cast<std::size_t>(level)].Add(activity);
  if (level > 0) ++state_->flush_below_level0_count;
  state_->RefreshView();
  state_->changed.notify_all();
  state_->options.info_log->Log(absl::StrCat("flush: done, at level ", level));
  return absl::OkStatus();
}

void Flusher::RemoveLog(std::uint64_t number, std::unique_lock<std::mutex>& lock) {
  // A write may have failed while the edit was written.
  if (!state_->error.ok()) return;
  lock.unlock();
  RemoveFiles({{FileType::kLog, number}},
              {&state_->directory, &state_->tables, state_->options.info_log.get()});
  lock.lock();
}

void Flusher::CloseRetiredLogs(std::unique_lock<std::mutex>& lock) {
  std::vector<std::unique_ptr<LogFile>> logs = std::exchange(state_->retired_logs, {});
  if (logs.empty()) return;
  lock.unlock();
  logs.clear();
  lock.lock();
}

}  // namespace harrow::engine
