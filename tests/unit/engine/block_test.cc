#include "engine/block.h"

#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
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
using Model = std::map<std::string, std::string, InternalLess>;

std::string Key(std::string_view user_key, SequenceNumber sequence) {
  std::string key;
  AppendInternalKey(&key, {user_key, sequence, ValueType::kValue});
  return key;
}

Model RandomModel(std::size_t count) {
  std::mt19937 random(static_cast<unsigned>(count));
  Model model;
  while (model.size() < count) {
    std::string user_key(random() % 5, '\0');
    for (char& c : user_key) c = "ab\xff"[random() % 3];
    model[Key(user_key, random() % 100)] = std::string(random() % 40, 'v');
  }
  return model;
}

std::string Build(const Model& model, int restart_interval) {
  BlockBuilder builder(restart_interval);
  for (const auto& [key, value] : model) builder.Add(key, value);
  const std::size_t size = builder.CurrentSize();
  std::string block(builder.Finish());
  EXPECT_EQ(block.size(), size);
  return block;
}

TEST(Block, BytesAreAsSpecified) {
  BlockBuilder builder(2);
  builder.Add("a12345678", "x");
  builder.Add("ab12345678", "");
  builder.Add("ac12345678", "yz");
  std::string expected("\0\x09\x01", 3);
  expected += "a12345678x";
  expected += std::string("\x01\x09\0", 3) + "b12345678";
  expected += std::string("\0\x0a\x02", 3) + "ac12345678yz";
  for (const std::uint32_t number : {0U, 25U, 2U}) PutFixed32(&expected, number);
  EXPECT_EQ(builder.Finish(), expected);
  builder.Reset();
  EXPECT_EQ(builder.Finish(), std::string("\0\0\0\0\1\0\0\0", 8));
}

TEST(Block, AgreesWithAMapInEveryDirection) {
  for (const int restart_interval : {1, 2, 3, 16, 1000}) {
    for (const std::size_t count : {0U, 1U, 2U, 16U, 17U, 300U}) {
      SCOPED_TRACE(testing::Message() << count << " pairs, restarts every " << restart_interval);
      const Model model = RandomModel(count);
      const std::string block = Build(model, restart_interval);
      BlockCursor cursor(block);
      ASSERT_TRUE(cursor.status().ok());
      EXPECT_FALSE(cursor.Valid());
      cursor.SeekToFirst();
      for (const auto& [key, value] : model) {
        ASSERT_TRUE(cursor.Valid());
        ASSERT_EQ(cursor.key(), key);
        ASSERT_EQ(cursor.value(), value);
        cursor.Next();
      }
      EXPECT_FALSE(cursor.Valid());
      cursor.SeekToLast();
      for (auto pair = model.rbegin(); pair != model.rend(); ++pair) {
        ASSERT_TRUE(cursor.Valid());
        ASSERT_EQ(cursor.key(), pair->first);
        ASSERT_EQ(cursor.value(), pair->second);
        cursor.Prev();
      }
      EXPECT_FALSE(cursor.Valid());
      EXPECT_TRUE(cursor.status().ok());
    }
  }
}

TEST(Block, SeeksThenWalksAsAMapDoes) {
  const Model model = RandomModel(200);
  const std::string block = Build(model, 4);
  BlockCursor cursor(block);
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    std::string user_key(random() % 6, '\0');
    for (char& c : user_key) c = "ab\xff"[random() % 3];
    const std::string target = Key(user_key, random() % 100);
    auto expected = model.lower_bound(target);
    cursor.Seek(target);
    for (int step = 0; expected != model.end() && step < 6; ++step) {
      ASSERT_TRUE(cursor.Valid());
      ASSERT_EQ(cursor.key(), expected->first);
      if (random() % 2 == 0) {
        cursor.Next();
        ++expected;
      } else {
        cursor.Prev();
        if (expected == model.begin()) break;
        --expected;
      }
    }
    if (expected == model.end()) {
      ASSERT_FALSE(cursor.Valid());
    }
  }
}

// Everything a cursor can do on bytes that are perhaps no block. What it reads must lie in the block
// (the sanitizers see to that) and it must end.
void Exercise(std::string_view block) {
  // An exact copy on the heap, so that a byte read beyond it is seen.
  const std::vector<char> copy(block.begin(), block.end());
  const std::string_view bytes(copy.data(), copy.size());
  const auto count_walk = [&bytes](auto seek, auto move) {
    BlockCursor cursor(bytes);
    seek(&cursor);
    std::size_t steps = 0;
    for (; cursor.Valid(); move(&cursor)) {
      ASSERT_GE(cursor.key().size(), kTagSize);
      ASSERT_LE(cursor.value().size(), bytes.size());
      ASSERT_LE(++steps, bytes.size());
    }
    ASSERT_TRUE(cursor.status().ok() || cursor.status().code() == absl::StatusCode::kDataLoss);
  };
  const auto next = [](BlockCursor* cursor) { cursor->Next(); };
  const auto previous = [](BlockCursor* cursor) { cursor->Prev(); };
  count_walk([](BlockCursor* cursor) { cursor->SeekToFirst(); }, next);
  count_walk([](BlockCursor* cursor) { cursor->SeekToLast(); }, previous);
  for (const char* user_key : {"", "a", "ab", "b", "\xff"}) {
    const std::string target = Key(user_key, 50);
    count_walk([&target](BlockCursor* cursor) { cursor->Seek(target); }, next);
    count_walk([&target](BlockCursor* cursor) { cursor->Seek(target); }, previous);
  }
}

TEST(Block, NoBytesLeadOutOfTheBlock) {
  const std::string block = Build(RandomModel(40), 4);
  for (std::size_t size = 0; size < block.size(); ++size) Exercise(block.substr(0, size));
  for (std::size_t at = 0; at < block.size(); ++at) {
    for (const unsigned byte : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
      std::string damaged = block;
      damaged[at] = static_cast<char>(byte);
      Exercise(damaged);
    }
  }
  std::mt19937 random(9);
  for (int i = 0; i < 3000; ++i) {
    std::string noise(random() % 64, '\0');
    for (char& c : noise) c = static_cast<char>(random() % 4 == 0 ? random() : random() % 12);
    PutFixed32(&noise, random() % 4);
    Exercise(noise);
  }
}

TEST(Block, DamageIsDataLossUntilTheNextReset) {
  BlockCursor cursor("abc");
  EXPECT_EQ(cursor.status().code(), absl::StatusCode::kDataLoss);
  cursor.SeekToFirst();
  EXPECT_FALSE(cursor.Valid());
  std::string block = Build({{Key("k", 1), "v"}}, 16);
  cursor.Reset(block);
  cursor.SeekToFirst();
  EXPECT_TRUE(cursor.Valid());
  EXPECT_TRUE(cursor.status().ok());
  block[0] = 1;  // shares a byte with nothing
  cursor.Reset(block);
  EXPECT_TRUE(cursor.status().ok());
  cursor.SeekToLast();
  EXPECT_FALSE(cursor.Valid());
  EXPECT_EQ(cursor.status().code(), absl::StatusCode::kDataLoss);
}

TEST(Block, RestartBehindTheEntriesIsDataLoss) {
  std::string block = Build(RandomModel(8), 4);
  EncodeFixed32(block.data() + block.size() - 8, static_cast<std::uint32_t>(block.size()));
  BlockCursor cursor(block);
  EXPECT_TRUE(cursor.status().ok());
  cursor.SeekToLast();
  EXPECT_FALSE(cursor.Valid());
  EXPECT_EQ(cursor.status().code(), absl::StatusCode::kDataLoss);
  cursor.Reset(block);
  cursor.Seek(Key("\xff", 0));
  EXPECT_FALSE(cursor.Valid());
  EXPECT_EQ(cursor.status().code(), absl::StatusCode::kDataLoss);
}

TEST(BlockDeathTest, BuilderRefusesKeysOutOfOrder) {
  BlockBuilder builder(16);
  builder.Add(Key("b", 5), "");
  EXPECT_DEATH(builder.Add(Key("a", 5), ""), "check failed");
  EXPECT_DEATH(builder.Add(Key("b", 6), ""), "check failed");
  EXPECT_DEATH(builder.Add("short", ""), "check failed");
}

}  // namespace
}  // namespace harrow::engine
