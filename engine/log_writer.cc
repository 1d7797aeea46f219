// Lay the record out in a buffer: the trailer of the current block if no header fits there, then
// fragments, each filling its block but for the last. Append the buffer in one call.
#include "engine/log_writer.h"

#include <algorithm>

#include "engine/check.h"
#include "engine/coding.h"
#include "engine/coverage_mark.h"
#include "engine/crc32c.h"
#include "engine/log_format.h"

namespace harrow::engine {
namespace {

FragmentType TypeOf(bool first, bool last) {
  if (first) return last ? FragmentType::kFull : FragmentType::kFirst;
  return last ? FragmentType::kLast : FragmentType::kMiddle;
}

// What is left of a payload in pieces.
class Payload {
 public:
  explicit Payload(std::span<const std::string_view> pieces) : pieces_(pieces) {
    for (const std::string_view piece : pieces) size_ += piece.size();
  }
  std::size_t size() const { return size_; }
  void MoveTo(std::string* to, std::size_t size) {
    HARROW_CHECK(size <= size_);
    size_ -= size;
    while (size > 0) {
      const std::string_view part = pieces_.front().substr(offset_, size);
      to->append(part);
      size -= part.size();
      offset_ += part.size();
      if (offset_ < pieces_.front().size()) continue;
      pieces_ = pieces_.subspan(1);
      offset_ = 0;
    }
  }

 private:
  std::span<const std::string_view> pieces_;
  std::size_t offset_ = 0;  // in the first piece
  std::size_t size_ = 0;
};

void AppendFragment(FragmentType type, std::size_t size, Payload* payload, std::string* to) {
  HARROW_CHECK(size <= kLogBlockSize - kLogHeaderSize);
  const std::size_t start = to->size();
  to->append(kLogHeaderSize - 1, '\0');
  to->push_back(static_cast<char>(type));
  payload->MoveTo(to, size);
  char* const header = to->data() + start;
  EncodeFixed32(header, crc32c::Mask(crc32c::Value(header + kLogHeaderSize - 1, 1 + size)));
  header[4] = static_cast<char>(size & 0xff);
  header[5] = static_cast<char>(size >> 8);
}

}  // namespace

LogWriter::LogWriter(AppendFile* file, std::uint64_t offset) : file_(file), offset_(offset) {}

absl::Status LogWriter::AddRecord(std::span<const std::string_view> pieces) {
  if (!failure_.ok()) return failure_;
  Payload payload(pieces);
  std::size_t room = kLogBlockSize - static_cast<std::size_t>(offset_ % kLogBlockSize);
  buffer_.clear();
  // Enough for the trailer, and for a fragment at each end beside those that fill a block.
  buffer_.reserve(payload.size() + 3 * kLogHeaderSize +
                  payload.size() / (kLogBlockSize - kLogHeaderSize) * kLogHeaderSize);
  for (bool first = true, last = false; !last; first = false) {
    if (room < kLogHeaderSize) {
      if (room > 0) Reached(Mark::kBlockTrailer);
      buffer_.append(room, '\0');
      room = kLogBlockSize;
    }
    const std::size_t size = std::min(payload.size(), room - kLogHeaderSize);
    last = size == payload.size();
    if (size == 0 && !last) Reached(Mark::kEmptyFirstFragment);
    AppendFragment(TypeOf(first, last), size, &payload, &buffer_);
    room -= kLogHeaderSize + size;
  }
  failure_ = file_->Append(buffer_);
  if (failure_.ok()) offset_ += buffer_.size();
  return failure_;
}

}  // namespace harrow::engine
