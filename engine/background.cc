// Each step: prepare under the lock, do the work without it, let the version set write and install
// the edit, remove what that made unneeded.
#include "engine/background.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/clock.h"
#include "engine/table_output.h"

namespace harrow::engine {

namespace {

// "compaction: 4@0 + 1@1 by size"
std::string PlanText(const CompactionPlan& plan) {
  const char* const reason = plan.reason == CompactionReason::kSize    ? "size"
                             : plan.reason == CompactionReason::kSeeks ? "seeks"
                                                                       : "hand";
  return absl::StrCat(plan.trivial_move ? "move: " : "compaction: ", plan.inputs.size(), "@",
                      plan.level, " + ", plan.next_inputs.size(), "@", plan.level + 1, " by ",
                      reason);
}

}  // namespace

bool Background::HasWork() {
  if (!state_->error.ok() || state_->closing.load()) return false;
  const Version& version = *state_->versions.current();
  return state_->immutable != nullptr || !state_->retired_logs.empty() || !state_->manual.empty() ||
         state_->picker.NeedsCompaction(version) || state_->seeks.ChosenIn(version) != nullptr;
}

void Background::Work(std::unique_lock<std::mutex>& lock) {
  const absl::Status status = state_->immutable != nullptr ? FlushImmutable(lock) : Compact(lock);
  // A compaction that the close cut short is no failure.
  if (!status.ok() && !absl::IsCancelled(status)) state_->error.Record(status);
  state_->changed.notify_all();
  // Only now, when the plan is gone, which held the inputs.
  RemoveObsoleteFiles(lock);
}

absl::Status Background::FlushImmutable(std::unique_lock<std::mutex>& lock) {
  const std::shared_ptr<MemTable> memtable = state_->immutable;
  // No rotation happens until this memtable is gone, so this stays the log in use.
  const std::uint64_t log_number = state_->log_number;
  const std::uint64_t old_log_number = state_->versions.log_number();
  const std::uint64_t number = state_->versions.NewFileNumber();
  const SequenceNumber oldest_snapshot = OldestSnapshot();
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

  // Versions change on this thread alone, so the level is right when the edit comes into force.
  const int level =
      state_->picker.LevelForFlush(*state_->versions.current(), RangeOf(*table), running_);
  VersionEdit edit;
  edit.log_number = log_number;
  // Exactly the last number before the log in use: recovery tells from it that a log is whole.
  edit.last_sequence = memtable->largest_sequence();
  activity.time_us = MonotonicMicros() - start_us;
  activity.bytes_written = table->file_size;
  edit.added_files.push_back({level, *std::move(table)});
  absl::Status status = state_->versions.LogAndApply(std::move(edit), lock);
  if (!status.ok()) return status;
  state_->immutable = nullptr;
  if (!state_->closing.load()) state_->compaction_must_pause.store(false);
  ++state_->flush_count;
  state_->activity[static_cast<std::size_t>(level)].Add(activity);
  if (level > 0) ++state_->flush_below_level0_count;
  state_->RefreshView();
  state_->changed.notify_all();
  state_->obsolete.Add(FileName{FileType::kLog, old_log_number});
  state_->options.info_log->Log(absl::StrCat("flush: done, at level ", level));
  RemoveObsoleteFiles(lock);
  return absl::OkStatus();
}

absl::Status Background::Compact(std::unique_lock<std::mutex>& lock) {
  if (by_hand_had_its_turn_ || state_->manual.empty()) {
    by_hand_had_its_turn_ = false;
    const std::optional<CompactionPlan> plan = PickAutomatic();
    if (plan.has_value()) return RunPlan(*plan, lock);
    if (state_->manual.empty()) return absl::OkStatus();
  }
  by_hand_had_its_turn_ = true;
  return CompactByHand(lock);
}

absl::Status Background::CompactByHand(std::unique_lock<std::mutex>& lock) {
  const std::shared_ptr<ManualCompaction> manual = state_->manual.front();
  const std::optional<CompactionPlan> piece =
      manual->NextPiece(state_->picker, state_->versions.current());
  if (!piece.has_value()) {
    state_->manual.Remove(manual);
    return absl::OkStatus();
  }
  absl::Status status = RunPlan(*piece, lock);
  if (status.ok()) manual->Advance(*piece);
  return status;
}

std::optional<CompactionPlan> Background::PickAutomatic() {
  const std::shared_ptr<const Version>& version = state_->versions.current();
  std::optional<CompactionPlan> plan =
      state_->picker.PickBySize(version, state_->versions.compact_pointers());
  if (plan.has_value()) return plan;
  const FileRef table = state_->seeks.ChosenIn(*version);
  if (table != nullptr) {
    plan = state_->picker.PickBySeeks(version, state_->seeks.level(), table);
    table->RestoreSeeks();
  }
  state_->seeks.Clear();
  return plan;
}

absl::Status Background::RunPlan(const CompactionPlan& plan, std::unique_lock<std::mutex>& lock) {
  state_->options.info_log->Log(PlanText(plan));
  running_ = &plan;
  absl::Status status = plan.trivial_move ? Move(plan, lock) : Merge(plan, lock);
  running_ = nullptr;
  if (absl::IsCancelled(status)) state_->options.info_log->Log("compaction: cut short");
  if (!status.ok()) return status;
  state_->options.info_log->Log("compaction: done");
  ++(plan.trivial_move ? state_->move_count : state_->compaction_count);
  if (plan.reason == CompactionReason::kSeeks) ++state_->seek_compaction_count;
  if (plan.reason == CompactionReason::kManual) ++state_->manual_compaction_count;
  state_->RefreshView();
  state_->changed.notify_all();
  return absl::OkStatus();
}

absl::Status Background::Move(const CompactionPlan& plan, std::unique_lock<std::mutex>& lock) {
  return state_->versions.LogAndApply(MoveEdit(plan), lock);
}

absl::Status Background::Merge(const CompactionPlan& plan, std::unique_lock<std::mutex>& lock) {
  const SequenceNumber oldest_snapshot = OldestSnapshot();
  // A memtable that fills up meanwhile must not wait for the whole of the compaction.
  Compaction compaction(&plan, state_, oldest_snapshot, [&] {
    lock.lock();
    absl::Status flushed = state_->error.status();
    if (flushed.ok() && state_->immutable != nullptr) flushed = FlushImmutable(lock);
    lock.unlock();
    return flushed;
  });
  LevelActivity activity;
  const std::uint64_t start_us = MonotonicMicros();
  lock.unlock();
  absl::Status status = compaction.Run();
  lock.lock();
  if (absl::IsCancelled(status)) {
    // No edit ever named the outputs.
    state_->obsolete.Add(compaction.outputs());
    return status;
  }
  if (!status.ok()) return status;
  VersionEdit edit = compaction.TakeEdit();
  activity.bytes_read = TotalFileSize(plan.inputs) + TotalFileSize(plan.next_inputs);
  for (const VersionEdit::AddedFile& added : edit.added_files) {
    activity.bytes_written += added.file.file_size;
  }
  activity.time_us = MonotonicMicros() - start_us;
  const std::string line =
      absl::StrCat("compacted ", plan.inputs.size(), " tables of level ", plan.level, " and ",
                   plan.next_inputs.size(), " of the next, ", activity.bytes_read, " bytes, into ",
                   edit.added_files.size(), " of ", activity.bytes_written, " bytes");
  status = state_->versions.LogAndApply(std::move(edit), lock);
  if (!status.ok()) return status;
  state_->options.info_log->Log(line);
  state_->activity[static_cast<std::size_t>(plan.level) + 1].Add(activity);
  for (const FileRef& file : plan.inputs) state_->obsolete.Add(file);
  for (const FileRef& file : plan.next_inputs) state_->obsolete.Add(file);
  return absl::OkStatus();
}

void Background::RemoveObsoleteFiles(std::unique_lock<std::mutex>& lock) {
  if (!state_->error.ok()) return;
  std::vector<FileName> files = state_->obsolete.TakeRemovable();
  std::vector<std::unique_ptr<LogFile>> logs = std::exchange(state_->retired_logs, {});
  if (files.empty() && logs.empty()) return;
  lock.unlock();
  logs.clear();
  if (!files.empty()) {
    // A memtable that waits for its flush must not wait for many files to go.
    const auto pauses = [this] {
      return state_->compaction_must_pause.load() && !state_->closing.load();
    };
    files = RemoveFiles(std::move(files), {&state_->directory, &state_->tables,
                                           state_->options.info_log.get(), pauses});
  }
  lock.lock();
  state_->obsolete.Add(files);
}

}  // namespace harrow::engine
