// Handles are pairs of varints; the checksum of a block covers its bytes and its compression type.
#include "engine/table_format.h"

#include "absl/strings/str_cat.h"
#include "engine/check.h"
#include "engine/crc32c.h"

namespace harrow::engine {

void BlockHandle::AppendTo(std::string* to) const {
  PutVarint64(to, offset);
  PutVarint64(to, size);
}

bool BlockHandle::DecodeFrom(std::string_view* input) {
  return GetVarint64(input, &offset) && GetVarint64(input, &size);
}

void Footer::AppendTo(std::string* to) const {
  const std::size_t start = to->size();
  metaindex.AppendTo(to);
  index.AppendTo(to);
  to->resize(start + 2 * BlockHandle::kEncodedSizeMax, '\0');
  PutFixed64(to, kTableMagic);
  HARROW_CHECK(to->size() == start + kEncodedSize);
}

absl::Status Footer::DecodeFrom(std::string_view bytes) {
  if (bytes.size() != kEncodedSize) return absl::DataLossError("table too short for a footer");
  if (DecodeFixed64(bytes.data() + kEncodedSize - 8) != kTableMagic) {
    return absl::DataLossError("not a table: bad magic number");
  }
  bytes.remove_suffix(8);
  if (!metaindex.DecodeFrom(&bytes) || !index.DecodeFrom(&bytes)) {
    return absl::DataLossError("bad block handle in the footer");
  }
  return absl::OkStatus();
}

void AppendStoredBlock(std::string* to, const StoredBlock& block) {
  const char type = static_cast<char>(block.compression);
  const std::uint32_t crc =
      crc32c::Extend(crc32c::Value(block.bytes.data(), block.bytes.size()), &type, 1);
  to->append(block.bytes);
  to->push_back(type);
  PutFixed32(to, crc32c::Mask(crc));
}

absl::Status VerifyStoredBlock(std::string_view stored) {
  HARROW_CHECK(stored.size() >= kBlockTrailerSize);
  const std::size_t size = stored.size() - kBlockTrailerSize;
  const std::uint32_t crc = crc32c::Unmask(DecodeFixed32(stored.data() + size + 1));
  if (crc32c::Value(stored.data(), size + 1) != crc) {
    return absl::DataLossError("bad checksum of a block");
  }
  switch (const CompressionType compression = TakeStoredBlockApart(stored).compression) {
    case CompressionType::kNoCompression:
    case CompressionType::kSnappyCompression:
      return absl::OkStatus();
    default:
      return absl::DataLossError(
          absl::StrCat("unknown compression ", static_cast<unsigned>(compression)));
  }
}

StoredBlock TakeStoredBlockApart(std::string_view stored) {
  const std::size_t size = stored.size() - kBlockTrailerSize;
  return {static_cast<CompressionType>(stored[size]), stored.substr(0, size)};
}

absl::StatusOr<StoredBlock> CheckStoredBlock(std::string_view stored) {
  const absl::Status status = VerifyStoredBlock(stored);
  if (!status.ok()) return status;
  return TakeStoredBlockApart(stored);
}

}  // namespace harrow::engine
