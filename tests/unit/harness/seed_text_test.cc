#include "sim/harness/seed_text.h"

#include <gtest/gtest.h>

#include <string>

namespace harrow::harness {
namespace {

TEST(SeedText, TakesNumbersAndCommitHashes) {
  EXPECT_EQ(ParseSeed("42"), 42u);
  EXPECT_EQ(ParseSeed("18446744073709551615"), ~std::uint64_t{0});
  EXPECT_EQ(ParseSeed("0xff"), 255u);
  EXPECT_EQ(ParseSeed("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"), 0x9f86d081884c7d65u);
  EXPECT_EQ(ParseSeed("9f86d08"), 0x9f86d08u);
  // A hash may happen to hold decimal digits only; it is too long for a number.
  EXPECT_EQ(ParseSeed("1234567890123456789012345678901234567890"), 0x1234567890123456u);
  EXPECT_EQ(ParseSeed(std::string(64, '9')), 0x9999999999999999u);
}

TEST(SeedText, RefusesTheRest) {
  for (const char* text : {"", "0x", "abc", "12x", "-1", "9f86d08z", "0x10000000000000000", " 1"}) {
    EXPECT_EQ(ParseSeed(text), std::nullopt) << text;
  }
  // Digits only that do not fit are a number with digits too many, not the first 16 of a hash.
  EXPECT_EQ(ParseSeed("18446744073709551616"), std::nullopt);
  EXPECT_EQ(ParseSeed(std::string(39, '9')), std::nullopt);
  EXPECT_EQ(ParseSeed(std::string(41, '9')), std::nullopt);
  EXPECT_EQ(ParseSeed(std::string(65, 'a')), std::nullopt);
}

TEST(SeedText, PrintsWhatItParses) {
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{255}, ~std::uint64_t{0}}) {
    EXPECT_EQ(ParseSeed(SeedText(seed)), seed);
  }
}

}  // namespace
}  // namespace harrow::harness
