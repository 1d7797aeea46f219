// One function takes the next record off the front of the bytes; checking foreign bytes and visiting
// a batch are two walks with it. The first walk finds all damage, so the second cannot stop half way.
#include "engine/write_batch.h"

#include <algorithm>

#include "engine/check.h"
#include "engine/coding.h"

namespace harrow::engine {
namespace {

struct Record {
  ValueType type;
  std::string_view key;
  std::string_view value;
};

bool TakeRecord(std::string_view* input, Record* record) {
  if (input->empty()) return false;
  const auto type = static_cast<unsigned char>(input->front());
  if (type > static_cast<unsigned char>(ValueType::kValue)) return false;
  input->remove_prefix(1);
  record->type = static_cast<ValueType>(type);
  if (!GetLengthPrefixed(input, &record->key)) return false;
  return record->type == ValueType::kDeletion || GetLengthPrefixed(input, &record->value);
}

void Visit(std::string_view contents, WriteBatch::Handler* handler) {
  std::string_view rest = contents.substr(WriteBatch::kHeaderSize);
  Record record;
  while (!rest.empty()) {
    HARROW_CHECK(TakeRecord(&rest, &record));
    if (record.type == ValueType::kValue) {
      handler->Put(record.key, record.value);
    } else {
      handler->Delete(record.key);
    }
  }
}

}  // namespace

WriteBatch::WriteBatch() : rep_(kHeaderSize, '\0') {}

void WriteBatch::SetCount(std::uint32_t count) { EncodeFixed32(rep_.data() + 8, count); }

void WriteBatch::SetSequence(SequenceNumber sequence) {
  HARROW_CHECK(sequence <= kMaxSequenceNumber);
  EncodeFixed64(rep_.data(), sequence);
}

void WriteBatch::Grow(std::size_t size) {
  const std::size_t needed = rep_.size() + size;
  if (needed <= rep_.capacity()) return;
  // Once for the record, and not for each of its parts; by much at first, which spares copies.
  const std::size_t factor = rep_.capacity() < (std::size_t{1} << 20) ? 4 : 2;
  rep_.reserve(std::max(needed, factor * rep_.capacity()));
}

void WriteBatch::Put(std::string_view key, std::string_view value) {
  HARROW_CHECK(Count() < UINT32_MAX);
  SetCount(Count() + 1);
  Grow(1 + 2 * kMaxVarint32Size + key.size() + value.size());
  rep_.push_back(static_cast<char>(ValueType::kValue));
  PutLengthPrefixed(&rep_, key);
  PutLengthPrefixed(&rep_, value);
}

void WriteBatch::Delete(std::string_view key) {
  HARROW_CHECK(Count() < UINT32_MAX);
  SetCount(Count() + 1);
  rep_.push_back(static_cast<char>(ValueType::kDeletion));
  PutLengthPrefixed(&rep_, key);
}

void WriteBatch::Clear() { rep_.assign(kHeaderSize, '\0'); }

void WriteBatch::Append(const WriteBatch& other) {
  HARROW_CHECK(other.Count() <= UINT32_MAX - Count());
  SetCount(Count() + other.Count());
  // By position, not through a view: growing moves the bytes where the two are one.
  rep_.append(other.rep_, kHeaderSize, other.rep_.size() - kHeaderSize);
}

absl::StatusOr<WriteBatch> WriteBatch::FromContents(std::string_view contents) {
  WriteBatch batch;
  const absl::Status status = batch.SetContents(contents);
  if (!status.ok()) return status;
  return batch;
}

absl::Status WriteBatch::SetContents(std::string_view contents) {
  absl::Status status = CheckContents(contents);
  if (status.ok()) rep_ = contents;
  return status;
}

absl::Status WriteBatch::CheckContents(std::string_view contents) {
  if (contents.size() < kHeaderSize) {
    return absl::DataLossError("write batch: shorter than its header");
  }
  const SequenceNumber sequence = DecodeFixed64(contents.data());
  const std::uint32_t count = DecodeFixed32(contents.data() + 8);
  if (sequence > kMaxSequenceNumber || count > kMaxSequenceNumber - sequence) {
    return absl::DataLossError("write batch: sequence number out of range");
  }
  std::string_view rest = contents.substr(kHeaderSize);
  std::uint32_t found = 0;
  Record record;
  for (; !rest.empty(); ++found) {
    if (!TakeRecord(&rest, &record)) return absl::DataLossError("write batch: damaged record");
  }
  if (found != count) return absl::DataLossError("write batch: not as many records as its count");
  return absl::OkStatus();
}

absl::Status WriteBatch::Iterate(Handler* handler) const {
  Visit(rep_, handler);
  return absl::OkStatus();
}

absl::Status WriteBatch::IterateContents(std::string_view contents, Handler* handler) {
  absl::Status status = CheckContents(contents);
  if (status.ok()) Visit(contents, handler);
  return status;
}

}  // namespace harrow::engine
