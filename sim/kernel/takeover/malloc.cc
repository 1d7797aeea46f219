// malloc and its kin: the run's heap where it is active, else glibc's own under its internal names
// (no dlsym here: dlsym may allocate). A block is freed into the heap it came from. Not compiled in
// under a sanitizer.
#include <cerrno>
#include <cstddef>

#include "sim/kernel/run_heap.h"
#include "sim/kernel/takeover/real.h"

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace harrow::kernel {
namespace {

Real<std::size_t(void*)> real_usable_size("malloc_usable_size");

bool PowerOfTwo(std::size_t value) { return value != 0 && (value & (value - 1)) == 0; }

void* Aligned(std::size_t alignment, std::size_t size) {
  if (!g_run_heap_active) return __libc_memalign(alignment, size);
  return run_heap::AllocateAligned(alignment, size);
}

void* NoMemory() {
  errno = ENOMEM;
  return nullptr;
}

}  // namespace

extern "C" {

void* TakenMalloc(std::size_t size) HARROW_LIBC("malloc");
void TakenFree(void* block) HARROW_LIBC("free");
void* TakenCalloc(std::size_t count, std::size_t size) HARROW_LIBC("calloc");
void* TakenRealloc(void* block, std::size_t size) HARROW_LIBC("realloc");
void* TakenReallocarray(void* block, std::size_t count, std::size_t size)
    HARROW_LIBC("reallocarray");
void* TakenMemalign(std::size_t alignment, std::size_t size) HARROW_LIBC("memalign");
void* TakenAlignedAlloc(std::size_t alignment, std::size_t size) HARROW_LIBC("aligned_alloc");
int TakenPosixMemalign(void** block, std::size_t alignment, std::size_t size)
    HARROW_LIBC("posix_memalign");
std::size_t TakenMallocUsableSize(void* block) HARROW_LIBC("malloc_usable_size");

void* TakenMalloc(std::size_t size) {
  if (!g_run_heap_active) return __libc_malloc(size);
  return run_heap::Allocate(size);
}

void TakenFree(void* block) {
  if (!run_heap::Owns(block)) return __libc_free(block);
  run_heap::Free(block);
}

void* TakenCalloc(std::size_t count, std::size_t size) {
  if (!g_run_heap_active) return __libc_calloc(count, size);
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) return NoMemory();
  return run_heap::Callocate(bytes);
}

void* TakenRealloc(void* block, std::size_t size) {
  if (block == nullptr) return TakenMalloc(size);
  if (!run_heap::Owns(block)) return __libc_realloc(block, size);
  if (size == 0) {
    run_heap::Free(block);
    return nullptr;
  }
  return run_heap::Reallocate(block, size);
}

void* TakenReallocarray(void* block, std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) return NoMemory();
  return TakenRealloc(block, bytes);
}

void* TakenMemalign(std::size_t alignment, std::size_t size) { return Aligned(alignment, size); }

void* TakenAlignedAlloc(std::size_t alignment, std::size_t size) {
  if (!PowerOfTwo(alignment)) {
    errno = EINVAL;
    return nullptr;
  }
  return Aligned(alignment, size);
}

int TakenPosixMemalign(void** block, std::size_t alignment, std::size_t size) {
  if (!PowerOfTwo(alignment) || alignment % sizeof(void*) != 0) return EINVAL;
  void* const aligned = Aligned(alignment, size);
  if (aligned == nullptr) return ENOMEM;
  *block = aligned;
  return 0;
}

std::size_t TakenMallocUsableSize(void* block) {
  if (!run_heap::Owns(block)) return real_usable_size(block);
  return run_heap::UsableSize(block);
}

}  // extern "C"
}  // namespace harrow::kernel
