#include "engine/arena.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace harrow::engine {
namespace {

bool IsAligned(void* piece) {
  void* aligned = piece;
  std::size_t space = 64;
  return std::align(alignof(std::uint64_t), 1, aligned, space) == piece;
}

TEST(Arena, TakesNothingUntilAskedAndThenOneBlock) {
  Arena arena;
  EXPECT_EQ(arena.MemoryUsage(), 0U);
  arena.Allocate(1);
  EXPECT_EQ(arena.MemoryUsage(), Arena::kBlockSize);
  arena.Allocate(1000);
  EXPECT_EQ(arena.MemoryUsage(), Arena::kBlockSize);
}

TEST(Arena, LargePiecesLeaveTheCurrentBlockInUse) {
  Arena arena;
  arena.Allocate(1);
  for (int i = 0; i < 3; ++i) arena.Allocate(Arena::kBlockSize + 1);
  const std::size_t usage = arena.MemoryUsage();
  arena.Allocate(3000);
  EXPECT_EQ(arena.MemoryUsage(), usage);
}

TEST(Arena, PiecesDoNotOverlapAndAreAligned) {
  Arena arena;
  std::mt19937 random(4);
  std::vector<std::pair<char*, std::size_t>> pieces;
  std::size_t total = 0;
  for (std::size_t i = 0; i < 4000; ++i) {
    const std::size_t size = 1 + (random() % 50 == 0 ? random() % 9000 : random() % 60);
    const bool align = random() % 2 == 0;
    char* piece = align ? arena.AllocateAligned(size) : arena.Allocate(size);
    if (align) {
      ASSERT_TRUE(IsAligned(piece)) << size;
    }
    std::memset(piece, static_cast<int>(i % 251), size);
    pieces.emplace_back(piece, size);
    total += size;
    ASSERT_GE(arena.MemoryUsage(), total);
  }
  EXPECT_LT(arena.MemoryUsage(), total * 3 / 2);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::string_view bytes(pieces[i].first, pieces[i].second);
    ASSERT_EQ(bytes.find_first_not_of(static_cast<char>(i % 251)), std::string_view::npos) << i;
  }
}

}  // namespace
}  // namespace harrow::engine
