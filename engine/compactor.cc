// Each step: prepare under the lock, do the work without it, let the version set write and install
// the edit, remove what that made unneeded.
#include "engine/compactor.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/clock.h"
#include "engine/coverage_mark.h"

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

bool Compactor::HasWork() {
  if (!state_->error.ok() || state_->closing.load()) return false;
  const Version& version = *state_->versions.current();
  return !state_->manual.empty() || state_->picker.NeedsCompaction(version) ||
         state_->seeks.ChosenIn(version) != nullptr || state_->obsolete.HasRemovable();
}

void Compactor::Work(std::unique_lock<std::mutex>& lock) {
  const absl::Status status = Compact(lock);
  // A compaction that the close cut short is no failure.
  if (!status.ok() && !absl::IsCancelled(status)) state_->error.Record(status);
  state_->changed.notify_all();
  // Only now, when the plan is gone, which held the inputs.
  RemoveObsoleteFiles(lock);
}

absl::Status Compactor::Compact(std::unique_lock<std::mutex>& lock) {
  // The edit of a flush may put a table where a compaction that does not know of it puts its own.
  state_->versions.AwaitTurn(lock);
  if (!state_->error.ok()) return state_->error.status();
  if (by_hand_had_its_turn_ || state_->manual.empty()) {
    by_hand_had_its_turn_ = false;
    const std::optional<CompactionPlan> plan = PickAutomatic();
    if (plan.has_value()) return RunPlan(*plan, lock);
    if (state_->manual.empty()) return absl::OkStatus();
  }
  by_hand_had_its_turn_ = true;
  return CompactByHand(lock);
}

absl::Status Compactor::CompactByHand(std::unique_lock<std::mutex>& lock) {
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

std::optional<CompactionPlan> Compactor::PickAutomatic() {
  const std::shared_ptr<const Version>& version = state_->versions.current();
  std::optional<CompactionPlan> plan =
      state_->picker.PickBySize(version, state_->versions.compact_pointers());
  if (plan.has_value()) return plan;
  const FileRef table = state_->seeks.ChosenIn(*version);
  if (table != nullptr) {
    plan = state_->picker.PickBySeeks(version, state_->seeks.level(), table);
    table->ForgetSeeks();
  }
  state_->seeks.Clear();
  return plan;
}

absl::Status Compactor::RunPlan(const CompactionPlan& plan, std::unique_lock<std::mutex>& lock) {
  state_->options.info_log->Log(PlanText(plan));
  state_->running_compaction = &plan;
  absl::Status status = plan.trivial_move ? Move(plan, lock) : Merge(plan, lock);
  state_->running_compaction = nullptr;
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

absl::Status Compactor::Move(const CompactionPlan& plan, std::unique_lock<std::mutex>& lock) {
  return state_->versions.LogAndApply(MoveEdit(plan), lock);
}

absl::Status Compactor::Merge(const CompactionPlan& plan, std::unique_lock<std::mutex>& lock) {
  const SequenceNumber oldest_snapshot = state_->snapshots.OldestOr(queue_->published_sequence());
  Compaction compaction(&plan, state_, oldest_snapshot);
  LevelActivity activity;
  const std::uint64_t start_us = MonotonicMicros();
  lock.unlock();
  absl::Status status = compaction.Run();
  lock.lock();
  if (absl::IsCancelled(status)) {
    Reached(Mark::kCompactionCutShort);
    // No edit ever named the outputs.
    state_->obsolete.Add(compaction.outputs());
    return status;
  }
  // After a flush that failed meanwhile nothing more comes into force.
  if (status.ok()) status = state_->error.status();
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

void Compactor::RemoveObsoleteFiles(std::unique_lock<std::mutex>& lock) {
  if (!state_->error.ok()) return;
  const std::vector<FileName> files = state_->obsolete.TakeRemovable();
  if (files.empty()) return;
  lock.unlock();
  RemoveFiles(files, {&state_->directory, &state_->tables, state_->options.info_log.get()});
  lock.lock();
}

}  // namespace harrow::engine
