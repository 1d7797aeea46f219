#include "sim/kernel/run_heap.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <vector>

#include "sim/kernel/random.h"
#include "sim/kernel/sanitizers.h"
#include "tests/unit/kernel/options.h"

namespace harrow::kernel {
namespace {

// Blocks of random sizes and alignments never overlap, keep their bytes, and can be freed and taken
// again; the model is a map from address to (size, pattern).
TEST(RunHeapTest, AgreesWithAModelUnderRandomUse) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    run_heap::Reset();
    Random random(seed);
    std::map<char*, std::pair<std::size_t, unsigned char>> live;
    for (int i = 0; i < 3000; ++i) {
      if (live.size() > 200 || (!live.empty() && random.OneIn(2))) {
        auto block = live.begin();
        std::advance(block, static_cast<std::ptrdiff_t>(random.Below(live.size())));
        const auto [size, pattern] = block->second;
        for (std::size_t at = 0; at < size; ++at) {
          ASSERT_EQ(static_cast<unsigned char>(block->first[at]), pattern);
        }
        run_heap::Free(block->first);
        live.erase(block);
        continue;
      }
      const std::size_t size = random.Below(std::uint64_t{1} << random.Between(1, 16));
      const std::size_t alignment = std::size_t{1} << random.Between(0, 12);
      char* const block = static_cast<char*>(run_heap::AllocateAligned(alignment, size));
      ASSERT_TRUE(run_heap::Owns(block));
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(block) % alignment, 0U);
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(block) % 16, 0U);
      ASSERT_GE(run_heap::UsableSize(block), size);
      const auto above = live.lower_bound(block);
      ASSERT_TRUE(above == live.end() || block + size <= above->first);
      if (above != live.begin()) {
        const auto below = std::prev(above);
        ASSERT_LE(below->first + below->second.first, block);
      }
      const auto pattern = static_cast<unsigned char>(random.Below(256));
      std::memset(block, pattern, run_heap::UsableSize(block));
      live[block] = {run_heap::UsableSize(block), pattern};
    }
  }
}

TEST(RunHeapTest, AddressesRepeatAfterAReset) {
  const auto addresses = [] {
    run_heap::Reset();
    std::vector<void*> blocks;
    for (std::size_t size = 1; size < 3'000'000; size = size * 5 / 4 + 1) {
      blocks.push_back(run_heap::Allocate(size));
      if (size % 2 == 0) run_heap::Free(blocks.back());
    }
    return blocks;
  };
  const std::vector<void*> first = addresses();
  EXPECT_EQ(first, addresses());
}

TEST(RunHeapTest, FreshBlocksHoldNoLeftovers) {
  run_heap::Reset();
  auto* block = static_cast<unsigned char*>(run_heap::Allocate(500));
  std::memset(block, 7, 500);
  run_heap::Free(block);
  auto* const again = static_cast<unsigned char*>(run_heap::Allocate(500));
  ASSERT_EQ(again, block);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(again[i], 0xa5);
  run_heap::Free(again);
  auto* const zeroed = static_cast<unsigned char*>(run_heap::Callocate(500));
  ASSERT_EQ(zeroed, block);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(zeroed[i], 0);
}

TEST(RunHeapTest, ReallocateKeepsTheBytes) {
  run_heap::Reset();
  auto* block = static_cast<unsigned char*>(run_heap::Allocate(10));
  for (unsigned char i = 0; i < 10; ++i) block[i] = i;
  block = static_cast<unsigned char*>(run_heap::Reallocate(block, 100'000));
  for (unsigned char i = 0; i < 10; ++i) ASSERT_EQ(block[i], i);
  block = static_cast<unsigned char*>(run_heap::Reallocate(block, 5));
  for (unsigned char i = 0; i < 5; ++i) ASSERT_EQ(block[i], i);
}

// In a run: every way to allocate, and the end of the region.
TEST(RunHeapTest, TasksAllocateFromItAndARunCanOutgrowIt) {
  if (kSanitized) return;  // not compiled in
  bool owned = true;
  bool host_owned = false;
  Simulate(Walk(1), [&] {
    void* aligned = nullptr;
    if (posix_memalign(&aligned, 4096, 100) != 0) owned = false;
    void* const blocks[] = {std::malloc(3), std::calloc(4, 5),          std::realloc(nullptr, 9),
                            aligned,        std::aligned_alloc(64, 64), new int};
    for (void* const block : blocks) {
      owned &= run_heap::Owns(block);
      std::free(block);
    }
    const HostMemory host;
    void* const block = std::malloc(3);
    host_owned = run_heap::Owns(block);
    std::free(block);
  });
  EXPECT_TRUE(owned);
  EXPECT_FALSE(host_owned);
  [[maybe_unused]] static char* volatile kept =
      nullptr;  // or the compiler leaves the allocation out
  const Outcome outcome = Simulate(Walk(1), [] {
    for (;;) kept = new char[std::size_t{1} << 26];
  });
  EXPECT_EQ(outcome.end, End::kOutOfMemory);
  EXPECT_EQ(outcome.detail, "the run's heap is full");
}

}  // namespace
}  // namespace harrow::kernel
