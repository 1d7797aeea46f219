// Reader after reader: each goes on where the one before it says that one may.
#include "engine/log_salvage.h"

#include <memory>
#include <string>

#include "engine/log_reader.h"
#include "engine/write_batch.h"

namespace harrow::engine {

absl::Status SalvageLog(std::string_view contents, std::size_t memtable_size_max,
                        const std::function<absl::Status(const MemTable&)>& full,
                        LogSalvage* salvage) {
  std::unique_ptr<MemTable> memtable = std::make_unique<MemTable>();
  SequenceNumber next_sequence = 0;
  std::string scratch;
  std::string_view record;
  for (std::uint64_t start = 0; start < contents.size();) {
    LogReader reader(contents, start);
    LogRead read = reader.ReadRecord(&record, &scratch);
    for (; read == LogRead::kRecord; read = reader.ReadRecord(&record, &scratch)) {
      if (!WriteBatch::CheckContents(record).ok() || DecodeFixed64(record.data()) < next_sequence) {
        ++salvage->bad_places;
        continue;
      }
      const std::uint32_t count = DecodeFixed32(record.data() + 8);
      if (count == 0) continue;
      absl::Status status = InsertContentsInto(record, memtable.get());
      if (!status.ok()) return status;
      next_sequence = DecodeFixed64(record.data()) + count;
      ++salvage->records;
      if (memtable->ApproximateMemoryUsage() <= memtable_size_max) continue;
      status = full(*memtable);
      if (!status.ok()) return status;
      memtable = std::make_unique<MemTable>();
    }
    // A process that was killed may have left zeros behind its last record.
    if (read == LogRead::kEnd || reader.OnlyZeroesFollow()) break;
    ++salvage->bad_places;
    start = reader.ResumeOffset();
  }
  return memtable->empty() ? absl::OkStatus() : full(*memtable);
}

}  // namespace harrow::engine
