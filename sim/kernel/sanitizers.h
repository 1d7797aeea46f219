// What the kernel tells the sanitizers: nothing in a build without one.
//
// Threading: any. The kernel's own files are compiled without ThreadSanitizer's instrumentation, as
// its tables are shared by all fibers; interceptors (memcpy, malloc) still see its accesses, so
// longer stretches are put under IgnoreAccesses.
#ifndef HARROW_SIM_KERNEL_SANITIZERS_H_
#define HARROW_SIM_KERNEL_SANITIZERS_H_

#if defined(HARROW_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#if defined(HARROW_TSAN)
#include <sanitizer/tsan_interface.h>

#include <cstddef>
extern "C" {
void AnnotateBenignRaceSized(const char* file, int line, const volatile void* object,
                             std::size_t size, const char* why);
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
}
#endif

namespace harrow::kernel {

#if defined(HARROW_ASAN) || defined(HARROW_TSAN)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

#if defined(HARROW_TSAN)

inline void IgnoreAccessesBegin() {
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
}
inline void IgnoreAccessesEnd() {
  AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
}
inline void HappensBefore(const void* object) { __tsan_release(const_cast<void*>(object)); }
inline void HappensAfter(const void* object) { __tsan_acquire(const_cast<void*>(object)); }

// One location that holds another value in each fiber: accesses from two of them are no race.
template <typename T>
void KeptByEachFiber(const T* object) {
  AnnotateBenignRaceSized(__FILE__, __LINE__, object, sizeof *object, "kept by each fiber");
}

// Declared as try-locks: the order of locks is the scheduler's business, which finds real deadlocks.
inline void LockAcquired(void* lock, bool shared) {
  const unsigned flags =
      __tsan_mutex_not_static | __tsan_mutex_try_lock | (shared ? __tsan_mutex_read_lock : 0U);
  __tsan_mutex_pre_lock(lock, flags);
  __tsan_mutex_post_lock(lock, flags, 1);
}
inline void LockReleased(void* lock, bool shared) {
  const unsigned flags = shared ? __tsan_mutex_read_lock : 0U;
  __tsan_mutex_pre_unlock(lock, flags);
  __tsan_mutex_post_unlock(lock, flags);
}
inline void LockDestroyed(void* lock) { __tsan_mutex_destroy(lock, __tsan_mutex_not_static); }

#else

inline void IgnoreAccessesBegin() {}
inline void IgnoreAccessesEnd() {}
inline void HappensBefore(const void*) {}
inline void HappensAfter(const void*) {}
template <typename T>
void KeptByEachFiber(const T*) {}
inline void LockAcquired(void*, bool) {}
inline void LockReleased(void*, bool) {}
inline void LockDestroyed(void*) {}

#endif

class IgnoreAccesses {
 public:
  IgnoreAccesses() { IgnoreAccessesBegin(); }
  ~IgnoreAccesses() { IgnoreAccessesEnd(); }
  IgnoreAccesses(const IgnoreAccesses&) = delete;
  IgnoreAccesses& operator=(const IgnoreAccesses&) = delete;
};

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_SANITIZERS_H_
