// Runs of consecutive positions are cut into the largest blocks that are aligned to their size; the due ones leave.
#include "sim/harness/sweep/pending_done.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

#include "sim/kernel/check.h"

namespace harrow::harness {

void PendingDone::Add(const DoneSeed& seed) {
  KERNEL_CHECK(seeds_.emplace(seed.position, seed).second);
  ++added_;
}

std::vector<DoneBlock> PendingDone::TakeDue(std::uint64_t now_ms) {
  return Take(Which::kDue, now_ms);
}

std::vector<DoneBlock> PendingDone::TakeAll(std::uint64_t now_ms) {
  return Take(Which::kAll, now_ms);
}

std::vector<DoneBlock> PendingDone::Take(Which which, std::uint64_t now_ms) {
  std::vector<DoneBlock> blocks;
  std::vector<PositionRange> runs;
  for (const auto& [position, seed] : seeds_) {
    if (runs.empty() || runs.back().end != position) runs.push_back({position, position});
    runs.back().end = position + 1;
  }
  for (PositionRange run : runs) {
    while (run.begin < run.end) {
      const std::uint64_t aligned =
          run.begin == 0 ? std::bit_floor(run.end - run.begin) : run.begin & (~run.begin + 1);
      const std::uint64_t size = std::min(aligned, std::bit_floor(run.end - run.begin));
      if (which == Which::kAll || IsDue(run.begin, size, now_ms))
        blocks.push_back(Join(run.begin, size, now_ms));
      run.begin += size;
    }
  }
  return blocks;
}

bool PendingDone::IsDue(std::uint64_t first, std::uint64_t size, std::uint64_t now_ms) const {
  const std::uint64_t aim_ms = std::clamp<std::uint64_t>(now_ms / 100, 100, 2000);
  const std::uint64_t aim = added_ * aim_ms / std::max<std::uint64_t>(now_ms, 1);  // seeds
  if (size >= std::bit_floor(std::max<std::uint64_t>(aim, 1))) return true;
  auto seed = seeds_.find(first);
  for (std::uint64_t at = 0; at < size; ++at, ++seed) {
    if (seed->second.at_ms + 2 * aim_ms <= now_ms) return true;
  }
  return false;
}

DoneBlock PendingDone::Join(std::uint64_t first, std::uint64_t size, std::uint64_t now_ms) {
  DoneBlock block;
  block.session = session_;
  block.shard = shard_;
  block.first = first;
  block.size = size;
  block.elapsed_ms = now_ms;
  const auto begin = seeds_.find(first);
  auto end = begin;
  for (std::uint64_t at = 0; at < size; ++at, ++end) {
    block.tally.Add(end->second.tally);
    if (end->second.unknown) block.unknown.push_back(space_.SeedAt(shard_, end->first));
  }
  seeds_.erase(begin, end);
  return block;
}

}  // namespace harrow::harness
