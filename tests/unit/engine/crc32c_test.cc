#include "engine/crc32c.h"

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace harrow::engine::crc32c {
namespace {

using Function = std::uint32_t (*)(std::uint32_t, const char*, std::size_t);

std::vector<std::pair<const char*, Function>> Paths() {
  std::vector<std::pair<const char*, Function>> paths = {{"chosen", &Extend},
                                                         {"portable", &ExtendPortable}};
  if (HasAcceleration()) paths.emplace_back("accelerated", &ExtendAccelerated);
  return paths;
}

// One bit at a time, straight from the definition.
std::uint32_t Reference(const std::string& data) {
  std::uint32_t sum = ~std::uint32_t{0};
  for (const char c : data) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0x82f63b78U : 0U);
  }
  return ~sum;
}

std::string Noise(std::size_t size) {
  std::mt19937 random(20240229);
  std::string data(size, '\0');
  for (char& c : data) c = static_cast<char>(random() & 0xff);
  return data;
}

TEST(Crc32c, KnownVectors) {
  std::string ascending;
  std::string descending;
  for (int i = 0; i < 32; ++i) {
    ascending.push_back(static_cast<char>(i));
    descending.push_back(static_cast<char>(31 - i));
  }
  // RFC 3720, B.4, and the check value of the catalogue of CRCs.
  const std::vector<std::pair<std::string, std::uint32_t>> vectors = {
      {"", 0},
      {std::string(32, '\0'), 0x8a9136aa},
      {std::string(32, '\xff'), 0x62a8ab43},
      {ascending, 0x46dd794e},
      {descending, 0x113fdb5c},
      {"123456789", 0xe3069283},
  };
  for (const auto& [name, extend] : Paths()) {
    for (const auto& [data, sum] : vectors) {
      EXPECT_EQ(extend(0, data.data(), data.size()), sum) << name << " of " << data.size();
    }
  }
}

TEST(Crc32c, AllPathsAgreeForAllSizesAndAlignments) {
  const std::string noise = Noise(20000);
  // Around the sizes where the accelerated path changes its stride.
  std::vector<std::size_t> sizes;
  for (std::size_t size = 0; size < 420; ++size) sizes.push_back(size);
  for (const std::size_t around : {768U, 3072U, 3072U + 384U, 4096U, 6144U, 9216U}) {
    for (std::size_t size = around - 9; size < around + 9; ++size) sizes.push_back(size);
  }
  for (const std::size_t size : sizes) {
    const std::size_t start = size % 11;
    const std::uint32_t expected = Reference(noise.substr(start, size));
    for (const auto& [name, extend] : Paths()) {
      ASSERT_EQ(extend(0, noise.data() + start, size), expected) << name << " of " << size;
    }
  }
}

TEST(Crc32c, ExtendContinuesAcrossAnySplit) {
  const std::string noise = Noise(9000);
  const std::uint32_t whole = Reference(noise);
  for (const auto& [name, extend] : Paths()) {
    for (std::size_t split = 0; split <= noise.size(); split += 97) {
      const std::uint32_t first = extend(0, noise.data(), split);
      ASSERT_EQ(extend(first, noise.data() + split, noise.size() - split), whole)
          << name << " split at " << split;
    }
  }
}

TEST(Crc32c, MaskIsReversibleAndNotTheIdentity) {
  for (const std::uint32_t crc : {0U, 1U, 0xffffffffU, 0xe3069283U}) {
    EXPECT_EQ(Unmask(Mask(crc)), crc);
    EXPECT_NE(Mask(crc), crc);
    EXPECT_NE(Mask(Mask(crc)), crc);
  }
  EXPECT_EQ(Mask(0xe3069283), 0xc78ab0e5U);  // rotated right by 15, plus the constant
}

}  // namespace
}  // namespace harrow::engine::crc32c
