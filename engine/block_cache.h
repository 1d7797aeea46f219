// Verified, uncompressed data blocks of tables, as many bytes of them as the capacity allows; those
// used longest ago make room. Any number of databases share one.
//
// A full cache gives a place only to a block that is missed again soon: within as many misses as it
// holds blocks. A scan, or reads far and wide, would else throw out what is in use for blocks that
// nobody asks for twice.
// Source: 2Q (Johnson and Shasha, VLDB 1994), whose queue of blocks seen once is a number here.
//
// There is no table of keys: a table knows its blocks by number, so each has a slot for every one
// of them (CachedBlocks), and the cache strings the filled slots together by use. The slots are dealt
// out to 16 shards, each with its own lock and a sixteenth of the capacity.
//
// Threading: safe from any thread.
// Invariants:
//  1. A block is charged with its bytes. What the filled slots of a shard are charged with is at
//     most the shard's capacity; a block larger than that is not kept.
//  2. A block in use stays readable after it left the cache.
//  3. A CachedBlocks that ends takes its blocks with it: no block of a removed table is left.
#ifndef HARROW_ENGINE_BLOCK_CACHE_H_
#define HARROW_ENGINE_BLOCK_CACHE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

namespace harrow::engine {

// A block's bytes, which stay while `owner` does; nullptr: as long as the table they are of.
struct BlockBytes {
  std::string_view bytes;
  std::shared_ptr<const char[]> owner;
};

class BlockCache {
 public:
  explicit BlockCache(std::size_t capacity);
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;
  // No CachedBlocks of it is left (checked).
  ~BlockCache();

  // Bytes that are charged at the moment.
  std::size_t usage();

 private:
  friend class CachedBlocks;
  static constexpr std::size_t kShardCount = 16;

  struct alignas(64) Slot {
    BlockBytes block;  // without an owner: empty
    Slot* older = nullptr;
    Slot* newer = nullptr;
    std::uint64_t missed_at = 0;  // the shard's `misses` then; 0: never
  };
  struct alignas(64) Shard {
    std::mutex mutex;  // guards what follows and the slots of this shard
    Slot ends;         // closes the ring: `newer` is the oldest, `older` the newest
    std::size_t usage = 0;
    std::size_t filled = 0;    // slots
    std::uint64_t misses = 0;  // while it was full
  };

  static void Unlink(Slot* slot);
  // As the newest.
  static void Link(Shard* shard, Slot* slot);
  static void Empty(Shard* shard, Slot* slot);
  // Whether others should make room for a block that was missed.
  static bool Admit(Shard* shard, Slot* slot);

  const std::size_t shard_capacity_;
  std::atomic<std::size_t> first_shard_{0};  // of the next CachedBlocks
  std::array<Shard, kShardCount> shards_;
};

// `capacity` in bytes; 0 keeps nothing.
std::shared_ptr<BlockCache> NewLruBlockCache(std::size_t capacity);

// The blocks of one table.
class CachedBlocks {
 public:
  CachedBlocks(std::shared_ptr<BlockCache> cache, std::size_t block_count);
  CachedBlocks(const CachedBlocks&) = delete;
  CachedBlocks& operator=(const CachedBlocks&) = delete;
  ~CachedBlocks();

  // Without an owner if the block is not there.
  BlockBytes Find(std::size_t index);
  // `block` has an owner. Where another thread was faster, its copy stays. A full cache may refuse it.
  void Keep(std::size_t index, const BlockBytes& block);

 private:
  using Slot = BlockCache::Slot;
  using Shard = BlockCache::Shard;

  std::size_t ShardIndex(std::size_t index) const {
    return (first_shard_ + index) % BlockCache::kShardCount;
  }

  const std::shared_ptr<BlockCache> cache_;
  const std::size_t block_count_;
  const std::size_t first_shard_;
  const std::unique_ptr<Slot[]> slots_;
  std::atomic<std::uint32_t> used_shards_{0};  // a bit for each that ever kept a block
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_BLOCK_CACHE_H_
