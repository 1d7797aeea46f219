// Memory that is handed out in pieces and given back all at once.
//
// Threading: one thread allocates; MemoryUsage() may be read from any.
// Invariants:
//  1. Nothing is taken from the heap before the first allocation, then blocks of 4 KiB; a piece
//  above
//     1 KiB gets a block of its own, so at most a quarter of a block is wasted.
//  2. Memory is not cleared.
#ifndef HARROW_ENGINE_ARENA_H_
#define HARROW_ENGINE_ARENA_H_

#include <atomic>
#include <cstddef>

#include "engine/check.h"

namespace harrow::engine {

class Arena {
 public:
  static constexpr std::size_t kBlockSize = 4096;

  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  // `size` is at least 1.
  char* Allocate(std::size_t size) {
    HARROW_CHECK(size > 0);
    if (size > free_size_) return AllocateSlow(size);
    char* result = free_;
    free_ += size;
    free_size_ -= size;
    return result;
  }
  // Aligned for pointers and 64-bit numbers.
  char* AllocateAligned(std::size_t size);

  // Bytes taken from the heap.
  std::size_t MemoryUsage() const { return memory_usage_.load(std::memory_order_relaxed); }

 private:
  struct Block {
    Block* previous;
  };
  char* AllocateSlow(std::size_t size);
  char* NewBlock(std::size_t size);

  char* free_ = nullptr;       // the unused rest of the current block
  std::size_t free_size_ = 0;  // its bytes
  Block* blocks_ = nullptr;    // the newest; each knows the one before it
  std::atomic<std::size_t> memory_usage_{0};
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_ARENA_H_
