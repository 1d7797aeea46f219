#include "sim/harness/sweep/seed_space.h"

#include <algorithm>
#include <iterator>

#include "sim/kernel/check.h"

namespace harrow::harness {

std::uint64_t SeedSpace::Positions(std::uint32_t shard) const {
  KERNEL_CHECK(shard < shard_count);
  if (seeds == kNoBound) return kNoBound;
  return seeds / shard_count + (shard < seeds % shard_count ? 1 : 0);
}

std::uint64_t SeedSpace::Ordinal(std::uint32_t shard, std::uint64_t position) const {
  return position * shard_count + shard;
}

std::uint64_t SeedSpace::SeedAt(std::uint32_t shard, std::uint64_t position) const {
  return first_seed + Ordinal(shard, position);
}

void PositionSet::Add(PositionRange range) {
  if (range.begin >= range.end) return;
  auto next = ranges_.upper_bound(range.begin);
  if (next != ranges_.begin() && std::prev(next)->second >= range.begin) --next;
  while (next != ranges_.end() && next->first <= range.end) {
    range.begin = std::min(range.begin, next->first);
    range.end = std::max(range.end, next->second);
    next = ranges_.erase(next);
  }
  ranges_[range.begin] = range.end;
}

bool PositionSet::Contains(std::uint64_t position) const {
  const auto next = ranges_.upper_bound(position);
  return next != ranges_.begin() && std::prev(next)->second > position;
}

std::uint64_t PositionSet::size() const {
  std::uint64_t sum = 0;
  for (const auto& [begin, end] : ranges_) sum += end - begin;
  return sum;
}

std::uint64_t PositionSet::end() const { return ranges_.empty() ? 0 : ranges_.rbegin()->second; }

std::vector<PositionRange> PositionSet::Gaps(std::uint64_t end) const {
  std::vector<PositionRange> gaps;
  std::uint64_t at = 0;
  for (const auto& [first, last] : ranges_) {
    if (first >= end) break;
    if (at < first) gaps.push_back({at, first});
    at = last;
  }
  if (at < end) gaps.push_back({at, end});
  return gaps;
}

RemainingPositions::RemainingPositions(const PositionSet& done, std::uint64_t positions) {
  for (const PositionRange& gap : done.Gaps(positions)) {
    stretches_.push_back({size_, gap.begin});
    size_ += gap.end - gap.begin;
  }
  // The last stretch of an unbounded list has no end.
  if (positions == SeedSpace::kNoBound) size_ = SeedSpace::kNoBound;
}

std::uint64_t RemainingPositions::At(std::uint64_t index) const {
  KERNEL_CHECK(index < size_);
  const auto next =
      std::upper_bound(stretches_.begin(), stretches_.end(), index,
                       [](std::uint64_t wanted, const Stretch& one) { return wanted < one.index; });
  const Stretch& stretch = *std::prev(next);
  return stretch.position + (index - stretch.index);
}

}  // namespace harrow::harness
