#include "engine/table_index.h"

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/block_builder.h"
#include "engine/coding.h"
#include "engine/internal_key.h"
#include "gtest/gtest.h"

namespace harrow::engine {
namespace {

struct InternalLess {
  bool operator()(const std::string& a, const std::string& b) const {
    return CompareInternalKey(a, b) < 0;
  }
};
using Keys = std::set<std::string, InternalLess>;

std::string Key(std::string_view user_key, SequenceNumber sequence) {
  std::string key;
  AppendInternalKey(&key, {user_key, sequence, ValueType::kValue});
  return key;
}

std::string Handle(std::uint64_t number) {
  std::string encoded;
  BlockHandle{number * 1000, number + 1}.AppendTo(&encoded);
  return encoded;
}

std::string IndexBlock(const Keys& keys) {
  BlockBuilder builder(1);
  std::uint64_t number = 0;
  for (const std::string& key : keys) builder.Add(key, Handle(number++));
  return std::string(builder.Finish());
}

// As a builder would not make it: whole keys in the order given.
std::string RawIndexBlock(const std::vector<std::string>& keys, std::string_view value) {
  std::string block;
  std::vector<std::uint32_t> restarts;
  for (const std::string& key : keys) {
    restarts.push_back(static_cast<std::uint32_t>(block.size()));
    PutVarint32(&block, 0);
    PutVarint32(&block, static_cast<std::uint32_t>(key.size()));
    PutVarint32(&block, static_cast<std::uint32_t>(value.size()));
    block.append(key).append(value);
  }
  for (const std::uint32_t restart : restarts) PutFixed32(&block, restart);
  PutFixed32(&block, static_cast<std::uint32_t>(restarts.size()));
  return block;
}

std::size_t LinearFind(const Keys& keys, std::string_view target) {
  std::size_t number = 0;
  for (const std::string& key : keys) {
    if (CompareInternalKey(key, target) >= 0) break;
    ++number;
  }
  return number;
}

// Few letters, zero and the highest byte among them, so that keys are often beginnings of others
// and differ from them in zero bytes alone.
std::string RandomUserKey(std::mt19937* random, std::size_t size_max) {
  std::string key((*random)() % (size_max + 1), '\0');
  for (char& c : key) c = std::string_view("\0\1a\xff", 4)[(*random)() % 4];
  return key;
}

TEST(TableIndex, FindsWhatALinearSearchFinds) {
  std::mt19937 random(3);
  for (int round = 0; round < 600; ++round) {
    const std::string prefix = RandomUserKey(&random, round % 3 == 0 ? 0 : 20);
    const std::size_t size_max = round % 2 == 0 ? 3 : 14;
    const std::size_t count = 1 + random() % 40;
    Keys keys;
    while (keys.size() < count) {
      keys.insert(Key(prefix + RandomUserKey(&random, size_max), random() % 50));
    }
    const absl::StatusOr<TableIndex> index = TableIndex::Decode(IndexBlock(keys));
    ASSERT_TRUE(index.ok()) << index.status();
    ASSERT_EQ(index->block_count(), count);
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(index->handle(i).offset, i * 1000);
      ASSERT_EQ(index->handle(i).size, i + 1);
    }
    std::vector<std::string> targets(keys.begin(), keys.end());
    for (const std::string& key : keys) {
      const std::string_view user_key = ExtractUserKey(key);
      targets.push_back(Key(user_key, kMaxSequenceNumber));
      targets.push_back(Key(user_key, 0));
      targets.push_back(Key(std::string(user_key) + '\0', 5));
      targets.push_back(Key(user_key.substr(0, random() % (user_key.size() + 1)), 5));
    }
    for (int i = 0; i < 30; ++i) {
      targets.push_back(Key(prefix + RandomUserKey(&random, size_max), random() % 50));
      targets.push_back(Key(RandomUserKey(&random, 20), random() % 50));
    }
    for (const std::string& target : targets) {
      ASSERT_EQ(index->Find(target), LinearFind(keys, target));
    }
  }
}

TEST(TableIndex, OfOneBlockAndOfNone) {
  const TableIndex none = *TableIndex::Decode(IndexBlock({}));
  EXPECT_EQ(none.block_count(), 0U);
  EXPECT_EQ(none.Find(Key("any", 1)), 0U);
  const TableIndex one = *TableIndex::Decode(IndexBlock({Key("middle", 9)}));
  EXPECT_EQ(one.Find(Key("", 1)), 0U);
  EXPECT_EQ(one.Find(Key("middle", 9)), 0U);
  EXPECT_EQ(one.Find(Key("middle", 8)), 1U);
  EXPECT_EQ(one.Find(Key("middles", 9)), 1U);
}

TEST(TableIndex, KeysThatDoNotAscendAreDataLoss) {
  const std::string good = RawIndexBlock({Key("a", 5), Key("a", 4), Key("b", 9)}, Handle(1));
  EXPECT_TRUE(TableIndex::Decode(good).ok());
  const std::vector<std::vector<std::string>> bad = {
      {Key("a", 5), Key("a", 5)},
      {Key("a", 4), Key("a", 5)},
      {Key("a", 1), Key("c", 1), Key("b", 1)},
      {Key(std::string_view("a\0", 2), 1), Key("a", 1)}};
  for (const auto& keys : bad) {
    EXPECT_EQ(TableIndex::Decode(RawIndexBlock(keys, Handle(1))).status().code(),
              absl::StatusCode::kDataLoss);
  }
}

TEST(TableIndex, BadHandlesAreDataLoss) {
  for (const std::string_view value :
       {std::string_view(), std::string_view("\x01", 1), std::string_view("\xff\xff", 2),
        std::string_view("\x05\xff\xff\xff\xff\xff\xff\xff\xff\xff"
                         "\xff\xff",
                         12)}) {
    EXPECT_EQ(TableIndex::Decode(RawIndexBlock({Key("a", 5)}, value)).status().code(),
              absl::StatusCode::kDataLoss);
  }
}

// The checksum of its block catches damage before; here none is.
TEST(TableIndex, EveryFlippedByteAndEveryCutIsDataLossOrSomeIndex) {
  const std::string block = IndexBlock({Key("", 1), Key("aaaa", 7), Key("aab", 7), Key("ab", 1)});
  int data_loss = 0;
  const auto expect = [&data_loss](const std::string& bytes) {
    const absl::StatusOr<TableIndex> index = TableIndex::Decode(bytes);
    if (!index.ok()) {
      ++data_loss;
      ASSERT_EQ(index.status().code(), absl::StatusCode::kDataLoss);
      return;
    }
    for (const char* user_key : {"", "a", "aaaa", "zz"}) {
      ASSERT_LE(index->Find(Key(user_key, 3)), index->block_count());
    }
  };
  for (std::size_t at = 0; at < block.size(); ++at) {
    expect(block.substr(0, at));
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string damaged = block;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << bit));
      expect(damaged);
    }
  }
  EXPECT_GT(data_loss, 100);
}

}  // namespace
}  // namespace harrow::engine
