// Lay the record out in a buffer: the trailer of the current block if no header fits there, then
// fragments, each filling its block but for the last. Append the buffer in one call.
#include "engine/log_writer.h"

#include <algorithm>

#include "engine/check.h"
#include "engine/coding.h"
#include "engine/crc32c.h"
#include "engine/log_format.h"

namespace harrow::engine {
namespace {

FragmentType TypeOf(bool first, bool last) {
  if (first) return last ? FragmentType::kFull : FragmentType::kFirst;
  return last ? FragmentType::kLast : FragmentType::kMiddle;
}

void AppendFragment(FragmentType type, std::string_view payload, std::string* to) {
  HARROW_CHECK(payload.size() <= kLogBlockSize - kLogHeaderSize);
  const char type_byte = static_cast<char>(type);
  const std::uint32_t type_crc = crc32c::Value(&type_byte, 1);
  const std::uint32_t crc = crc32c::Extend(type_crc, payload.data(), payload.size());
  char header[kLogHeaderSize];
  EncodeFixed32(header, crc32c::Mask(crc));
  header[4] = static_cast<char>(payload.size() & 0xff);
  header[5] = static_cast<char>(payload.size() >> 8);
  header[6] = type_byte;
  to->append(header, sizeof header);
  to->append(payload);
}

}  // namespace

LogWriter::LogWriter(AppendFile* file, std::uint64_t offset) : file_(file), offset_(offset) {}

absl::Status LogWriter::AddRecord(std::string_view payload) {
  if (!failure_.ok()) return failure_;
  std::size_t room = kLogBlockSize - static_cast<std::size_t>(offset_ % kLogBlockSize);
  buffer_.clear();
  // Enough for the trailer, and for a fragment at each end beside those that fill a block.
  buffer_.reserve(payload.size() + 3 * kLogHeaderSize +
                  payload.size() / (kLogBlockSize - kLogHeaderSize) * kLogHeaderSize);
  for (bool first = true, last = false; !last; first = false) {
    if (room < kLogHeaderSize) {
      buffer_.append(room, '\0');
      room = kLogBlockSize;
    }
    const std::size_t size = std::min(payload.size(), room - kLogHeaderSize);
    last = size == payload.size();
    AppendFragment(TypeOf(first, last), payload.substr(0, size), &buffer_);
    payload.remove_prefix(size);
    room -= kLogHeaderSize + size;
  }
  failure_ = file_->Append(buffer_);
  if (failure_.ok()) offset_ += buffer_.size();
  return failure_;
}

}  // namespace harrow::engine
