// Which blocks a cache holds after which uses, what it charges for them, and what becomes of the
// blocks of tables that end.
#include "engine/block_cache.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace harrow::engine {
namespace {

// The blocks of one table at this distance from each other share a shard.
constexpr std::size_t kShards = 16;

BlockBytes BlockOf(char letter, std::size_t size) {
  const std::shared_ptr<char[]> bytes = std::make_shared<char[]>(size, letter);
  return {{bytes.get(), size}, bytes};
}

bool Holds(CachedBlocks* blocks, std::size_t index) { return blocks->Find(index).owner != nullptr; }

// A full cache gives a place to what is missed twice.
void KeepTwice(CachedBlocks* blocks, std::size_t index, const BlockBytes& block) {
  for (int i = 0; i < 2; ++i) blocks->Keep(index, block);
}

TEST(BlockCache, FindsWhatItKeptAndChargesItsBytes) {
  const auto cache = NewLruBlockCache(kShards * 100);
  CachedBlocks blocks(cache, 20);
  EXPECT_FALSE(Holds(&blocks, 3));
  blocks.Keep(3, BlockOf('c', 60));
  blocks.Keep(4, BlockOf('d', 7));
  EXPECT_EQ(blocks.Find(3).bytes, std::string(60, 'c'));
  EXPECT_EQ(blocks.Find(4).bytes, std::string(7, 'd'));
  EXPECT_FALSE(Holds(&blocks, 19));
  EXPECT_EQ(cache->usage(), 67U);
  // Of two threads that read a block the first one's copy stays.
  blocks.Keep(3, BlockOf('x', 60));
  EXPECT_EQ(blocks.Find(3).bytes, std::string(60, 'c'));
  EXPECT_EQ(cache->usage(), 67U);
}

TEST(BlockCache, WhatWasUsedLongestAgoMakesRoom) {
  const auto cache = NewLruBlockCache(kShards * 100);
  CachedBlocks blocks(cache, 8 * kShards);
  blocks.Keep(0, BlockOf('a', 40));
  blocks.Keep(kShards, BlockOf('b', 40));
  blocks.Keep(2 * kShards, BlockOf('c', 20));
  EXPECT_EQ(cache->usage(), 100U);  // full to the byte
  EXPECT_TRUE(Holds(&blocks, 0));
  KeepTwice(&blocks, 3 * kShards, BlockOf('d', 1));
  EXPECT_FALSE(Holds(&blocks, kShards));
  EXPECT_EQ(cache->usage(), 61U);
  // Now the order is c, a, d: one block takes the places of two.
  KeepTwice(&blocks, 4 * kShards, BlockOf('e', 80));
  EXPECT_FALSE(Holds(&blocks, 2 * kShards));
  EXPECT_FALSE(Holds(&blocks, 0));
  EXPECT_TRUE(Holds(&blocks, 3 * kShards));
  EXPECT_TRUE(Holds(&blocks, 4 * kShards));
  EXPECT_EQ(cache->usage(), 81U);
}

TEST(BlockCache, AFullCacheIsNotSweptOutByAScan) {
  const auto cache = NewLruBlockCache(kShards * 100);
  CachedBlocks blocks(cache, 40 * kShards);
  for (std::size_t i = 0; i < 10; ++i) blocks.Keep(i * kShards, BlockOf('a', 10));
  for (std::size_t i = 10; i < 40; ++i) {
    blocks.Keep(i * kShards, BlockOf('s', 10));
    EXPECT_FALSE(Holds(&blocks, i * kShards)) << i;
  }
  for (std::size_t i = 0; i < 10; ++i) EXPECT_TRUE(Holds(&blocks, i * kShards)) << i;
}

// Ten places: the second miss may be the tenth after the first one, and no later.
TEST(BlockCache, WhatIsMissedAgainInTimeGetsAPlace) {
  for (const std::size_t between : {0U, 9U, 10U}) {
    const auto cache = NewLruBlockCache(kShards * 100);
    CachedBlocks blocks(cache, 40 * kShards);
    for (std::size_t i = 0; i < 10; ++i) blocks.Keep(i * kShards, BlockOf('a', 10));
    blocks.Keep(10 * kShards, BlockOf('b', 10));
    for (std::size_t i = 0; i < between; ++i) {
      blocks.Keep((20 + i) * kShards, BlockOf('s', 10));
    }
    blocks.Keep(10 * kShards, BlockOf('b', 10));
    EXPECT_EQ(Holds(&blocks, 10 * kShards), between < 10) << between;
    EXPECT_EQ(Holds(&blocks, 0), between >= 10) << between;
  }
}

TEST(BlockCache, ABlockLargerThanAShardIsNotKeptAndDrivesNothingOut) {
  const auto cache = NewLruBlockCache(kShards * 100);
  CachedBlocks blocks(cache, 2 * kShards);
  blocks.Keep(0, BlockOf('a', 100));
  blocks.Keep(kShards, BlockOf('b', 101));
  EXPECT_TRUE(Holds(&blocks, 0));
  EXPECT_FALSE(Holds(&blocks, kShards));

  const auto none = NewLruBlockCache(0);
  CachedBlocks unkept(none, 1);
  unkept.Keep(0, BlockOf('a', 1));
  EXPECT_FALSE(Holds(&unkept, 0));
}

TEST(BlockCache, ABlockInUseOutlivesItsPlaceAndItsTable) {
  const auto cache = NewLruBlockCache(kShards * 100);
  BlockBytes driven_out;
  BlockBytes left_behind;
  {
    CachedBlocks blocks(cache, 2 * kShards);
    blocks.Keep(0, BlockOf('a', 100));
    driven_out = blocks.Find(0);
    KeepTwice(&blocks, kShards, BlockOf('b', 100));
    EXPECT_FALSE(Holds(&blocks, 0));
    left_behind = blocks.Find(kShards);
  }
  EXPECT_EQ(driven_out.bytes, std::string(100, 'a'));
  EXPECT_EQ(left_behind.bytes, std::string(100, 'b'));
}

TEST(BlockCache, ATableThatEndsTakesItsBlocksAndNoOthers) {
  const auto cache = NewLruBlockCache(kShards * 100);
  CachedBlocks stays(cache, 2 * kShards);
  auto ends = std::make_unique<CachedBlocks>(cache, 2 * kShards);
  for (std::size_t i = 0; i < 2 * kShards; ++i) {
    stays.Keep(i, BlockOf('s', 10));
    ends->Keep(i, BlockOf('e', 20));
  }
  EXPECT_EQ(cache->usage(), 2 * kShards * 30);
  ends.reset();
  EXPECT_EQ(cache->usage(), 2 * kShards * 10);
  for (std::size_t i = 0; i < 2 * kShards; ++i) {
    EXPECT_EQ(stays.Find(i).bytes, std::string(10, 's')) << i;
  }
}

// The first blocks of all tables in one shard would drive each other out of a cache that is empty.
TEST(BlockCache, SmallTablesShareTheShards) {
  const auto cache = NewLruBlockCache(kShards * 100);
  std::vector<std::unique_ptr<CachedBlocks>> tables;
  for (std::size_t i = 0; i < kShards; ++i) {
    tables.push_back(std::make_unique<CachedBlocks>(cache, 1));
    tables.back()->Keep(0, BlockOf('a', 100));
  }
  EXPECT_EQ(cache->usage(), kShards * 100);
}

TEST(BlockCache, ThreadsFindWhatIsTheirsWhileTablesComeAndGo) {
  constexpr std::size_t kBlocks = 64;
  const auto cache = NewLruBlockCache(kShards * 100);
  CachedBlocks shared(cache, kBlocks);
  std::atomic<std::size_t> found{0};
  const auto client = [&](unsigned number) {
    std::mt19937 random(number);
    for (int round = 0; round < 50; ++round) {
      CachedBlocks own(cache, kBlocks);
      for (int i = 0; i < 100; ++i) {
        const std::size_t index = random() % kBlocks;
        CachedBlocks* const blocks = random() % 2 == 0 ? &shared : &own;
        const char letter = static_cast<char>((blocks == &own ? 'A' : 'a') + index % 26);
        const std::string expected(10 + index, letter);
        const BlockBytes block = blocks->Find(index);
        if (block.owner == nullptr) {
          blocks->Keep(index, BlockOf(letter, expected.size()));
        } else {
          ASSERT_EQ(block.bytes, expected);
          ++found;
        }
      }
      ASSERT_LE(cache->usage(), kShards * 100);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned number = 1; number <= 4; ++number) threads.emplace_back(client, number);
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(found.load(), 0U);
}

}  // namespace
}  // namespace harrow::engine
