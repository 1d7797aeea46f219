// Sync order is commit order: earlier log, marker, log in use.
#include "engine/log_file.h"

#include <utility>

#include "engine/check.h"
#include "engine/coverage_mark.h"
#include "engine/file_name.h"
#include "engine/log_format.h"

namespace harrow::engine {

absl::StatusOr<std::unique_ptr<LogFile>> LogFile::Create(const std::string& directory,
                                                         std::uint64_t number) {
  absl::StatusOr<AppendFile> file =
      AppendFile::Create(FilePath(directory, {FileType::kLog, number}));
  if (!file.ok()) return file.status();
  return std::unique_ptr<LogFile>(new LogFile(*std::move(file), number));
}

// A log of a database that closes. It is cut for the look of it: zeros at its end mean nothing.
LogFile::~LogFile() { End().IgnoreError(); }

absl::Status LogFile::Sync() {
  if (synced()) return absl::OkStatus();
  // The second sync tells that more are likely to come.
  if (synced_size_ > 0 && file_.size() == file_.end() && !ended_) {
    file_.ExtendTo((file_.size() / kLogBlockSize + 1) * kLogBlockSize);
  }
  absl::Status status = file_.Sync();
  if (!status.ok()) return status;
  synced_size_ = file_.size();
  end_unsynced_ = false;
  return absl::OkStatus();
}

absl::Status LogFile::End() {
  ended_ = true;
  if (file_.end() == file_.size()) return absl::OkStatus();
  end_unsynced_ = true;
  return file_.Trim();
}

void WriteAheadLog::Start(std::unique_ptr<LogFile> log) {
  HARROW_CHECK(log_ == nullptr);
  log_ = std::move(log);
}

absl::Status WriteAheadLog::Rotate(std::uint64_t new_number) {
  HARROW_CHECK(earlier_ == nullptr);
  absl::StatusOr<std::unique_ptr<LogFile>> created = LogFile::Create(directory_, new_number);
  if (!created.ok()) return created.status();
  absl::Status status = SyncDirectory(directory_);
  if (!status.ok()) return status;
  status = log_->End();
  if (!status.ok()) return status;
  // A close that fails may be how a lost write is reported, also on a log that was synced.
  if (log_->synced()) {
    status = log_->Close();
    if (!status.ok()) return status;
  } else {
    earlier_ = std::move(log_);
  }
  log_ = *std::move(created);
  marker_due_ = true;
  return absl::OkStatus();
}

std::unique_ptr<LogFile> WriteAheadLog::TakeBelow(std::uint64_t log_number) {
  if (earlier_ == nullptr || earlier_->number() >= log_number) return nullptr;
  return std::move(earlier_);
}

absl::Status WriteAheadLog::Append(const BatchGroup& group) {
  absl::Status status = log_->Append(group.Record());
  if (!status.ok()) return status;
  next_sequence_ = group.Sequence() + group.Count();
  return absl::OkStatus();
}

absl::Status WriteAheadLog::Sync() {
  if (earlier_ != nullptr) {
    Reached(Mark::kEarlierLogSynced);
    absl::Status status = earlier_->Sync();
    if (status.ok()) status = earlier_->Close();
    if (!status.ok()) return status;
    earlier_ = nullptr;
  }
  if (marker_due_ && !log_->synced()) {
    Reached(Mark::kMarkerAppended);
    BatchGroup marker;
    marker.SetSequence(next_sequence_);
    absl::Status status = log_->Append(marker.Record());
    if (!status.ok()) return status;
    marker_due_ = false;
  }
  return log_->Sync();
}

}  // namespace harrow::engine
