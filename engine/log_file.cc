// Sync order is commit order: earlier log, marker, log in use.
#include "engine/log_file.h"

#include <utility>

#include "engine/check.h"
#include "engine/file_name.h"
#include "engine/write_batch.h"

namespace harrow::engine {

absl::StatusOr<std::unique_ptr<LogFile>> LogFile::Create(const std::string& directory,
                                                         std::uint64_t number) {
  absl::StatusOr<AppendFile> file =
      AppendFile::Create(FilePath(directory, {FileType::kLog, number}));
  if (!file.ok()) return file.status();
  return std::unique_ptr<LogFile>(new LogFile(*std::move(file), number));
}

absl::Status LogFile::Append(std::string_view record) { return log_.AddRecord(record); }

absl::Status LogFile::Sync() {
  if (synced()) return absl::OkStatus();
  absl::Status status = file_.Sync();
  if (status.ok()) synced_size_ = file_.size();
  return status;
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

void WriteAheadLog::DropBelow(std::uint64_t log_number) {
  // Its close is not looked at: a durable table has all that it held.
  if (earlier_ != nullptr && earlier_->number() < log_number) earlier_ = nullptr;
}

absl::Status WriteAheadLog::Append(std::string_view record) {
  HARROW_CHECK(record.size() >= WriteBatch::kHeaderSize);
  absl::Status status = log_->Append(record);
  if (!status.ok()) return status;
  next_sequence_ = DecodeFixed64(record.data()) + DecodeFixed32(record.data() + 8);
  return absl::OkStatus();
}

absl::Status WriteAheadLog::Sync() {
  if (earlier_ != nullptr) {
    absl::Status status = earlier_->Sync();
    if (status.ok()) status = earlier_->Close();
    if (!status.ok()) return status;
    earlier_ = nullptr;
  }
  if (marker_due_ && !log_->synced()) {
    WriteBatch marker;
    marker.SetSequence(next_sequence_);
    absl::Status status = log_->Append(marker.Contents());
    if (!status.ok()) return status;
    marker_due_ = false;
  }
  return log_->Sync();
}

}  // namespace harrow::engine
