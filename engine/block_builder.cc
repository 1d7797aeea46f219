// Every restart_interval keys one is stored whole and its offset noted, for binary search; the keys
// between store only what differs from the one before.
#include "engine/block_builder.h"

#include <algorithm>
#include <bit>

#include "engine/check.h"
#include "engine/coding.h"
#include "engine/internal_key.h"

namespace harrow::engine {
namespace {

// How many bytes both start with.
std::size_t SharedSize(std::string_view a, std::string_view b) {
  const std::size_t size_max = std::min(a.size(), b.size());
  std::size_t size = 0;
  for (; size + sizeof(std::uint64_t) <= size_max; size += sizeof(std::uint64_t)) {
    const std::uint64_t differing = DecodeFixed64(a.data() + size) ^ DecodeFixed64(b.data() + size);
    if (differing != 0) return size + static_cast<std::size_t>(std::countr_zero(differing)) / 8;
  }
  while (size < size_max && a[size] == b[size]) ++size;
  return size;
}

char* EncodeSize(char* to, std::size_t size) {
  if (size >= 0x80) return EncodeVarint32(to, static_cast<std::uint32_t>(size));
  *to = static_cast<char>(size);
  return to + 1;
}

}  // namespace

BlockBuilder::BlockBuilder(int restart_interval) : restart_interval_(restart_interval) {
  HARROW_CHECK(restart_interval_ >= 1);
}

void BlockBuilder::Add(std::string_view key, std::string_view value) {
  HARROW_CHECK(!finished_);
  HARROW_CHECK(key.size() >= kTagSize);
  HARROW_CHECK(key.size() <= UINT32_MAX && value.size() <= UINT32_MAX);
  HARROW_CHECK(buffer_.size() <= UINT32_MAX);
  HARROW_CHECK(empty() || CompareInternalKey(last_key_, key) < 0);

  std::size_t shared = 0;
  if (since_restart_ == restart_interval_) {
    restarts_.push_back(static_cast<std::uint32_t>(buffer_.size()));
    since_restart_ = 0;
  } else {
    shared = SharedSize(last_key_, key);
  }
  ++since_restart_;
  const std::size_t unshared = key.size() - shared;

  char sizes[3 * kMaxVarint32Size];
  const char* const end = EncodeSize(EncodeSize(EncodeSize(sizes, shared), unshared), value.size());
  buffer_.append(sizes, static_cast<std::size_t>(end - sizes));
  buffer_.append(key.substr(shared));
  buffer_.append(value);

  last_key_.resize(shared);
  last_key_.append(key.substr(shared));
}

std::string_view BlockBuilder::Finish() {
  HARROW_CHECK(!finished_);
  PutFixed32(&buffer_, 0);
  for (const std::uint32_t offset : restarts_) PutFixed32(&buffer_, offset);
  PutFixed32(&buffer_, static_cast<std::uint32_t>(1 + restarts_.size()));
  finished_ = true;
  return buffer_;
}

void BlockBuilder::Reset() {
  buffer_.clear();
  restarts_.clear();
  since_restart_ = 0;
  finished_ = false;
  last_key_.clear();
}

std::size_t BlockBuilder::CurrentSize() const {
  return buffer_.size() + (1 + restarts_.size() + 1) * sizeof(std::uint32_t);
}

}  // namespace harrow::engine
