// One simulated thread: identity, fiber, and what it waits for.
//
// Threading: one simulated machine. Invariant: `signature` depends on the parent's and on how many
// tasks the parent started before, so that it is the same in every build and schedule.
#ifndef HARROW_SIM_KERNEL_TASK_H_
#define HARROW_SIM_KERNEL_TASK_H_

#include <cstdint>

#include "sim/kernel/fiber.h"
#include "sim/kernel/strategy.h"

namespace harrow::kernel {

enum class WaitKind : std::uint8_t {
  kNone,
  kMutex,
  kCondition,
  kReadLock,
  kWriteLock,
  kJoin,
  kSleep,
  kFutex,
  kOnce
};

enum class Wake : std::uint8_t { kNone, kNotified, kTimeout, kSpurious };

inline constexpr std::uint64_t kNever = ~std::uint64_t{0};

struct Task {
  struct Specific {
    unsigned key;
    const void* value;
  };
  static constexpr std::uint32_t kMaxSpecific = 24;

  TaskId id;
  std::uint64_t bit;  // 1 << id
  std::uint64_t signature;
  std::uint64_t children;  // tasks started so far
  std::uint64_t steps;     // own steps: announcements and waits
  Fiber fiber;

  WaitKind wait_kind;
  Wake wake;
  const void* wait_object;  // address; never traced
  std::uint32_t wait_label;
  void* mutex;            // kCondition: to be taken again
  const void* at_object;  // see Machine::AnnounceAt
  std::uint32_t at_label;
  std::uint64_t deadline;  // virtual ns; meaningful while its timer is set
  std::uint64_t ticket;    // order of arrival at a queue

  std::uint32_t constructing;  // function-local statics under construction
  bool reacquires;             // kMutex: coming back from a condition, so a timeout waits too
  bool detached;
  bool ended;
  bool joined;
  void* (*entry)(void*);
  void* argument;
  void* result;
  char name[16];
  std::uint32_t specific_count;
  Specific specific[kMaxSpecific];
};

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_TASK_H_
