#include "sim/harness/payload.h"

#include <gtest/gtest.h>

#include <string>

namespace harrow::harness {
namespace {

using models::Cell;

// A history in which write 0 is a put of key 3 and write 1 a batch of keys 1 and 2.
models::History TwoWrites() {
  models::History history;
  history.key_count = 5;
  history.writes.resize(2);
  history.writes[0].entries = {{3, false, 100}};
  history.writes[1].entries = {{1, false, 8}, {2, true, 0}, {2, false, 70'000}};
  return history;
}

std::string Value(models::WriteId write, std::uint32_t entry, std::size_t size) {
  std::string value(size, '\0');
  FillValue(write, entry, size, value.data());
  return value;
}

TEST(Payload, ValueNamesItsWrite) {
  const models::History history = TwoWrites();
  EXPECT_EQ(IdentifyValue(history, 3, Value(0, 0, 100)), (Cell{Cell::Kind::kValue, 0, 0}));
  EXPECT_EQ(IdentifyValue(history, 1, Value(1, 0, 8)), (Cell{Cell::Kind::kValue, 1, 0}));
  EXPECT_EQ(IdentifyValue(history, 2, Value(1, 2, 70'000)), (Cell{Cell::Kind::kValue, 1, 2}));
}

TEST(Payload, EveryFlippedByteIsGarbage) {
  const models::History history = TwoWrites();
  const std::string value = Value(0, 0, 100);
  for (std::size_t at = 0; at < value.size(); ++at) {
    std::string damaged = value;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    EXPECT_EQ(IdentifyValue(history, 3, damaged).kind, Cell::Kind::kGarbage) << at;
  }
}

TEST(Payload, WrongKeySizeOrWriteIsGarbage) {
  const models::History history = TwoWrites();
  EXPECT_EQ(IdentifyValue(history, 2, Value(0, 0, 100)).kind, Cell::Kind::kGarbage);
  EXPECT_EQ(IdentifyValue(history, 3, Value(0, 0, 99)).kind, Cell::Kind::kGarbage);
  EXPECT_EQ(IdentifyValue(history, 3, Value(7, 0, 100)).kind, Cell::Kind::kGarbage);
  EXPECT_EQ(IdentifyValue(history, 2, Value(1, 1, 100)).kind, Cell::Kind::kGarbage);
  EXPECT_EQ(IdentifyValue(history, 3, "short").kind, Cell::Kind::kGarbage);
  EXPECT_EQ(IdentifyValue(history, 3, "").kind, Cell::Kind::kGarbage);
}

TEST(Payload, KeyNamesParseBack) {
  EXPECT_EQ(KeyName(7), "key-000000000007");
  EXPECT_EQ(ParseKey(KeyName(7), 8), 7u);
  EXPECT_EQ(ParseKey(KeyName(8), 8), std::nullopt);
  EXPECT_EQ(ParseKey("key-00000000000x", 8), std::nullopt);
  EXPECT_EQ(ParseKey("kex-000000000001", 8), std::nullopt);
}

TEST(Payload, VariedKeysAreInOrderAndParsedBack) {
  EXPECT_EQ(KeyName(0, KeyStyle::kVaried), "");
  for (models::KeyId key = 0; key < kMaxKeys; ++key) {
    const std::string_view name = KeyName(key, KeyStyle::kVaried);
    ASSERT_EQ(ParseKey(name, kMaxKeys), key);
    if (key == 0) continue;
    ASSERT_EQ(ParseKey(name, key), std::nullopt);
    ASSERT_LT(KeyName(key - 1, KeyStyle::kVaried), name);
    if (key % 2 == 0) {
      ASSERT_TRUE(name.starts_with(KeyName(key - 1, KeyStyle::kVaried)));
    }
  }
}

TEST(Payload, ShortValuesNameTheirWrite) {
  models::History history;
  history.key_count = 2;
  for (models::WriteId id = 0; id < 3; ++id) {
    models::Write write;
    write.id = id;
    write.entries = {{0, false, 4}, {0, false, 4}, {1, false, 7}, {0, true, 0}};
    history.writes.push_back(write);
  }
  char value[8];
  FillValue(2, 0, 4, value);
  const models::Cell cell = IdentifyValue(history, 0, {value, 4});
  EXPECT_EQ(cell.kind, models::Cell::Kind::kValue);
  EXPECT_EQ(cell.write, 2u);
  EXPECT_EQ(cell.entry, 1u);  // the last of so many bytes there
  EXPECT_EQ(IdentifyValue(history, 1, {value, 4}).kind, models::Cell::Kind::kGarbage);
  EXPECT_EQ(IdentifyValue(history, 0, {value, 3}).kind, models::Cell::Kind::kGarbage);
  FillValue(1, 2, 7, value);
  EXPECT_EQ(IdentifyValue(history, 1, {value, 7}).entry, 2u);
  value[6] = 'x';
  EXPECT_EQ(IdentifyValue(history, 1, {value, 7}).kind, models::Cell::Kind::kGarbage);
}

}  // namespace
}  // namespace harrow::harness
