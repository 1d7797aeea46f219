#include "engine/skiplist.h"

#include <atomic>
#include <cstdint>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "engine/arena.h"
#include "gtest/gtest.h"

namespace harrow::engine {
namespace {

struct Ascending {
  int operator()(std::uint64_t a, std::uint64_t b) const { return a < b ? -1 : a > b ? 1 : 0; }
};
using List = SkipList<std::uint64_t, Ascending>;

TEST(SkipList, EmptyListHasNothingAndAllocatesNothing) {
  Arena arena;
  const List list(Ascending(), &arena);
  EXPECT_FALSE(list.Contains(10));
  List::Iterator cursor(&list);
  cursor.SeekToFirst();
  EXPECT_FALSE(cursor.Valid());
  cursor.SeekToLast();
  EXPECT_FALSE(cursor.Valid());
  cursor.Seek(100);
  EXPECT_FALSE(cursor.Valid());
  EXPECT_EQ(arena.MemoryUsage(), 0U);
}

TEST(SkipList, AgreesWithASetInEveryDirection) {
  Arena arena;
  List list(Ascending(), &arena);
  std::set<std::uint64_t> model;
  std::mt19937_64 random(5);
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t key = random() % 10000;
    if (model.insert(key).second) list.Insert(key);
  }
  List::Iterator cursor(&list);
  cursor.SeekToFirst();
  for (const std::uint64_t key : model) {
    ASSERT_TRUE(cursor.Valid());
    ASSERT_EQ(cursor.key(), key);
    cursor.Next();
  }
  EXPECT_FALSE(cursor.Valid());
  cursor.SeekToLast();
  for (auto key = model.rbegin(); key != model.rend(); ++key) {
    ASSERT_TRUE(cursor.Valid());
    ASSERT_EQ(cursor.key(), *key);
    cursor.Prev();
  }
  EXPECT_FALSE(cursor.Valid());
  for (std::uint64_t target = 0; target <= 10001; ++target) {
    ASSERT_EQ(list.Contains(target), model.contains(target));
    cursor.Seek(target);
    const auto expected = model.lower_bound(target);
    ASSERT_EQ(cursor.Valid(), expected != model.end());
    if (cursor.Valid()) {
      ASSERT_EQ(cursor.key(), *expected);
    }
  }
}

struct CountingAscending {
  int operator()(std::uint64_t a, std::uint64_t b) const {
    ++*count;
    return Ascending()(a, b);
  }
  std::uint64_t* count;
};

// Runs of keys upward through what is there already, of all lengths and distances, with jumps between.
TEST(SkipList, RunsOfCloseKeysLandInPlace) {
  Arena arena;
  List list(Ascending(), &arena);
  std::set<std::uint64_t> model;
  std::mt19937_64 random(7);
  for (int run = 0; run < 300; ++run) {
    std::uint64_t key = random() % 100'000;
    const std::uint64_t stride = 1 + random() % (std::uint64_t{1} << (random() % 10));
    for (std::uint64_t left = random() % 100; left > 0; --left, key += 1 + random() % stride) {
      if (model.insert(key).second) list.Insert(key);
    }
  }
  List::Iterator cursor(&list);
  cursor.SeekToFirst();
  for (const std::uint64_t key : model) {
    ASSERT_TRUE(cursor.Valid());
    ASSERT_EQ(cursor.key(), key);
    cursor.Next();
    // From the head, through every level.
    ASSERT_TRUE(list.Contains(key));
    ASSERT_EQ(list.Contains(key + 1), model.contains(key + 1));
  }
  EXPECT_FALSE(cursor.Valid());
}

TEST(SkipList, AscendingInsertionsTakeFewComparisons) {
  Arena arena;
  std::uint64_t count = 0;
  SkipList<std::uint64_t, CountingAscending> list(CountingAscending{&count}, &arena);
  for (std::uint64_t key = 0; key < 10'000; key += 10) list.Insert(key);
  EXPECT_LT(count, 3 * 1000U);
  // And so do runs in the middle of others.
  count = 0;
  for (std::uint64_t key = 5; key < 10'000; key += 10) list.Insert(key);
  EXPECT_LT(count, 7 * 1000U);
}

TEST(SkipListDeathTest, RefusesAKeyTwice) {
  Arena arena;
  List list(Ascending(), &arena);
  list.Insert(3);
  EXPECT_DEATH(list.Insert(3), "check failed");
}

TEST(SkipList, SameInsertionsTakeTheSameMemory) {
  const auto usage = [] {
    Arena arena;
    List list(Ascending(), &arena);
    for (std::uint64_t key = 0; key < 5000; ++key) list.Insert(key * 7919 % 5003);
    return arena.MemoryUsage();
  };
  EXPECT_EQ(usage(), usage());
}

// Readers count how much of what was published before they started they find: all of it, in order.
TEST(SkipList, ReadersBesideAWriterMissNothingThatWasPublished) {
  constexpr std::uint64_t kCount = 20011;  // a prime, so i * 7919 mod it visits every key
  std::vector<std::uint64_t> turn_of(kCount);
  for (std::uint64_t i = 0; i < kCount; ++i) turn_of[i * 7919 % kCount] = i;
  Arena arena;
  List list(Ascending(), &arena);
  std::atomic<std::uint64_t> published{0};

  const auto read = [&] {
    for (bool last_round = false; !last_round;) {
      const std::uint64_t before = published.load(std::memory_order_acquire);
      last_round = before == kCount;
      std::uint64_t found = 0;
      std::uint64_t next = 0;
      List::Iterator cursor(&list);
      for (cursor.SeekToFirst(); cursor.Valid(); cursor.Next()) {
        ASSERT_GE(cursor.key(), next);
        ASSERT_LT(cursor.key(), kCount);
        if (turn_of[cursor.key()] < before) ++found;
        next = cursor.key() + 1;
      }
      ASSERT_EQ(found, before);
      for (std::uint64_t i = 0; i < before; i += 97) ASSERT_TRUE(list.Contains(i * 7919 % kCount));
    }
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) readers.emplace_back(read);
  for (std::uint64_t i = 0; i < kCount; ++i) {
    list.Insert(i * 7919 % kCount);
    published.store(i + 1, std::memory_order_release);
  }
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace harrow::engine
