// The heap of one run: a region at a fixed address, given up in one step.
//
// Threading: one OS thread. Invariants:
//  1. The addresses it gives out are a pure function of the calls since Reset().
//  2. What it gives out holds no leftovers: every block is filled, or zero for Callocate and for the
//     whole pages of a block of 1 MiB or more.
//  3. Free and Reallocate take any block of this region, at any time before the next Reset.
// Errors: a run that outgrows the region is ended with End::kOutOfMemory.
// Not compiled in under a sanitizer, which wants to see every block itself.
#ifndef HARROW_SIM_KERNEL_RUN_HEAP_H_
#define HARROW_SIM_KERNEL_RUN_HEAP_H_

#include <cstddef>
#include <cstdint>

namespace harrow::kernel {

inline constexpr std::uintptr_t kRunHeapBase = 0x2a0000000000;
inline constexpr std::size_t kRunHeapBytes = std::size_t{4} << 30;

// The running task allocates from the run's heap (else from the process's own).
extern bool g_run_heap_active;

namespace run_heap {

inline bool Owns(const void* block) {
  // address never observed: only whether it lies in the heap
  return reinterpret_cast<std::uintptr_t>(block) - kRunHeapBase < kRunHeapBytes;
}

void* Allocate(std::size_t size);
void* Callocate(std::size_t size);
void* AllocateAligned(std::size_t alignment, std::size_t size);  // a power of two
void* Reallocate(void* block, std::size_t size);
void Free(void* block);
std::size_t UsableSize(const void* block);

// Gives up every block; maps the region at the first call. Memory above a few MiB goes back to the
// system.
void Reset();
// Bytes handed out since Reset, free lists included.
std::size_t Used();

}  // namespace run_heap
}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_RUN_HEAP_H_
