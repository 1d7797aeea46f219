#include "engine/internal_key.h"

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

namespace harrow::engine {
namespace {

std::string Key(std::string_view user_key, SequenceNumber sequence,
                ValueType type = ValueType::kValue) {
  std::string key;
  AppendInternalKey(&key, {user_key, sequence, type});
  return key;
}

std::string Separator(std::string start, std::string_view limit) {
  FindShortestSeparator(&start, limit);
  return start;
}

std::string Successor(std::string key) {
  FindShortSuccessor(&key);
  return key;
}

std::string First(std::string_view user_key) { return Key(user_key, kMaxSequenceNumber); }

TEST(InternalKey, OrderIsUserKeyAscendingThenNewestFirst) {
  const std::vector<std::string> ascending = {Key("", 9),        Key("", 1),
                                              Key("a", 5),       Key("a", 5, ValueType::kDeletion),
                                              Key("a", 4),       Key(std::string_view("a\0", 2), 9),
                                              Key("aa", 1),      Key("b", kMaxSequenceNumber),
                                              Key("b", 0),       Key("\x7f", 1),
                                              Key("\x80", 99),   Key("\xff", 1),
                                              Key("\xff\xff", 7)};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      const int order = CompareInternalKey(ascending[i], ascending[j]);
      EXPECT_EQ(order < 0, i < j) << i << " against " << j;
      EXPECT_EQ(order == 0, i == j) << i << " against " << j;
    }
  }
}

TEST(InternalKey, ParseGivesBackWhatWasAppended) {
  for (const SequenceNumber sequence :
       {SequenceNumber{0}, SequenceNumber{255}, SequenceNumber{256}, kMaxSequenceNumber}) {
    for (const ValueType type : {ValueType::kDeletion, ValueType::kValue}) {
      ParsedInternalKey parsed;
      const std::string key = Key("user", sequence, type);
      ASSERT_TRUE(ParseInternalKey(key, &parsed));
      EXPECT_EQ(parsed.user_key, "user");
      EXPECT_EQ(parsed.sequence, sequence);
      EXPECT_EQ(parsed.type, type);
    }
  }
}

TEST(InternalKey, ParseRefusesShortKeysAndUnknownTypes) {
  ParsedInternalKey parsed;
  EXPECT_FALSE(ParseInternalKey("", &parsed));
  EXPECT_FALSE(ParseInternalKey("1234567", &parsed));
  std::string key = Key("k", 1);
  key[1] = 2;
  EXPECT_FALSE(ParseInternalKey(key, &parsed));
  InternalKey owned("kept", 3, ValueType::kValue);
  EXPECT_FALSE(owned.DecodeFrom(key));
  EXPECT_EQ(owned.user_key(), "kept");
}

TEST(InternalKey, SeparatorShortensOnlyWhereThatHelps) {
  EXPECT_EQ(Separator(Key("foo", 100), Key("foo", 99)), Key("foo", 100));
  EXPECT_EQ(Separator(Key("foo", 100), Key("bar", 99)), Key("foo", 100));
  EXPECT_EQ(Separator(Key("foo", 100), Key("hello", 200)), First("g"));
  EXPECT_EQ(Separator(Key("foo", 100), Key("foobar", 200)), Key("foo", 100));
  EXPECT_EQ(Separator(Key("abcdef", 1), Key("abzz", 2)), First("abd"));
  EXPECT_EQ(Separator(Key("abcdef", 1), Key("abdz", 2)), Key("abcdef", 1));
  EXPECT_EQ(Separator(Key("a\xff\xff", 1), Key("b", 2)), Key("a\xff\xff", 1));
  EXPECT_EQ(Separator(Key("a\x7fz", 1), Key("a\x81", 2)), First("a\x80"));
}

TEST(InternalKey, SuccessorSkipsHighBytes) {
  EXPECT_EQ(Successor(Key("foo", 100)), First("g"));
  EXPECT_EQ(Successor(Key("\xff\xff", 100)), Key("\xff\xff", 100));
  EXPECT_EQ(Successor(Key("\xff"
                          "ab",
                          100)),
            First("\xff"
                  "b"));
  EXPECT_EQ(Successor(Key("z", 1)), Key("z", 1));
}

TEST(InternalKey, SeparatorsLieBetweenForRandomKeys) {
  std::mt19937 random(11);
  const auto pick = [&random] {
    std::string user_key(random() % 4, '\0');
    for (char& c : user_key) c = "\x00\x01\x7f\x80\xfe\xff"[random() % 6];
    return Key(user_key, random() % 3);
  };
  for (int i = 0; i < 20000; ++i) {
    std::string a = pick();
    std::string b = pick();
    const int order = CompareInternalKey(a, b);
    if (order == 0) continue;
    if (order > 0) std::swap(a, b);
    const std::string separator = Separator(a, b);
    ASSERT_LE(CompareInternalKey(a, separator), 0);
    ASSERT_LT(CompareInternalKey(separator, b), 0);
    ASSERT_LE(separator.size(), a.size());
    ASSERT_LE(CompareInternalKey(a, Successor(a)), 0);
  }
}

TEST(InternalKey, LookupKeysOfAllSizes) {
  for (const std::size_t size : {0U, 1U, 119U, 120U, 186U, 187U, 188U, 200U, 5000U}) {
    const std::string user_key(size, 'u');
    const LookupKey lookup(user_key, 12345);
    EXPECT_EQ(lookup.user_key(), user_key);
    EXPECT_EQ(lookup.internal_key(), Key(user_key, 12345));
    std::string expected;
    PutLengthPrefixed(&expected, lookup.internal_key());
    EXPECT_EQ(lookup.memtable_key(), expected);
  }
}

}  // namespace
}  // namespace harrow::engine
