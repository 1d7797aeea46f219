// A memtable is made for the first record that has none, and given away when it is full.
#include "engine/log_replay.h"

#include <utility>

#include "engine/coverage_mark.h"
#include "engine/log_reader.h"
#include "engine/write_batch.h"

namespace harrow::engine {

LogReplay::LogReplay(std::size_t memtable_size_max,
                     std::function<absl::Status(const MemTable&)> full)
    : memtable_size_max_(memtable_size_max), full_(std::move(full)) {}

absl::Status LogReplay::AddLog(const std::string& name, std::string_view contents) {
  LogReader reader(contents);
  std::string_view record;
  std::string scratch;
  while (reader.ReadRecord(&record, &scratch) == LogRead::kRecord) {
    absl::Status status = Insert(name, record);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status LogReplay::Insert(const std::string& name, std::string_view record) {
  const bool marker = DecodeFixed32(record.data() + 8) == 0;
  if (marker) return absl::OkStatus();
  if (memtable_ == nullptr) memtable_ = std::make_unique<MemTable>();
  absl::Status status = InsertContentsInto(record, memtable_.get());
  if (!status.ok()) return absl::DataLossError(name + ": " + std::string(status.message()));
  if (memtable_->ApproximateMemoryUsage() <= memtable_size_max_) return absl::OkStatus();
  Reached(Mark::kReplayFills);
  status = full_(*memtable_);
  memtable_ = nullptr;
  return status;
}

absl::Status LogReplay::Finish() {
  if (memtable_ == nullptr) return absl::OkStatus();
  absl::Status status = full_(*memtable_);
  memtable_ = nullptr;
  return status;
}

}  // namespace harrow::engine
