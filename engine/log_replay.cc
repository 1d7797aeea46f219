// Until the replay is stopped, records are inserted; from then on they are only looked at: for
// their numbers, and for a marker that turns the stop into damage.
#include "engine/log_replay.h"

#include <algorithm>
#include <utility>

#include "engine/log_reader.h"
#include "engine/write_batch.h"

namespace harrow::engine {
namespace {

// A deletion of an empty key: a type and a size.
constexpr std::uint64_t kSmallestEntrySize = 2;

struct RecordHeader {
  SequenceNumber sequence;
  std::uint32_t count;
};

RecordHeader HeaderOf(std::string_view record) {
  return {DecodeFixed64(record.data()), DecodeFixed32(record.data() + 8)};
}

}  // namespace

LogReplay::LogReplay(SequenceNumber last_sequence, std::size_t memtable_size_max,
                     std::function<absl::Status(const MemTable&)> full)
    : memtable_size_max_(memtable_size_max),
      full_(std::move(full)),
      last_sequence_(last_sequence),
      next_sequence_(last_sequence + 1) {}

absl::Status LogReplay::AddLog(const std::string& name, std::string_view contents) {
  log_has_records_ = false;
  LogReader reader(contents);
  std::string_view record;
  std::string scratch;
  LogRead read = reader.ReadRecord(&record, &scratch);
  for (; read == LogRead::kRecord; read = reader.ReadRecord(&record, &scratch)) {
    absl::Status status = AddRecord(name, record);
    if (!status.ok()) return status;
  }
  if (read == LogRead::kBad) {
    if (stopped_.ok()) stopped_ = reader.StopStatus(name);
    // Numbers that the lost bytes may hold are never given out again.
    last_sequence_ += (contents.size() - reader.good_size()) / kSmallestEntrySize;
    if (last_sequence_ > kMaxSequenceNumber) return absl::DataLossError("no sequence is left");
  }
  return absl::OkStatus();
}

absl::Status LogReplay::AddRecord(const std::string& name, std::string_view record) {
  absl::Status status = WriteBatch::CheckContents(record);
  if (!status.ok()) {
    return absl::DataLossError(name + ": a record is no batch: " + std::string(status.message()));
  }
  const RecordHeader header = HeaderOf(record);
  // Other writers of the format put a number into their manifest that is only near the log's first.
  if (!has_records_) next_sequence_ = std::min(next_sequence_, header.sequence);
  has_records_ = true;
  const bool first_of_log = !log_has_records_;
  log_has_records_ = true;
  if (header.count > 0) {
    last_sequence_ = std::max(last_sequence_, header.sequence + header.count - 1);
  }
  if (stopped_.ok() && first_of_log && header.sequence > next_sequence_) {
    stopped_ = absl::DataLossError(name + ": the writes before this log are missing");
  }
  if (!stopped_.ok()) {
    return header.count == 0 ? stopped_ : absl::OkStatus();
  }
  if (header.sequence < next_sequence_) {
    return absl::DataLossError(name + ": a record's sequence number was used before");
  }
  next_sequence_ = header.sequence + header.count;
  return header.count == 0 ? absl::OkStatus() : Insert(name, record);
}

absl::Status LogReplay::Insert(const std::string& name, std::string_view record) {
  if (memtable_ == nullptr) memtable_ = std::make_unique<MemTable>();
  absl::Status status = InsertContentsInto(record, memtable_.get());
  if (!status.ok()) return absl::DataLossError(name + ": " + std::string(status.message()));
  if (memtable_->ApproximateMemoryUsage() <= memtable_size_max_) return absl::OkStatus();
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
