// Seek by binary search over the restarts, whose keys are whole, then entry by entry. A step back
// searches the last restart before the current entry and goes forward from there.
#include "engine/block.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/check.h"
#include "engine/coding.h"
#include "engine/internal_key.h"

namespace harrow::engine {
namespace {

struct EntryHeader {
  std::uint32_t shared;
  std::uint32_t unshared;
  std::uint32_t value_size;
};

// The header at [from, limit), and where the bytes behind it start; nullptr unless they lie before
// the limit whole.
const char* DecodeEntry(const char* from, const char* limit, EntryHeader* header) {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(from);
  if (limit - from >= 3 && (bytes[0] | bytes[1] | bytes[2]) < 0x80) {
    *header = {bytes[0], bytes[1], bytes[2]};  // nearly always
    from += 3;
  } else {
    from = DecodeVarint32(from, limit, &header->shared);
    if (from == nullptr) return nullptr;
    from = DecodeVarint32(from, limit, &header->unshared);
    if (from == nullptr) return nullptr;
    from = DecodeVarint32(from, limit, &header->value_size);
    if (from == nullptr) return nullptr;
  }
  const std::uint64_t size = std::uint64_t{header->unshared} + header->value_size;
  return size <= static_cast<std::uint64_t>(limit - from) ? from : nullptr;
}

}  // namespace

void BlockCursor::Reset(std::string_view block) {
  block_ = block;
  restarts_offset_ = 0;
  restarts_count_ = 0;
  status_ = absl::OkStatus();
  Invalidate();
  constexpr std::size_t kNumber = sizeof(std::uint32_t);
  if (block.size() < kNumber || block.size() > UINT32_MAX) return Damaged("bad size");
  const std::uint32_t count = DecodeFixed32(block.data() + block.size() - kNumber);
  const std::size_t count_max = (block.size() - kNumber) / kNumber;
  if (count > count_max) return Damaged("more restarts than bytes");
  restarts_count_ = count;
  restarts_offset_ = static_cast<std::uint32_t>(block.size() - (1 + std::size_t{count}) * kNumber);
  if (restarts_count_ == 0 && restarts_offset_ != 0) return Damaged("entries without a restart");
  if (restarts_count_ != 0 && RestartOffset(0) != 0) return Damaged("bad first restart");
  Invalidate();
}

void BlockCursor::Invalidate() {
  current_ = restarts_offset_;
  next_ = restarts_offset_;
  key_ = {};
  value_ = {};
}

void BlockCursor::Damaged(const char* what) {
  // The array of restarts must not be used any more, nor an entry be valid.
  restarts_offset_ = 0;
  restarts_count_ = 0;
  Invalidate();
  status_ = absl::DataLossError(what);
}

std::uint32_t BlockCursor::RestartOffset(std::uint32_t index) const {
  HARROW_CHECK(index < restarts_count_);
  return DecodeFixed32(block_.data() + restarts_offset_ + std::size_t{index} * 4);
}

void BlockCursor::AimAtRestart(std::uint32_t index) {
  const std::uint32_t offset = RestartOffset(index);
  Invalidate();
  if (offset > restarts_offset_) return Damaged("restart behind the entries");
  next_ = offset;
}

void BlockCursor::GrowKeyBuffer(std::size_t size) {
  const std::size_t new_size = std::max(size, 2 * key_buffer_size_);
  auto bytes = std::make_unique_for_overwrite<char[]>(new_size);
  if (key_.data() == key_buffer_) {
    std::memcpy(bytes.get(), key_buffer_, key_.size());
    key_ = {bytes.get(), key_.size()};
  }
  long_keys_ = std::move(bytes);
  key_buffer_ = long_keys_.get();
  key_buffer_size_ = new_size;
}

bool BlockCursor::ParseNext() {
  if (next_ >= restarts_offset_) {
    Invalidate();
    return false;
  }
  EntryHeader header{};
  const char* bytes = DecodeEntry(block_.data() + next_, block_.data() + restarts_offset_, &header);
  const std::size_t key_size = header.shared + std::size_t{header.unshared};
  if (bytes == nullptr || header.shared > key_.size() || key_size < kTagSize) {
    Damaged("bad entry");
    return false;
  }
  if (header.shared == 0) {
    key_ = {bytes, header.unshared};
  } else {
    if (key_size > key_buffer_size_) GrowKeyBuffer(key_size);
    if (key_.data() != key_buffer_) std::memcpy(key_buffer_, key_.data(), header.shared);
    std::memcpy(key_buffer_ + header.shared, bytes, header.unshared);
    key_ = {key_buffer_, key_size};
  }
  value_ = {bytes + header.unshared, header.value_size};
  current_ = next_;
  next_ = static_cast<std::uint32_t>(bytes + header.unshared + header.value_size - block_.data());
  return true;
}

void BlockCursor::SeekToFirst() {
  if (restarts_count_ == 0) return;
  AimAtRestart(0);
  ParseNext();
}

void BlockCursor::SeekToLast() {
  if (restarts_count_ == 0) return;
  AimAtRestart(restarts_count_ - 1);
  while (ParseNext() && next_ < restarts_offset_) {
  }
}

void BlockCursor::Seek(std::string_view target) {
  if (restarts_count_ == 0) return;
  // The last restart with a key before the target, or the first restart.
  std::uint32_t low = 0;
  std::uint32_t high = restarts_count_ - 1;
  while (low < high) {
    const std::uint32_t middle = low + (high - low + 1) / 2;
    const std::uint32_t offset = RestartOffset(middle);
    EntryHeader header;
    const char* bytes =
        offset < restarts_offset_
            ? DecodeEntry(block_.data() + offset, block_.data() + restarts_offset_, &header)
            : nullptr;
    if (bytes == nullptr || header.shared != 0 || header.unshared < kTagSize) {
      return Damaged("bad restart");
    }
    if (CompareInternalKey({bytes, header.unshared}, target) < 0) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  AimAtRestart(low);
  while (ParseNext() && CompareInternalKey(key_, target) < 0) {
  }
}

void BlockCursor::Next() {
  HARROW_CHECK(Valid());
  ParseNext();
}

void BlockCursor::Prev() {
  HARROW_CHECK(Valid());
  const std::uint32_t original = current_;
  if (original == 0) return Invalidate();
  // Whatever the restarts are, the one at `low` is before the entry: every step goes back.
  std::uint32_t low = 0;
  std::uint32_t high = restarts_count_ - 1;
  while (low < high) {
    const std::uint32_t middle = low + (high - low + 1) / 2;
    if (RestartOffset(middle) < original) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  AimAtRestart(low);
  while (ParseNext() && next_ < original) {
  }
}

}  // namespace harrow::engine
