// A walk over fragments, trusting their sizes, and one over the records of a batch.
#include "tests/fuzz/engine/log_bytes.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "engine/coding.h"
#include "engine/crc32c.h"
#include "engine/log_format.h"
#include "engine/log_reader.h"
#include "engine/write_batch.h"

namespace harrow::fuzz {
namespace {

using engine::kLogBlockSize;
using engine::kLogHeaderSize;

std::uint32_t ChecksumOf(std::string_view type_and_payload) {
  return engine::crc32c::Mask(
      engine::crc32c::Value(type_and_payload.data(), type_and_payload.size()));
}

engine::FragmentType TypeOf(bool first, bool last) {
  if (first) return last ? engine::FragmentType::kFull : engine::FragmentType::kFirst;
  return last ? engine::FragmentType::kLast : engine::FragmentType::kMiddle;
}

void AppendRecord(std::string_view payload, std::string* log) {
  bool first = true;
  do {
    std::size_t room = kLogBlockSize - log->size() % kLogBlockSize;
    if (room < kLogHeaderSize) {
      log->append(room, '\0');
      room = kLogBlockSize;
    }
    const std::size_t size = std::min(payload.size(), room - kLogHeaderSize);
    std::string body(1, static_cast<char>(TypeOf(first, size == payload.size())));
    body.append(payload.substr(0, size));
    engine::PutFixed32(log, ChecksumOf(body));
    log->push_back(static_cast<char>(size & 0xff));
    log->push_back(static_cast<char>(size >> 8));
    log->append(body);
    payload.remove_prefix(size);
    first = false;
  } while (!payload.empty());
}

// The size of the record of a batch at the front of the bytes; 0 where there is none.
std::size_t BatchRecordSize(std::string_view bytes) {
  if (bytes.empty() || static_cast<unsigned char>(bytes[0]) > 1) return 0;
  std::string_view rest = bytes.substr(1);
  std::string_view part;
  if (!engine::GetLengthPrefixed(&rest, &part)) return 0;
  if (bytes[0] == 1 && !engine::GetLengthPrefixed(&rest, &part)) return 0;
  return bytes.size() - rest.size();
}

}  // namespace

std::vector<std::string> SplitRecords(std::string_view log) {
  std::vector<std::string> records;
  engine::LogReader reader(log);
  std::string_view record;
  std::string scratch;
  while (reader.ReadRecord(&record, &scratch) == engine::LogRead::kRecord) {
    records.emplace_back(record);
  }
  return records;
}

std::string JoinRecords(const std::vector<std::string>& records) {
  std::string log;
  for (const std::string& record : records) AppendRecord(record, &log);
  return log;
}

void FixLogChecksums(std::string* log) {
  std::size_t offset = 0;
  while (true) {
    const std::size_t room = kLogBlockSize - offset % kLogBlockSize;
    if (room < kLogHeaderSize) {
      offset += room;
      continue;
    }
    if (offset > log->size() || log->size() - offset < kLogHeaderSize) return;
    char* header = log->data() + offset;
    const std::size_t size = engine::DecodeFixed32(header + 3) & 0xffff;
    if (size > room - kLogHeaderSize || size > log->size() - offset - kLogHeaderSize) return;
    engine::EncodeFixed32(header, ChecksumOf({header + 6, 1 + size}));
    offset += kLogHeaderSize + size;
  }
}

void FixBatch(std::string* batch) {
  if (batch->size() < engine::WriteBatch::kHeaderSize) return;
  std::uint32_t count = 0;
  std::size_t offset = engine::WriteBatch::kHeaderSize;
  while (const std::size_t size = BatchRecordSize(std::string_view(*batch).substr(offset))) {
    offset += size;
    ++count;
  }
  batch->resize(offset);
  engine::EncodeFixed32(batch->data() + 8, count);
}

void MutateBatch(std::string* batch, Draw* draw) {
  MutateBytes(batch);
  if (!draw->OneIn(8)) FixBatch(batch);
}

void MutateLog(std::string* log, Draw* draw, void (*change)(std::string* record, Draw* draw)) {
  const std::size_t how = draw->Below(8);
  if (how < 2) {  // as the bytes lie, so that damage stays damage
    MutateBytes(log);
    if (how == 1) FixLogChecksums(log);
    return;
  }
  std::vector<std::string> records = SplitRecords(*log);
  if (how == 2) {
    Rearrange(&records, draw);
  } else if (records.empty()) {
    records.emplace_back();
    change(&records.back(), draw);
  } else {
    change(&records[draw->Below(records.size())], draw);
  }
  *log = JoinRecords(records);
}

}  // namespace harrow::fuzz
