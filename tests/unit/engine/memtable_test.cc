#include "engine/memtable.h"

#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/coding.h"
#include "gtest/gtest.h"

namespace harrow::engine {
namespace {

// What a reader sees at a sequence number: "value", "(deleted)" or "(absent)".
std::string Get(const MemTable& memtable, std::string_view key, SequenceNumber sequence) {
  std::string value = "unchanged";
  absl::Status status = absl::InternalError("unchanged");
  if (!memtable.Get(LookupKey(key, sequence), &value, &status)) {
    EXPECT_EQ(value, "unchanged");
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
    return "(absent)";
  }
  if (status.code() == absl::StatusCode::kNotFound) return "(deleted)";
  EXPECT_TRUE(status.ok());
  return value;
}

std::string Print(std::string_view internal_key) {
  ParsedInternalKey parsed;
  if (!ParseInternalKey(internal_key, &parsed)) return "(bad)";
  return std::string(parsed.user_key) + "@" + std::to_string(parsed.sequence) +
         (parsed.type == ValueType::kDeletion ? "-" : "");
}

TEST(MemTable, EmptyOneIsFree) {
  const MemTable memtable;
  EXPECT_EQ(memtable.ApproximateMemoryUsage(), 0U);
  EXPECT_TRUE(memtable.empty());
  EXPECT_EQ(Get(memtable, "k", kMaxSequenceNumber), "(absent)");
}

TEST(MemTable, EachSequenceNumberSeesItsOwnPast) {
  MemTable memtable;
  memtable.Add(10, ValueType::kValue, "k", "one");
  memtable.Add(20, ValueType::kDeletion, "k", "");
  memtable.Add(30, ValueType::kValue, "k", "");
  memtable.Add(15, ValueType::kValue, "kk", "other");
  EXPECT_FALSE(memtable.empty());
  EXPECT_EQ(Get(memtable, "k", 9), "(absent)");
  EXPECT_EQ(Get(memtable, "k", 10), "one");
  EXPECT_EQ(Get(memtable, "k", 19), "one");
  EXPECT_EQ(Get(memtable, "k", 20), "(deleted)");
  EXPECT_EQ(Get(memtable, "k", 30), "");
  EXPECT_EQ(Get(memtable, "kk", 14), "(absent)");
  EXPECT_EQ(Get(memtable, "kk", kMaxSequenceNumber), "other");
  EXPECT_EQ(Get(memtable, "", kMaxSequenceNumber), "(absent)");
  EXPECT_EQ(Get(memtable, "l", kMaxSequenceNumber), "(absent)");
}

TEST(MemTable, IteratesInInternalOrderBothWays) {
  MemTable memtable;
  memtable.Add(1, ValueType::kValue, "b", "1");
  memtable.Add(2, ValueType::kValue, "a", "2");
  memtable.Add(3, ValueType::kDeletion, "b", "");
  memtable.Add(4, ValueType::kValue, "", "4");
  const std::unique_ptr<Iterator> iterator = memtable.NewIterator();
  std::string text;
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    text += Print(iterator->key()) + "=" + std::string(iterator->value()) + " ";
  }
  EXPECT_EQ(text, "@4=4 a@2=2 b@3-= b@1=1 ");
  text.clear();
  for (iterator->SeekToLast(); iterator->Valid(); iterator->Prev()) {
    text += Print(iterator->key()) + " ";
  }
  EXPECT_EQ(text, "b@1 b@3- a@2 @4 ");
  iterator->Seek(LookupKey("b", 2).internal_key());
  ASSERT_TRUE(iterator->Valid());
  EXPECT_EQ(Print(iterator->key()), "b@1");
}

TEST(MemTable, AgreesWithAMapForValuesOfAllSizes) {
  MemTable memtable;
  std::map<std::string, std::vector<std::pair<SequenceNumber, std::string>>> model;
  std::mt19937 random(3);
  for (SequenceNumber sequence = 1; sequence <= 2000; ++sequence) {
    const std::string key(random() % 300, static_cast<char>('a' + random() % 3));
    if (random() % 4 == 0) {
      memtable.Add(sequence, ValueType::kDeletion, key, "");
      model[key].emplace_back(sequence, "(deleted)");
    } else {
      const std::string value(random() % 3000, static_cast<char>('A' + random() % 26));
      memtable.Add(sequence, ValueType::kValue, key, value);
      model[key].emplace_back(sequence, value);
    }
  }
  for (const auto& [key, versions] : model) {
    std::string expected = "(absent)";
    SequenceNumber from = 0;
    for (const auto& [sequence, value] : versions) {
      ASSERT_EQ(Get(memtable, key, from), expected);
      ASSERT_EQ(Get(memtable, key, sequence - 1), expected);
      expected = value;
      from = sequence;
    }
    ASSERT_EQ(Get(memtable, key, kMaxSequenceNumber), expected);
  }
}

TEST(MemTable, NothingOfADamagedBatchIsInserted) {
  WriteBatch batch;
  batch.SetSequence(1);
  batch.Put("a", "1");
  batch.Put("b", "2");
  const std::string contents(batch.Contents());
  for (std::size_t size = 0; size < contents.size(); ++size) {
    MemTable memtable;
    EXPECT_EQ(InsertContentsInto(contents.substr(0, size), &memtable).code(),
              absl::StatusCode::kDataLoss);
    EXPECT_TRUE(memtable.empty());
  }
}

TEST(MemTable, ReadersBesideAWriterSeeWholeEntries) {
  constexpr SequenceNumber kCount = 4000;
  MemTable memtable;
  std::atomic<SequenceNumber> published{0};
  const auto key_of = [](SequenceNumber n) { return "key" + std::to_string(n * 7919 % 4001); };
  const auto value_of = [](SequenceNumber n) {
    return std::string(n % 200, static_cast<char>('a' + n % 26)) + std::to_string(n);
  };
  const auto read = [&] {
    for (SequenceNumber seen = 0; seen < kCount;) {
      seen = published.load(std::memory_order_acquire);
      for (SequenceNumber n = 1 + seen / 2; n <= seen; n += 13) {
        ASSERT_EQ(Get(memtable, key_of(n), seen), value_of(n));
      }
      const std::unique_ptr<Iterator> iterator = memtable.NewIterator();
      SequenceNumber visible = 0;
      for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
        ParsedInternalKey parsed;
        ASSERT_TRUE(ParseInternalKey(iterator->key(), &parsed));
        ASSERT_EQ(parsed.user_key, key_of(parsed.sequence));
        if (parsed.sequence <= seen) ++visible;
      }
      ASSERT_EQ(visible, seen);
    }
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) readers.emplace_back(read);
  for (SequenceNumber n = 1; n <= kCount; ++n) {
    memtable.Add(n, ValueType::kValue, key_of(n), value_of(n));
    published.store(n, std::memory_order_release);
  }
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace harrow::engine
