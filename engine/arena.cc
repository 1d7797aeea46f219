// Pieces are cut from the front of a block; a new block is started when the rest is too small. Blocks
// are chained through their first bytes.
#include "engine/arena.h"

#include <cstdint>
#include <new>

#include "engine/check.h"

namespace harrow::engine {

Arena::~Arena() {
  while (blocks_ != nullptr) {
    Block* previous = blocks_->previous;
    ::operator delete(blocks_);
    blocks_ = previous;
  }
}

char* Arena::AllocateAligned(std::size_t size) {
  constexpr std::size_t kAlign = alignof(std::uint64_t);
  static_assert(kAlign >= alignof(void*) && sizeof(Block) % kAlign == 0);
  static_assert((kBlockSize - sizeof(Block)) % kAlign == 0);
  // The end of a block is aligned, so the rest of it tells how far its start is from that.
  const std::size_t skip = free_size_ % kAlign;
  // The start of a block is aligned already.
  if (size + skip > free_size_) return AllocateSlow(size);
  return Allocate(size + skip) + skip;
}

char* Arena::AllocateSlow(std::size_t size) {
  constexpr std::size_t kUsable = kBlockSize - sizeof(Block);
  if (size > kBlockSize / 4) return NewBlock(size);
  char* result = NewBlock(kUsable);
  free_ = result + size;
  free_size_ = kUsable - size;
  return result;
}

char* Arena::NewBlock(std::size_t size) {
  const std::size_t total = sizeof(Block) + size;
  char* memory = static_cast<char*>(::operator new(total));
  blocks_ = new (memory) Block{blocks_};
  memory_usage_.store(memory_usage_.load(std::memory_order_relaxed) + total,
                      std::memory_order_relaxed);
  return memory + sizeof(Block);
}

}  // namespace harrow::engine
