// An edit becomes a new version first, so that one that does not fit never reaches the manifest;
// then it is written and synced, and only then installed.
#include "engine/version_set.h"

#include <algorithm>
#include <utility>

#include "engine/check.h"
#include "engine/coverage_mark.h"
#include "engine/file.h"

namespace harrow::engine {
namespace {

// One that only moves has been there before.
bool HasNewTables(const VersionEdit& edit, const Version& current) {
  return std::any_of(
      edit.added_files.begin(), edit.added_files.end(),
      [&](const VersionEdit::AddedFile& added) { return !current.Contains(added.file.number); });
}

}  // namespace

VersionSet::VersionSet(std::string directory)
    : directory_(std::move(directory)), current_(std::make_shared<const Version>()) {}

void VersionSet::Adopt(const ManifestState& state, std::uint64_t next_file_number) {
  HARROW_CHECK(manifest_ == nullptr);
  HARROW_CHECK(next_file_number >= state.next_file_number);
  current_ = state.version;
  log_number_ = state.log_number;
  last_sequence_ = state.last_sequence;
  compact_pointers_ = state.compact_pointers;
  next_file_number_ = next_file_number;
}

absl::Status VersionSet::StartManifest(const VersionEdit& edit, std::uint64_t manifest_number) {
  HARROW_CHECK(manifest_ == nullptr);
  VersionBuilder builder(*current_);
  absl::Status status = builder.Apply(edit);
  if (!status.ok()) return status;
  absl::StatusOr<std::shared_ptr<const Version>> version = builder.Build();
  if (!version.ok()) return version.status();
  Install(*std::move(version), edit);

  absl::StatusOr<std::unique_ptr<ManifestWriter>> manifest =
      ManifestWriter::Create(directory_, manifest_number, WholeState());
  if (!manifest.ok()) return manifest.status();
  manifest_ = *std::move(manifest);
  return absl::OkStatus();
}

void VersionSet::AwaitTurn(std::unique_lock<std::mutex>& lock) {
  HARROW_CHECK(lock.owns_lock());
  if (writing_) Reached(Mark::kEditsQueue);
  while (writing_) written_.wait(lock);
}

absl::Status VersionSet::LogAndApply(VersionEdit edit, std::unique_lock<std::mutex>& lock) {
  AwaitTurn(lock);
  if (indeterminate_) return absl::FailedPreconditionError("the manifest could not be written");
  VersionBuilder builder(*current_);
  absl::Status status = builder.Apply(edit);
  if (!status.ok()) return status;
  absl::StatusOr<std::shared_ptr<const Version>> version = builder.Build();
  if (!version.ok()) return version.status();
  if (!edit.log_number.has_value()) edit.log_number = log_number_;
  HARROW_CHECK(*edit.log_number >= log_number_);
  edit.previous_log_number = 0;
  edit.next_file_number = next_file_number_.load();
  if (!edit.last_sequence.has_value()) edit.last_sequence = last_sequence_;

  const bool new_tables = HasNewTables(edit, *current_);
  writing_ = true;
  lock.unlock();
  status = new_tables ? SyncDirectory(directory_) : absl::OkStatus();
  if (status.ok()) status = manifest_->Append(edit);
  lock.lock();
  writing_ = false;
  written_.notify_all();
  if (!status.ok()) {
    Reached(Mark::kEditFailed);
    indeterminate_ = true;
    return status;
  }
  Install(*std::move(version), edit);
  return absl::OkStatus();
}

void VersionSet::Install(std::shared_ptr<const Version> version, const VersionEdit& edit) {
  current_ = std::move(version);
  if (edit.log_number.has_value()) log_number_ = *edit.log_number;
  if (edit.last_sequence.has_value()) last_sequence_ = *edit.last_sequence;
  for (const VersionEdit::CompactPointer& pointer : edit.compact_pointers) {
    compact_pointers_[static_cast<std::size_t>(pointer.level)] = pointer.key;
  }
}

VersionEdit VersionSet::WholeState() const {
  VersionEdit edit;
  edit.comparator = std::string(kComparatorName);
  edit.log_number = log_number_;
  edit.previous_log_number = 0;
  edit.next_file_number = next_file_number_.load();
  edit.last_sequence = last_sequence_;
  for (int level = 0; level < kLevelCount; ++level) {
    const InternalKey& pointer = compact_pointers_[static_cast<std::size_t>(level)];
    if (pointer.valid()) edit.compact_pointers.push_back({level, pointer});
    for (const FileRef& file : current_->level(level)) edit.added_files.push_back({level, *file});
  }
  return edit;
}

}  // namespace harrow::engine
