// One merging cursor over all inputs gives the entries in order, newest first for each user key. An
// entry is dropped when the one before it, for the same user key, is at or below the oldest
// snapshot.
#include "engine/compaction.h"

#include <algorithm>
#include <utility>

#include "engine/check.h"
#include "engine/level_iterator.h"
#include "engine/merging_iterator.h"

namespace harrow::engine {
namespace {

constexpr std::uint64_t kLevel1SizeMax = 10 << 20;
constexpr std::uint64_t kLevelGrowth = 10;

// The level that should be compacted into the next; nothing if none.
std::optional<int> LevelToCompact(const Version& version) {
  if (version.level(0).size() >= kLevel0CompactionCount) return 0;
  std::uint64_t size_max = kLevel1SizeMax;
  for (int level = 1; level + 1 < kLevelCount; ++level) {
    if (TotalFileSize(version.level(level)) > size_max) return level;
    size_max *= kLevelGrowth;
  }
  return std::nullopt;
}

// Adds tables of the level until no user key is both in them and in one left out.
void Close(const Version& version, int level, FileList* files) {
  if (files->empty()) return;
  while (true) {
    FileList wider = version.Overlapping(level, SpanOf(*files));
    if (wider.size() == files->size()) return;
    *files = std::move(wider);
  }
}

FileRef FirstAfter(const FileList& files, const InternalKey& pointer) {
  for (const FileRef& file : files) {
    if (!pointer.valid() || Compare(file->largest, pointer) > 0) return file;
  }
  return files.front();  // wrapped around
}

}  // namespace

bool NeedsCompaction(const Version& version) { return LevelToCompact(version).has_value(); }

std::optional<Compaction> Compaction::Pick(const VersionSet& versions) {
  const Version& version = *versions.current();
  const std::optional<int> level = LevelToCompact(version);
  if (!level.has_value()) return std::nullopt;

  Compaction compaction(*level, versions.current());
  if (*level == 0) {
    compaction.inputs_ = version.level(0);
  } else {
    compaction.inputs_ = {FirstAfter(version.level(*level), versions.compact_pointer(*level))};
    Close(version, *level, &compaction.inputs_);
    compaction.edit_.compact_pointers.push_back({*level, compaction.inputs_.back()->largest});
  }
  compaction.next_inputs_ = version.Overlapping(*level + 1, SpanOf(compaction.inputs_));
  Close(version, *level + 1, &compaction.next_inputs_);
  return compaction;
}

absl::Status Compaction::Run(DbState* state, SequenceNumber smallest_snapshot,
                             const std::function<absl::Status()>& interlude) {
  std::vector<std::unique_ptr<Iterator>> inputs;
  absl::Status status = OpenInputs(&state->tables, &inputs);
  if (!status.ok()) return status;
  const std::unique_ptr<Iterator> it = NewMergingIterator(std::move(inputs));

  std::string previous_key;
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (state->closing.load()) return absl::CancelledError("the database closes");
    ParsedInternalKey key;
    if (!ParseInternalKey(it->key(), &key) ||
        (!previous_key.empty() && CompareInternalKey(it->key(), previous_key) <= 0)) {
      return absl::DataLossError("compaction: a table's entries are damaged or out of order");
    }
    const bool new_user_key = previous_key.empty() || ExtractUserKey(previous_key) != key.user_key;
    previous_key = it->key();
    if (Droppable(key, new_user_key, smallest_snapshot)) continue;

    if (new_user_key && output_ != nullptr && output_->FileSize() >= state->options.max_file_size) {
      status = FinishOutput();
      if (!status.ok()) return status;
    }
    if (output_ == nullptr) {
      status = interlude();
      if (!status.ok()) return status;
      const std::uint64_t number = state->versions.NewFileNumber();
      outputs_.push_back({FileType::kTable, number});
      absl::StatusOr<std::unique_ptr<TableOutput>> output =
          TableOutput::Create(state->directory, number, MakeTableOptions(state->options));
      if (!output.ok()) return output.status();
      output_ = *std::move(output);
    }
    status = output_->Add(it->key(), it->value());
    if (!status.ok()) return status;
  }
  if (!it->status().ok()) return it->status();
  return output_ == nullptr ? absl::OkStatus() : FinishOutput();
}

absl::Status Compaction::OpenInputs(TableCache* tables,
                                    std::vector<std::unique_ptr<Iterator>>* inputs) const {
  if (level_ == 0) {
    for (const FileRef& file : inputs_) {
      absl::StatusOr<std::shared_ptr<const Table>> table = tables->Find(*file);
      if (!table.ok()) return table.status();
      inputs->push_back((*table)->NewIterator());
    }
  } else {
    inputs->push_back(NewLevelIterator(&inputs_, tables));
  }
  if (!next_inputs_.empty()) inputs->push_back(NewLevelIterator(&next_inputs_, tables));
  return absl::OkStatus();
}

bool Compaction::InDeeperLevel(std::string_view user_key) const {
  for (int level = level_ + 2; level < kLevelCount; ++level) {
    if (version_->AnyOverlaps(level, user_key)) return true;
  }
  return false;
}

bool Compaction::Droppable(const ParsedInternalKey& key, bool new_user_key,
                           SequenceNumber smallest_snapshot) {
  const bool hidden = !new_user_key && previous_sequence_ <= smallest_snapshot;
  previous_sequence_ = key.sequence;
  return hidden || (key.type == ValueType::kDeletion && key.sequence <= smallest_snapshot &&
                    !InDeeperLevel(key.user_key));
}

absl::Status Compaction::FinishOutput() {
  absl::StatusOr<FileMetaData> file = output_->Finish();
  output_ = nullptr;
  if (!file.ok()) return file.status();
  edit_.added_files.push_back({level_ + 1, *std::move(file)});
  return absl::OkStatus();
}

VersionEdit Compaction::TakeEdit() {
  HARROW_CHECK(output_ == nullptr);
  for (const FileRef& file : inputs_) edit_.removed_files.push_back({level_, file->number});
  for (const FileRef& file : next_inputs_) {
    edit_.removed_files.push_back({level_ + 1, file->number});
  }
  return std::move(edit_);
}

std::vector<FileName> Compaction::Inputs() const {
  std::vector<FileName> files;
  for (const FileRef& file : inputs_) files.push_back({FileType::kTable, file->number});
  for (const FileRef& file : next_inputs_) files.push_back({FileType::kTable, file->number});
  return files;
}

}  // namespace harrow::engine
