// The text of a deadlock: each task that waits, for what, and who holds it.
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "sim/kernel/check.h"
#include "sim/kernel/machine.h"
#include "sim/kernel/pthread_state.h"

namespace harrow::kernel {
namespace {

std::string NameOf(const Task& task) {
  std::string name = "task " + std::to_string(task.id);
  if (task.name[0] != '\0') name += std::string(" (") + task.name + ")";
  return name;
}

}  // namespace

std::string Machine::DescribeWait(const Task& task) const {
  const std::string label = std::to_string(task.wait_label);
  const auto held_by = [&](std::uint32_t holder) {
    return holder == 0 ? std::string() : ", held by " + NameOf(tasks_[holder - 1]);
  };
  switch (task.wait_kind) {
    case WaitKind::kNone:
      return "can run";
    case WaitKind::kMutex:
      return "waits for mutex " + label +
             held_by(static_cast<const MutexState*>(task.wait_object)->holder);
    case WaitKind::kCondition:
      return "waits for a signal on condition " + label;
    case WaitKind::kReadLock:
      return "waits to read-lock rwlock " + label + held_by(*RwLockState(task.wait_object).writer);
    case WaitKind::kWriteLock: {
      const RwLockState state(task.wait_object);
      const std::string readers =
          *state.readers == 0 ? "" : ", held by " + std::to_string(*state.readers) + " readers";
      return "waits to write-lock rwlock " + label + held_by(*state.writer) + readers;
    }
    case WaitKind::kJoin:
      return "joins " + NameOf(*static_cast<const Task*>(task.wait_object));
    case WaitKind::kSleep:
      return "sleeps";
    case WaitKind::kFutex:
      return "waits for a wake-up on futex " + label;
    case WaitKind::kOnce:
      return "waits for an initialisation by another task";
  }
  return "waits";
}

std::string Machine::DescribeWaits() const {
  std::string text;
  for (std::uint64_t rest = alive_; rest != 0; rest &= rest - 1) {
    const Task& task = tasks_[std::countr_zero(rest)];
    if (!text.empty()) text += "; ";
    text += NameOf(task) + " " + DescribeWait(task);
  }
  return text;
}

void CheckFailed(const char* file, int line, const char* condition) {
  if (g_machine.running()) {
    std::fprintf(stderr, "%s:%d: check failed: %s (task %u, step %llu)\n", file, line, condition,
                 g_machine.current()->id, static_cast<unsigned long long>(g_machine.steps()));
  } else {
    std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  }
  std::abort();
}

}  // namespace harrow::kernel
