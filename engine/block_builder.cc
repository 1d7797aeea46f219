// Every restart_interval keys one is stored whole and its offset noted, for binary search; the keys
// between store only what differs from the one before.
#include "engine/block_builder.h"

#include <algorithm>

#include "engine/check.h"
#include "engine/coding.h"
#include "engine/internal_key.h"

namespace harrow::engine {

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
    const std::size_t shared_max = std::min(last_key_.size(), key.size());
    while (shared < shared_max && last_key_[shared] == key[shared]) ++shared;
  }
  ++since_restart_;
  const std::size_t unshared = key.size() - shared;

  char sizes[3 * kMaxVarint32Size];
  char* end = EncodeVarint32(sizes, static_cast<std::uint32_t>(shared));
  end = EncodeVarint32(end, static_cast<std::uint32_t>(unshared));
  end = EncodeVarint32(end, static_cast<std::uint32_t>(value.size()));
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
