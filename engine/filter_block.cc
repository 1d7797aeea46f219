// A filter is made when the first block behind its range starts; ranges in which none started in
// between get empty ones.
#include "engine/filter_block.h"

#include "engine/check.h"
#include "engine/coding.h"

namespace harrow::engine {
namespace {

constexpr unsigned kRangeLog2 = 11;
constexpr unsigned kRangeLog2Max = 63;
constexpr std::size_t kOffsetSize = sizeof(std::uint32_t);
constexpr std::size_t kTrailerSize = kOffsetSize + 1;

}  // namespace

std::string FilterBlockName(const FilterPolicy& policy) {
  HARROW_CHECK(!policy.Name().empty());
  return "filter." + std::string(policy.Name());
}

void FilterBlockBuilder::StartBlock(std::uint64_t offset) {
  const std::uint64_t index = offset >> kRangeLog2;
  HARROW_CHECK(index >= filter_offsets_.size());
  while (index > filter_offsets_.size()) EndFilter();
}

void FilterBlockBuilder::AddKey(std::string_view user_key) {
  key_starts_.push_back(key_bytes_.size());
  key_bytes_.append(user_key);
}

std::string_view FilterBlockBuilder::Finish() {
  if (!key_starts_.empty()) EndFilter();
  const auto offsets_at = static_cast<std::uint32_t>(block_.size());
  for (const std::uint32_t offset : filter_offsets_) PutFixed32(&block_, offset);
  PutFixed32(&block_, offsets_at);
  block_.push_back(static_cast<char>(kRangeLog2));
  return block_;
}

void FilterBlockBuilder::EndFilter() {
  HARROW_CHECK(block_.size() <= UINT32_MAX);
  filter_offsets_.push_back(static_cast<std::uint32_t>(block_.size()));
  if (key_starts_.empty()) return;
  std::vector<std::string_view> keys;
  keys.reserve(key_starts_.size());
  key_starts_.push_back(key_bytes_.size());
  const std::string_view bytes = key_bytes_;
  for (std::size_t i = 0; i + 1 < key_starts_.size(); ++i) {
    keys.push_back(bytes.substr(key_starts_[i], key_starts_[i + 1] - key_starts_[i]));
  }
  policy_->CreateFilter(keys, &block_);
  key_bytes_.clear();
  key_starts_.clear();
}

FilterBlockReader::FilterBlockReader(const FilterPolicy* policy, std::string_view block)
    : policy_(policy), block_(block) {
  if (block.size() < kTrailerSize) return;
  const std::size_t end = block.size() - kTrailerSize;
  const std::uint32_t offsets_at = DecodeFixed32(block.data() + end);
  const auto range_log2 = static_cast<unsigned char>(block.back());
  if (offsets_at > end || range_log2 > kRangeLog2Max) return;
  offsets_at_ = offsets_at;
  range_log2_ = range_log2;
  filter_count_ = (end - offsets_at) / kOffsetSize;
}

bool FilterBlockReader::KeyMayMatch(std::uint64_t block_offset, std::string_view user_key) const {
  const std::uint64_t index = block_offset >> range_log2_;
  if (index >= filter_count_) return true;
  // The last filter ends at the number behind the offsets, which is where they start.
  const char* const offset = block_.data() + offsets_at_ + index * kOffsetSize;
  const std::uint32_t start = DecodeFixed32(offset);
  const std::uint32_t limit = DecodeFixed32(offset + kOffsetSize);
  if (start > limit || limit > offsets_at_) return true;
  return policy_->KeyMayMatch(user_key, block_.substr(start, limit - start));
}

}  // namespace harrow::engine
