#include "engine/compression.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace harrow::engine {
namespace {

std::string Random(std::size_t size) {
  std::mt19937 random(5);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

absl::StatusOr<std::string> Uncompress(std::string_view compressed) {
  const absl::StatusOr<std::size_t> size = SnappyUncompressedSize(compressed);
  if (!size.ok()) return size.status();
  std::string bytes(*size, '\0');
  const absl::Status status = UncompressSnappy(compressed, bytes.data());
  if (!status.ok()) return status;
  return bytes;
}

TEST(Compression, WhatShrinksComesBack) {
  for (const std::size_t size : {100U, 4096U, 1'000'000U}) {
    for (const std::string& bytes :
         {std::string(size, 'x'), Random(size) + std::string(size, 'x')}) {
      std::string compressed = "what was here before";
      ASSERT_TRUE(CompressBySnappy(bytes, &compressed));
      EXPECT_LT(compressed.size(), bytes.size());
      EXPECT_EQ(*Uncompress(compressed), bytes);
    }
  }
}

TEST(Compression, WhatSavesTooLittleIsLeftAlone) {
  std::string compressed;
  EXPECT_FALSE(CompressBySnappy("", &compressed));
  EXPECT_FALSE(CompressBySnappy(Random(4096), &compressed));
  // Less than an eighth of it, and more.
  EXPECT_FALSE(CompressBySnappy(Random(3640) + std::string(456, 'x'), &compressed));
  EXPECT_LT(compressed.size(), 4096U);
  EXPECT_TRUE(CompressBySnappy(Random(2900) + std::string(1196, 'x'), &compressed));
}

TEST(Compression, ClaimedSizesAreNotBelievedBlindly) {
  EXPECT_EQ(SnappyUncompressedSize("").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(SnappyUncompressedSize("\xff\xff\xff\xff\x0f").status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(SnappyUncompressedSize("\x80").status().code(), absl::StatusCode::kDataLoss);
}

TEST(Compression, DamageIsDataLossOrOtherBytes) {
  std::string compressed;
  ASSERT_TRUE(CompressBySnappy(Random(300) + Random(300) + std::string(300, 'x'), &compressed));
  for (std::size_t at = 0; at < compressed.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      // On the heap to the byte, for the sanitizer.
      std::vector<char> damaged(compressed.begin(), compressed.end());
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      const auto bytes = Uncompress({damaged.data(), damaged.size()});
      if (!bytes.ok()) {
        ASSERT_EQ(bytes.status().code(), absl::StatusCode::kDataLoss);
      }
    }
  }
}

}  // namespace
}  // namespace harrow::engine
