// A shard's filled slots form a ring through its `ends`. Finding a block moves its slot to the
// newest place; keeping one empties the oldest slots until it fits.
#include "engine/block_cache.h"

#include <utility>

#include "engine/check.h"

namespace harrow::engine {

BlockCache::BlockCache(std::size_t capacity) : shard_capacity_(capacity / kShardCount) {
  for (Shard& shard : shards_) shard.ends.older = shard.ends.newer = &shard.ends;
}

BlockCache::~BlockCache() {
  for (const Shard& shard : shards_) HARROW_CHECK(shard.usage == 0);
}

std::size_t BlockCache::usage() {
  std::size_t sum = 0;
  for (Shard& shard : shards_) {
    std::lock_guard<std::mutex> lock(shard.mutex);
    sum += shard.usage;
  }
  return sum;
}

void BlockCache::Unlink(Slot* slot) {
  slot->older->newer = slot->newer;
  slot->newer->older = slot->older;
}

void BlockCache::Link(Shard* shard, Slot* slot) {
  slot->newer = &shard->ends;
  slot->older = shard->ends.older;
  slot->older->newer = slot;
  slot->newer->older = slot;
}

void BlockCache::Empty(Shard* shard, Slot* slot) {
  HARROW_CHECK(slot->block.owner != nullptr);
  Unlink(slot);
  shard->usage -= slot->block.bytes.size();
  --shard->filled;
  slot->block = {};
}

bool BlockCache::Admit(Shard* shard, Slot* slot) {
  ++shard->misses;
  const bool soon = slot->missed_at != 0 && shard->misses - slot->missed_at <= shard->filled;
  slot->missed_at = shard->misses;
  return soon;
}

std::shared_ptr<BlockCache> NewLruBlockCache(std::size_t capacity) {
  return std::make_shared<BlockCache>(capacity);
}

CachedBlocks::CachedBlocks(std::shared_ptr<BlockCache> cache, std::size_t block_count)
    : cache_(std::move(cache)),
      block_count_(block_count),
      // Tables of few blocks should not all fill the first shards.
      first_shard_(cache_->first_shard_.fetch_add(block_count, std::memory_order_relaxed)),
      slots_(std::make_unique<Slot[]>(block_count)) {}

CachedBlocks::~CachedBlocks() {
  const std::uint32_t used = used_shards_.load(std::memory_order_relaxed);
  for (std::size_t first = 0; first < BlockCache::kShardCount; ++first) {
    const std::size_t shard_index = ShardIndex(first);
    if ((used >> shard_index & 1) == 0) continue;
    Shard& shard = cache_->shards_[shard_index];
    std::lock_guard<std::mutex> lock(shard.mutex);
    for (std::size_t i = first; i < block_count_; i += BlockCache::kShardCount) {
      if (slots_[i].block.owner != nullptr) BlockCache::Empty(&shard, &slots_[i]);
    }
  }
}

BlockBytes CachedBlocks::Find(std::size_t index) {
  HARROW_CHECK(index < block_count_);
  const std::size_t shard_index = ShardIndex(index);
  Slot* const slot = &slots_[index];
  Shard& shard = cache_->shards_[shard_index];
  std::lock_guard<std::mutex> lock(shard.mutex);
  if (slot->block.owner == nullptr) return {};
  BlockCache::Unlink(slot);
  BlockCache::Link(&shard, slot);
  return slot->block;
}

void CachedBlocks::Keep(std::size_t index, const BlockBytes& block) {
  HARROW_CHECK(index < block_count_);
  HARROW_CHECK(block.owner != nullptr);
  const std::size_t size = block.bytes.size();
  if (size > cache_->shard_capacity_) return;
  const std::size_t shard_index = ShardIndex(index);
  used_shards_.fetch_or(std::uint32_t{1} << shard_index, std::memory_order_relaxed);
  Slot* const slot = &slots_[index];
  Shard& shard = cache_->shards_[shard_index];
  std::lock_guard<std::mutex> lock(shard.mutex);
  if (slot->block.owner != nullptr) return;
  if (shard.usage + size > cache_->shard_capacity_) {
    if (!BlockCache::Admit(&shard, slot)) return;
    do {
      BlockCache::Empty(&shard, shard.ends.newer);
    } while (shard.usage + size > cache_->shard_capacity_);
  }
  slot->block = block;
  shard.usage += size;
  ++shard.filled;
  BlockCache::Link(&shard, slot);
}

}  // namespace harrow::engine
