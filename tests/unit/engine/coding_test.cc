#include "engine/coding.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

namespace harrow::engine {
namespace {

using std::string_literals::operator""s;

// Every power of two and its neighbours: all sizes of a varint and both sides of each step.
std::vector<std::uint64_t> EdgeValues() {
  std::vector<std::uint64_t> values;
  for (unsigned bit = 0; bit < 64; ++bit) {
    const std::uint64_t power = std::uint64_t{1} << bit;
    values.insert(values.end(), {power - 1, power, power + 1});
  }
  values.push_back(UINT64_MAX);
  return values;
}

TEST(Coding, FixedNumbersAreLittleEndian) {
  std::string bytes;
  PutFixed32(&bytes, 0x04030201);
  PutFixed64(&bytes, 0x0c0b0a0908070605);
  EXPECT_EQ(bytes, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c");
  std::string_view input = bytes;
  std::uint32_t low = 0;
  std::uint64_t high = 0;
  EXPECT_TRUE(GetFixed32(&input, &low));
  EXPECT_FALSE(GetFixed64(&(input = input.substr(0, 7)), &high));
  EXPECT_EQ(low, 0x04030201U);
}

TEST(Coding, VarintBytesAreAsSpecified) {
  std::string bytes;
  for (const std::uint32_t value : {0U, 127U, 128U, 300U, UINT32_MAX}) PutVarint32(&bytes, value);
  EXPECT_EQ(bytes, "\x00\x7f\x80\x01\xac\x02\xff\xff\xff\xff\x0f"s);
}

TEST(Coding, VarintsRoundTripAndNoPrefixParses) {
  for (const std::uint64_t value : EdgeValues()) {
    std::string bytes;
    PutVarint64(&bytes, value);
    EXPECT_EQ(bytes.size(), VarintSize(value));
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
      std::string_view input = std::string_view(bytes).substr(0, size);
      std::uint64_t parsed = 0;
      EXPECT_EQ(GetVarint64(&input, &parsed), size == bytes.size()) << value << " at " << size;
      if (size == bytes.size()) {
        EXPECT_EQ(parsed, value);
      }
    }
    std::string_view input = bytes;
    std::uint32_t narrow = 0;
    ASSERT_EQ(GetVarint32(&input, &narrow), value <= UINT32_MAX) << value;
    if (value <= UINT32_MAX) {
      EXPECT_EQ(narrow, value);
      EXPECT_TRUE(input.empty());
    }
  }
}

TEST(Coding, VarintsThatDoNotFitAreRefused) {
  std::uint64_t wide;
  std::uint32_t narrow;
  std::string_view input = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02";  // bit 64
  EXPECT_FALSE(GetVarint64(&input, &wide));
  input = "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01";  // eleven bytes
  EXPECT_FALSE(GetVarint64(&input, &wide));
  input = "\x80\x80\x80\x80\x10";  // bit 32
  EXPECT_FALSE(GetVarint32(&input, &narrow));
  const std::string six("\x80\x80\x80\x80\x80\x00", 6);  // zero, but six bytes long
  input = six;
  EXPECT_FALSE(GetVarint32(&input, &narrow));
}

TEST(Coding, LengthPrefixedStringsNeedAllTheirBytes) {
  for (const std::size_t size : {0U, 1U, 127U, 128U, 20000U}) {
    const std::string value(size, 'v');
    std::string bytes;
    PutLengthPrefixed(&bytes, value);
    for (std::size_t cut = bytes.size() - std::min<std::size_t>(bytes.size(), 3);
         cut < bytes.size(); ++cut) {
      std::string_view input = std::string_view(bytes).substr(0, cut);
      std::string_view parsed;
      EXPECT_FALSE(GetLengthPrefixed(&input, &parsed)) << size << " cut at " << cut;
    }
    bytes += "rest";
    std::string_view input = bytes;
    std::string_view parsed;
    ASSERT_TRUE(GetLengthPrefixed(&input, &parsed));
    EXPECT_EQ(parsed, value);
    EXPECT_EQ(input, "rest");
  }
}

}  // namespace
}  // namespace harrow::engine
