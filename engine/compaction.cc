// One merging cursor over all inputs gives the entries in order, newest first for each user key.
// Each is held against the one before it: that tells damage, and where the next user key starts.
#include "engine/compaction.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/check.h"
#include "engine/coverage_mark.h"
#include "engine/level_iterator.h"
#include "engine/merging_iterator.h"

namespace harrow::engine {
namespace {

absl::Status Damaged() {
  return absl::DataLossError("compaction: a table's entries are damaged or out of order");
}

// Where the level's next compaction starts.
VersionEdit::CompactPointer PointerAfter(const CompactionPlan& plan) {
  const InternalKey* last = &plan.inputs.front()->largest;
  for (const FileRef& file : plan.inputs) {
    if (Compare(*last, file->largest) < 0) last = &file->largest;
  }
  return {plan.level, *last};
}

}  // namespace

Compaction::Compaction(const CompactionPlan* plan, DbState* state, SequenceNumber oldest_snapshot)
    : plan_(plan),
      state_(state),
      drop_rule_(plan->version.get(), plan->level, oldest_snapshot),
      cut_rule_(&plan->grandparents,
                {state->options.max_file_size, state->picker.grandparent_overlap_max()}) {}

absl::Status Compaction::Run() {
  std::vector<std::unique_ptr<Iterator>> inputs;
  absl::Status status = OpenInputs(&inputs);
  if (!status.ok()) return status;
  const std::unique_ptr<Iterator> it = NewMergingIterator(std::move(inputs));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (MustEnd()) return absl::CancelledError("cut short");
    status = Add(it->key(), it->value());
    if (!status.ok()) return status;
  }
  if (!it->status().ok()) return it->status();
  return output_ == nullptr ? absl::OkStatus() : FinishOutput();
}

absl::Status Compaction::OpenInputs(std::vector<std::unique_ptr<Iterator>>* inputs) const {
  ReadOptions options;
  options.fill_cache = false;  // what is read here is about to go
  if (plan_->level == 0) {
    for (const FileRef& file : plan_->inputs) {
      absl::StatusOr<std::shared_ptr<const Table>> table = state_->tables.Find(*file);
      if (!table.ok()) return table.status();
      inputs->push_back((*table)->NewIterator(options));
    }
  } else {
    inputs->push_back(NewLevelIterator(&plan_->inputs, &state_->tables, options));
  }
  if (!plan_->next_inputs.empty()) {
    inputs->push_back(NewLevelIterator(&plan_->next_inputs, &state_->tables, options));
  }
  return absl::OkStatus();
}

absl::Status Compaction::Add(std::string_view key, std::string_view value) {
  ParsedInternalKey entry;
  if (!ParseInternalKey(key, &entry)) return Damaged();
  bool new_user_key = true;
  if (!previous_key_.empty()) {
    const int order = ExtractUserKey(previous_key_).compare(entry.user_key);
    if (order > 0 || (order == 0 && ExtractTag(previous_key_) <= ExtractTag(key))) return Damaged();
    new_user_key = order < 0;
  }
  previous_key_.assign(key);
  if (new_user_key) user_key_kept_ = false;
  return drop_rule_.Drops(entry, new_user_key) ? absl::OkStatus() : Keep(key, value);
}

absl::Status Compaction::Keep(std::string_view key, std::string_view value) {
  if (!user_key_kept_) {
    user_key_kept_ = true;
    const std::uint64_t size = output_ == nullptr ? 0 : output_->FileSize();
    if (cut_rule_.CutsBefore(ExtractUserKey(key), size)) {
      absl::Status status = FinishOutput();
      if (!status.ok()) return status;
    }
    if (output_ == nullptr) {
      absl::Status status = StartOutput();
      if (!status.ok()) return status;
    }
  } else if (output_->FileSize() >= state_->options.max_file_size) {
    Reached(Mark::kCutPutOff);
  }
  return output_->Add(key, value);
}

absl::Status Compaction::StartOutput() {
  const std::uint64_t number = state_->versions.NewFileNumber();
  outputs_.push_back({FileType::kTable, number});
  absl::StatusOr<std::unique_ptr<TableOutput>> output =
      TableOutput::Create(state_->directory, number, MakeTableOptions(state_->options));
  if (!output.ok()) return output.status();
  output_ = *std::move(output);
  return absl::OkStatus();
}

absl::Status Compaction::FinishOutput() {
  absl::StatusOr<FileMetaData> file = output_->Finish();
  output_ = nullptr;
  if (!file.ok()) return file.status();
  edit_.added_files.push_back({plan_->level + 1, *std::move(file)});
  return absl::OkStatus();
}

VersionEdit Compaction::TakeEdit() {
  HARROW_CHECK(output_ == nullptr);
  edit_.compact_pointers.push_back(PointerAfter(*plan_));
  for (const FileRef& file : plan_->inputs) {
    edit_.removed_files.push_back({plan_->level, file->number});
  }
  for (const FileRef& file : plan_->next_inputs) {
    edit_.removed_files.push_back({plan_->level + 1, file->number});
  }
  // As LevelDB has them in its records: by level and number.
  std::sort(edit_.removed_files.begin(), edit_.removed_files.end(),
            [](const VersionEdit::RemovedFile& a, const VersionEdit::RemovedFile& b) {
              return std::tie(a.level, a.number) < std::tie(b.level, b.number);
            });
  return std::move(edit_);
}

VersionEdit MoveEdit(const CompactionPlan& plan) {
  HARROW_CHECK(plan.trivial_move && plan.inputs.size() == 1);
  VersionEdit edit;
  edit.compact_pointers.push_back(PointerAfter(plan));
  edit.removed_files.push_back({plan.level, plan.inputs[0]->number});
  edit.added_files.push_back({plan.level + 1, *plan.inputs[0]});
  return edit;
}

}  // namespace harrow::engine
