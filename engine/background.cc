// Each step: prepare under the lock, do the work without it, let the version set write and install
// the edit, remove what that made unneeded.
#include "engine/background.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/compaction.h"
#include "engine/table_output.h"

namespace harrow::engine {

bool Background::HasWork() {
  return state_->error.ok() && !state_->closing.load() &&
         (state_->immutable != nullptr || NeedsCompaction(*state_->versions.current()));
}

void Background::Work(std::unique_lock<std::mutex>& lock) {
  const absl::Status status = state_->immutable != nullptr ? FlushImmutable(lock) : Compact(lock);
  if (!status.ok()) state_->error.Record(status);
  state_->changed.notify_all();
}

absl::Status Background::FlushImmutable(std::unique_lock<std::mutex>& lock) {
  const std::shared_ptr<MemTable> memtable = state_->immutable;
  // No rotation happens until this memtable is gone, so this stays the log in use.
  const std::uint64_t log_number = state_->log_number;
  const std::uint64_t old_log_number = state_->versions.log_number();
  const std::uint64_t number = state_->versions.NewFileNumber();
  lock.unlock();
  absl::StatusOr<FileMetaData> table =
      WriteMemTable(*memtable, state_->directory, number, MakeTableOptions(state_->options));
  if (table.ok()) {
    state_->options.info_log->Log(
        absl::StrCat("flush: table ", number, " of ", table->file_size, " bytes"));
  }
  lock.lock();
  if (!table.ok()) return table.status();

  VersionEdit edit;
  edit.log_number = log_number;
  // Exactly the last number before the log in use: recovery tells from it that a log is whole.
  edit.last_sequence = memtable->largest_sequence();
  edit.added_files.push_back({0, *std::move(table)});
  absl::Status status = state_->versions.LogAndApply(std::move(edit), lock);
  if (!status.ok()) return status;
  state_->immutable = nullptr;
  ++state_->flush_count;
  state_->RefreshView();
  state_->changed.notify_all();
  state_->obsolete.Add({FileType::kLog, old_log_number});
  RemoveObsoleteFiles(lock);
  return absl::OkStatus();
}

absl::Status Background::Compact(std::unique_lock<std::mutex>& lock) {
  std::optional<Compaction> compaction = Compaction::Pick(state_->versions);
  if (!compaction.has_value()) return absl::OkStatus();
  const SequenceNumber smallest_snapshot = state_->snapshots.OldestOr(queue_->published_sequence());
  lock.unlock();
  // A memtable that fills up meanwhile must not wait for the whole of the compaction.
  absl::Status status = compaction->Run(state_, smallest_snapshot, [&] {
    lock.lock();
    absl::Status flushed = state_->error.status();
    if (flushed.ok() && state_->immutable != nullptr) flushed = FlushImmutable(lock);
    lock.unlock();
    return flushed;
  });
  lock.lock();
  if (absl::IsCancelled(status)) {
    // No edit ever named the outputs.
    state_->obsolete.Add(compaction->outputs());
    return absl::OkStatus();
  }
  if (status.ok()) status = state_->versions.LogAndApply(compaction->TakeEdit(), lock);
  if (!status.ok()) return status;
  ++state_->compaction_count;
  state_->RefreshView();
  state_->changed.notify_all();
  state_->obsolete.Add(compaction->Inputs());
  compaction.reset();  // it holds the version that has the inputs
  RemoveObsoleteFiles(lock);
  return absl::OkStatus();
}

void Background::RemoveObsoleteFiles(std::unique_lock<std::mutex>& lock) {
  if (!state_->error.ok()) return;
  const std::vector<FileName> files = state_->obsolete.TakeRemovable(&state_->versions);
  if (files.empty()) return;
  lock.unlock();
  RemoveFiles(state_->directory, files, &state_->tables, state_->options.info_log.get());
  lock.lock();
}

}  // namespace harrow::engine
