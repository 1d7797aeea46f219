#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/coding.h"
#include "engine/filter_block.h"
#include "engine/filter_policy.h"
#include "gtest/gtest.h"

namespace harrow::engine {
namespace {

std::string KeyOf(std::uint32_t n) {
  std::string key;
  PutFixed32(&key, n);
  return key;
}

std::string FilterOf(const FilterPolicy& policy, std::uint32_t count) {
  std::vector<std::string> keys;
  for (std::uint32_t n = 0; n < count; ++n) keys.push_back(KeyOf(n));
  std::string filter;
  policy.CreateFilter(std::vector<std::string_view>(keys.begin(), keys.end()), &filter);
  return filter;
}

TEST(BloomFilter, HasEveryKeyOfItsOwnAndFewOthers) {
  const auto policy = NewBloomFilterPolicy(10);
  for (const std::uint32_t count : {1U, 2U, 7U, 50U, 1000U, 10000U}) {
    SCOPED_TRACE(count);
    const std::string filter = FilterOf(*policy, count);
    EXPECT_LE(filter.size(), count * 10 / 8 + 40);
    for (std::uint32_t n = 0; n < count; ++n) {
      ASSERT_TRUE(policy->KeyMayMatch(KeyOf(n), filter));
    }
    int others = 0;
    for (std::uint32_t n = 0; n < 10000; ++n) {
      others += policy->KeyMayMatch(KeyOf(n + 1'000'000'000), filter) ? 1 : 0;
    }
    EXPECT_LE(others, 200);
  }
}

TEST(BloomFilter, ProbesFollowTheBitsAKeyGets) {
  for (const auto& [bits_per_key, probes] :
       {std::pair{-1, 1}, {0, 1}, {1, 1}, {3, 2}, {10, 6}, {43, 29}, {1000, 30}}) {
    EXPECT_EQ(FilterOf(*NewBloomFilterPolicy(bits_per_key), 5).back(), probes) << bits_per_key;
  }
}

TEST(BloomFilter, IsReadByTheProbesOfItsMaker) {
  const std::string filter = FilterOf(*NewBloomFilterPolicy(20), 100);
  const auto other = NewBloomFilterPolicy(3);
  for (std::uint32_t n = 0; n < 100; ++n) EXPECT_TRUE(other->KeyMayMatch(KeyOf(n), filter));
  int others = 0;
  for (std::uint32_t n = 1000; n < 2000; ++n) {
    others += other->KeyMayMatch(KeyOf(n), filter) ? 1 : 0;
  }
  EXPECT_LT(others, 5);
}

TEST(BloomFilter, WhatIsNoFilterMatchesAndAnEmptyOneDoesNot) {
  const auto policy = NewBloomFilterPolicy(10);
  EXPECT_FALSE(policy->KeyMayMatch("key", ""));
  EXPECT_FALSE(policy->KeyMayMatch("key", std::string_view("\0\0\0\0\6", 5)));
  EXPECT_TRUE(policy->KeyMayMatch("key", "\6"));
  EXPECT_TRUE(policy->KeyMayMatch("key", std::string_view("\0\0\0\0\37", 5)));
}

class FilterBlockTest : public testing::Test {
 protected:
  const std::shared_ptr<const FilterPolicy> policy_ = NewBloomFilterPolicy(10);
};

TEST_F(FilterBlockTest, EmptyOneMatchesEverything) {
  FilterBlockBuilder builder(policy_.get());
  const std::string_view block = builder.Finish();
  EXPECT_EQ(block, std::string_view("\0\0\0\0\13", 5));
  const FilterBlockReader reader(policy_.get(), block);
  EXPECT_TRUE(reader.KeyMayMatch(0, "key"));
  EXPECT_TRUE(reader.KeyMayMatch(UINT64_MAX, "key"));
}

TEST_F(FilterBlockTest, BlocksOfOneRangeShareAFilterAndEmptyRangesHaveNone) {
  FilterBlockBuilder builder(policy_.get());
  builder.StartBlock(0);
  builder.AddKey("one");
  builder.StartBlock(2000);
  builder.AddKey("two");
  builder.StartBlock(3100);
  builder.AddKey("three");
  builder.StartBlock(9000);
  builder.AddKey("four");
  builder.AddKey("four");
  const std::string block(builder.Finish());
  const FilterBlockReader reader(policy_.get(), block);
  const auto matching = [&](std::uint64_t offset) {
    std::string keys;
    for (const std::string_view key : {"one", "two", "three", "four", "five"}) {
      if (reader.KeyMayMatch(offset, key)) keys.append(key).append(" ");
    }
    return keys;
  };
  EXPECT_EQ(matching(0), "one two ");
  EXPECT_EQ(matching(2000), "one two ");
  EXPECT_EQ(matching(3100), "three ");
  EXPECT_EQ(matching(4100), "");
  EXPECT_EQ(matching(9000), "four ");
  EXPECT_EQ(matching(100'000), "one two three four five ");  // behind all filters
}

TEST_F(FilterBlockTest, AnyBytesAreReadWithinTheirBounds) {
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    // On the heap to the byte, for the sanitizer.
    std::vector<char> bytes(random() % 40);
    for (char& byte : bytes) byte = static_cast<char>(random() % (random() % 2 == 0 ? 8 : 256));
    const FilterBlockReader reader(policy_.get(), {bytes.data(), bytes.size()});
    for (const std::uint64_t offset :
         {std::uint64_t{0}, std::uint64_t{random() % 10000}, UINT64_MAX}) {
      static_cast<void>(reader.KeyMayMatch(offset, "key"));
    }
  }
}

}  // namespace
}  // namespace harrow::engine
