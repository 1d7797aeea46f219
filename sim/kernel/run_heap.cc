// A bump pointer with a last-in-first-out free list for each size class. A block is an 8-byte header
// (its class) and a payload at a multiple of 16. Classes step by 16 bytes up to 1 KiB of payload,
// then by a quarter of a power of two. An aligned block lies inside a plain one; its header says how
// far it is from that one's payload.
#include "sim/kernel/run_heap.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "sim/kernel/check.h"
#include "sim/kernel/simulation.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

namespace harrow::kernel {

bool g_run_heap_active = false;

namespace run_heap {
namespace {

constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kSmallBlock = 1024;  // header and payload
constexpr std::uint32_t kSmallClasses = kSmallBlock / 16;
constexpr std::uint32_t kClasses = kSmallClasses + 4 * 24;
constexpr std::size_t kKeptBytes = std::size_t{8} << 20;
constexpr std::uint64_t kAlignedMark = 0xff;
constexpr int kFill = 0xa5;
constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kLargeBlock = std::size_t{1} << 20;

struct FreeBlock {
  FreeBlock* next;
};

char* g_next = nullptr;  // the header of the next fresh block; 8 below a multiple of 16
FreeBlock* g_free[kClasses];

char* Base() { return reinterpret_cast<char*>(kRunHeapBase); }
char* Limit() { return Base() + kRunHeapBytes; }

std::uint64_t& Header(void* block) {
  return *reinterpret_cast<std::uint64_t*>(static_cast<char*>(block) - kHeaderBytes);
}

// `bytes` counts the header; at most half the region.
std::uint32_t ClassOf(std::size_t bytes) {
  if (bytes <= kSmallBlock) return static_cast<std::uint32_t>((bytes + 15) / 16 - 1);
  const auto log =
      static_cast<int>(std::bit_width(bytes - 1)) - 1;  // 2^log < bytes <= 2^(log + 1), log >= 10
  const auto quarter = static_cast<std::uint32_t>(((bytes - 1) >> (log - 2)) & 3);
  return kSmallClasses + static_cast<std::uint32_t>(log - 10) * 4 + quarter;
}

std::size_t ClassBytes(std::uint32_t size_class) {
  if (size_class < kSmallClasses) return (size_class + 1) * std::size_t{16};
  const std::uint32_t log = 10 + (size_class - kSmallClasses) / 4;
  return (std::size_t{5} + (size_class - kSmallClasses) % 4) << (log - 2);
}

[[noreturn]] void OutOfMemory() {
  g_run_heap_active = false;
  Abort("the run's heap is full", End::kOutOfMemory);
  KERNEL_CHECK(false && "allocation outside a run");
}

void* Take(std::size_t size) {
  if (size > kRunHeapBytes / 2) OutOfMemory();
  const std::uint32_t size_class = ClassOf(std::max<std::size_t>(size + kHeaderBytes, 32));
  if (FreeBlock* const block = g_free[size_class]; block != nullptr) {
    g_free[size_class] = block->next;
    return block;
  }
  const std::size_t bytes = ClassBytes(size_class);
  if (bytes > static_cast<std::size_t>(Limit() - g_next)) OutOfMemory();
  char* const block = g_next + kHeaderBytes;
  g_next += bytes;
  Header(block) = size_class;
  return block;
}

// A large block's whole pages are handed back and read as zero: filling them would touch them all.
void Fill(char* block, std::size_t size, int value) {
  if (size < kLargeBlock) {
    std::memset(block, value, size);
    return;
  }
  // address never observed: only where pages begin within the block
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(block);
  char* const first = block + ((0 - begin) & (kPageBytes - 1));
  char* const last = block + size - ((begin + size) & (kPageBytes - 1));
  std::memset(block, value, static_cast<std::size_t>(first - block));
  KERNEL_CHECK(madvise(first, static_cast<std::size_t>(last - first), MADV_DONTNEED) == 0);
  std::memset(last, value, static_cast<std::size_t>(block + size - last));
}

// The plain block around an aligned one; a plain one itself.
void* Plain(void* block) {
  const std::uint64_t header = Header(block);
  if ((header & 0xff) != kAlignedMark) return block;
  return static_cast<char*>(block) - (header >> 8);
}

}  // namespace

void* Allocate(std::size_t size) {
  void* const block = Take(size);
  Fill(static_cast<char*>(block), size, kFill);
  return block;
}

void* Callocate(std::size_t size) {
  void* const block = Take(size);
  Fill(static_cast<char*>(block), size, 0);
  return block;
}

void* AllocateAligned(std::size_t alignment, std::size_t size) {
  if (alignment <= 16) return Allocate(size);
  if (alignment > kRunHeapBytes / 2 || size > kRunHeapBytes / 2) OutOfMemory();
  char* const plain = static_cast<char*>(Allocate(size + alignment));
  // address never observed: alignment only, and the heap stands at a fixed address
  const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(plain);
  const std::uintptr_t offset = (0 - address) & (alignment - 1);
  if (offset == 0) return plain;
  Header(plain + offset) = kAlignedMark | (offset << 8);
  return plain + offset;
}

void* Reallocate(void* block, std::size_t size) {
  const std::size_t usable = UsableSize(block);
  if (size <= usable && size >= usable / 2) return block;
  void* const moved = Allocate(size);
  std::memcpy(moved, block, std::min(size, usable));
  Free(block);
  return moved;
}

void Free(void* block) {
  void* const plain = Plain(block);
  const std::uint64_t size_class = Header(plain);
  KERNEL_CHECK(size_class < kClasses);
  auto* const free_block = static_cast<FreeBlock*>(plain);
  free_block->next = g_free[size_class];
  g_free[size_class] = free_block;
}

std::size_t UsableSize(const void* block) {
  char* const start = static_cast<char*>(const_cast<void*>(block));
  char* const plain = static_cast<char*>(Plain(start));
  const std::size_t payload = ClassBytes(static_cast<std::uint32_t>(Header(plain))) - kHeaderBytes;
  return payload - static_cast<std::size_t>(start - plain);
}

void Reset() {
  if (g_next == nullptr) {
    void* const mapped =
        mmap(Base(), kRunHeapBytes, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    KERNEL_CHECK(mapped == Base());
  }
  char* const kept = Base() + kKeptBytes;
  if (g_next > kept) {
    KERNEL_CHECK(
        madvise(kept, static_cast<std::size_t>(g_next - kept) + kPageBytes, MADV_DONTNEED) == 0);
  }
  g_next = Base() + kHeaderBytes;
  std::memset(g_free, 0, sizeof(g_free));
}

std::size_t Used() { return g_next == nullptr ? 0 : static_cast<std::size_t>(g_next - Base()); }

}  // namespace run_heap
}  // namespace harrow::kernel
