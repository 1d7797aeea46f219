// Where the simulation keeps its state inside the pthread objects, in bytes that glibc's own calls
// leave alone or zero: so an object may be used on a task, then outside, then in the next run.
//
// `check` ties the state to the run and to the object's address. A mismatch (fresh, zeroed, copied or
// last used in another run) makes the object a free one without a label.
// Not supported: using one condition variable both on a task and outside of a run.
#ifndef HARROW_SIM_KERNEL_PTHREAD_STATE_H_
#define HARROW_SIM_KERNEL_PTHREAD_STATE_H_

#include <pthread.h>

#include <cstdint>

namespace harrow::kernel {

// In the list links of a mutex, which only robust mutexes use.
struct MutexState {
  std::uint32_t check;
  std::uint32_t label;
  std::uint32_t holder;  // task id + 1; 0: free
  std::uint32_t depth;   // of a recursive lock
};
static_assert(sizeof(pthread_mutex_t) == 40 && sizeof(pthread_cond_t) == 48 &&
                  sizeof(pthread_rwlock_t) == 56,
              "the layouts of glibc on x86-64");

inline MutexState* StateOf(pthread_mutex_t* mutex) {
  return reinterpret_cast<MutexState*>(reinterpret_cast<char*>(mutex) + 24);
}
inline int MutexType(const pthread_mutex_t* mutex) {
  return *reinterpret_cast<const int*>(reinterpret_cast<const char*>(mutex) + 16) & 3;
}

struct ConditionState {
  explicit ConditionState(pthread_cond_t* condition)
      : label(reinterpret_cast<std::uint32_t*>(condition) + 8),
        check(reinterpret_cast<std::uint32_t*>(condition) + 11),
        flags(reinterpret_cast<std::uint32_t*>(condition) + 9) {}
  std::uint32_t* label;  // times 4: the low bits are glibc's lock
  std::uint32_t* check;
  std::uint32_t* flags;  // bit 1: timed waits on the monotonic clock
};

struct RwLockState {
  explicit RwLockState(const void* lock)
      : writer(reinterpret_cast<std::uint32_t*>(const_cast<void*>(lock)) + 4),
        readers(writer + 1),
        check(writer + 6),
        label(writer + 7) {}
  std::uint32_t* writer;  // task id + 1; 0: none
  std::uint32_t* readers;
  std::uint32_t* check;
  std::uint32_t* label;
};

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_PTHREAD_STATE_H_
