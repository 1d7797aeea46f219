// Record by record to the end or the first bad place; the reader's reason is what the end looks
// like. A record is wrong when it is no batch, or uses a number again.
#include "engine/log_scan.h"

#include "absl/strings/str_cat.h"
#include "engine/check.h"
#include "engine/coverage_mark.h"
#include "engine/log_reader.h"
#include "engine/write_batch.h"

namespace harrow::engine {
namespace {

// A deletion of an empty key: a type and a size.
constexpr std::uint64_t kSmallestEntrySize = 2;

absl::Status CheckRecord(std::string_view record, const LogScan& before) {
  absl::Status status = WriteBatch::CheckContents(record);
  if (!status.ok()) return status;
  if (before.first.has_value() && DecodeFixed64(record.data()) < before.next) {
    return absl::DataLossError("a record's sequence number was used before");
  }
  return absl::OkStatus();
}

void Note(std::string_view record, LogScan* scan) {
  const SequenceNumber sequence = DecodeFixed64(record.data());
  const std::uint32_t count = DecodeFixed32(record.data() + 8);
  if (!scan->first.has_value()) scan->first = sequence;
  scan->next = sequence + count;
  scan->marker = scan->marker || count == 0;
}

Look LookOf(LogStopReason reason) {
  switch (reason) {
    case LogStopReason::kCutHeader:
    case LogStopReason::kCutPayload:
    case LogStopReason::kCutRecord:
      return Look::kTornTail;
    case LogStopReason::kZeroes:
      return Look::kZeroTail;
    default:
      return Look::kDamaged;
  }
}

void NoteStop(LogStopReason reason) {
  switch (reason) {
    case LogStopReason::kCutHeader:
      return Reached(Mark::kLogCutHeader);
    case LogStopReason::kCutPayload:
      return Reached(Mark::kLogCutPayload);
    case LogStopReason::kCutRecord:
      return Reached(Mark::kLogCutRecord);
    case LogStopReason::kZeroes:
      return Reached(Mark::kLogZeroes);
    case LogStopReason::kBadLength:
      return Reached(Mark::kLogBadLength);
    case LogStopReason::kBadChecksum:
      return Reached(Mark::kLogBadChecksum);
    default:
      return;
  }
}

}  // namespace

LogScan ScanLog(std::string_view name, std::string_view contents) {
  LogScan scan;
  if (contents.empty()) return scan;
  scan.look = Look::kWhole;
  LogReader reader(contents);
  std::string_view record;
  std::string scratch;
  LogRead read = reader.ReadRecord(&record, &scratch);
  for (; read == LogRead::kRecord; read = reader.ReadRecord(&record, &scratch)) {
    const absl::Status status = CheckRecord(record, scan);
    if (!status.ok()) {
      scan.look = Look::kWrong;
      scan.why = absl::DataLossError(absl::StrCat(absl::string_view(name.data(), name.size()),
                                                  ": the record that ends at offset ",
                                                  reader.good_size(), ": ", status.message()));
      return scan;
    }
    Note(record, &scan);
  }
  if (read == LogRead::kBad) {
    NoteStop(reader.stop().reason);
    scan.look = LookOf(reader.stop().reason);
    scan.why = reader.StopStatus(name);
    scan.lost_numbers = (contents.size() - reader.good_size()) / kSmallestEntrySize;
  }
  return scan;
}

}  // namespace harrow::engine
