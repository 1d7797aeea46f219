// pthread_cond_*. A wait is announced while the mutex is held; performed, it frees the mutex and
// sleeps in one step. A signal wakes the longest waiter: POSIX allows any, and spurious wake-ups
// supply the rest. A woken task takes the mutex again as a lock operation of its own.
#include <pthread.h>

#include <cerrno>
#include <string>

#include "sim/kernel/takeover/clock.h"
#include "sim/kernel/takeover/mutex.h"
#include "sim/kernel/takeover/real.h"

namespace harrow::kernel {
namespace {

constexpr const char* kVersion = "GLIBC_2.3.2";  // the older one has another layout
Real<int(pthread_cond_t*, pthread_mutex_t*)> real_wait("pthread_cond_wait", kVersion);
Real<int(pthread_cond_t*, pthread_mutex_t*, const timespec*)> real_timedwait(
    "pthread_cond_timedwait", kVersion);
Real<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)> real_clockwait(
    "pthread_cond_clockwait");
Real<int(pthread_cond_t*)> real_signal("pthread_cond_signal", kVersion);
Real<int(pthread_cond_t*)> real_broadcast("pthread_cond_broadcast", kVersion);
Real<int(pthread_cond_t*)> real_destroy("pthread_cond_destroy", kVersion);

std::uint32_t AttachCondition(pthread_cond_t* condition) {
  const ConditionState state(condition);
  const std::uint32_t check = CheckWord(condition);
  if (*state.check != check) {
    *state.check = check;
    *state.label = g_machine.NewLabel() << 2;
  }
  return *state.label >> 2;
}

int WaitFor(pthread_cond_t* condition, pthread_mutex_t* mutex, std::uint64_t deadline) {
  Machine& machine = g_machine;
  const std::uint32_t label = AttachCondition(condition);
  MutexState& state = AttachMutex(mutex);
  RequireHolder(state, "pthread_cond_wait");
  machine.Step(OpKind::kWait, label);
  machine.Traced(OpKind::kWait, label, state.label, 0);
  const std::uint32_t depth = state.depth;
  FreeMutex(mutex, state);
  const Wake wake = machine.WaitOnCondition(condition, label, &state, state.label, deadline);
  machine.Traced(OpKind::kLock, state.label, static_cast<std::uint64_t>(wake), label);
  TakeMutex(mutex, state);
  state.depth = depth;
  return wake == Wake::kTimeout ? ETIMEDOUT : 0;
}

int Notify(pthread_cond_t* condition, OpKind kind, std::uint32_t limit) {
  Machine& machine = g_machine;
  const std::uint32_t label = AttachCondition(condition);
  machine.Step(kind, label);
  const std::uint32_t woken = machine.NotifyWaiters(WaitKind::kCondition, condition, limit);
  machine.Traced(kind, label, woken, 0);
  return 0;
}

clockid_t ClockOf(pthread_cond_t* condition) {
  return (*ConditionState(condition).flags & 2) != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

}  // namespace

extern "C" {

int TakenCondWait(pthread_cond_t* condition, pthread_mutex_t* mutex)
    HARROW_LIBC("pthread_cond_wait");
int TakenCondTimedWait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* until)
    HARROW_LIBC("pthread_cond_timedwait");
int TakenCondClockWait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                       const timespec* until) HARROW_LIBC("pthread_cond_clockwait");
int TakenCondSignal(pthread_cond_t* condition) HARROW_LIBC("pthread_cond_signal");
int TakenCondBroadcast(pthread_cond_t* condition) HARROW_LIBC("pthread_cond_broadcast");
int TakenCondDestroy(pthread_cond_t* condition) HARROW_LIBC("pthread_cond_destroy");

int TakenCondWait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  if (!g_machine.running()) return real_wait(condition, mutex);
  return WaitFor(condition, mutex, kNever);
}

int TakenCondTimedWait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* until) {
  if (!g_machine.running()) return real_timedwait(condition, mutex, until);
  return WaitFor(condition, mutex, VirtualDeadline(ClockOf(condition), *until));
}

int TakenCondClockWait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                       const timespec* until) {
  if (!g_machine.running()) return real_clockwait(condition, mutex, clock, until);
  return WaitFor(condition, mutex, VirtualDeadline(clock, *until));
}

int TakenCondSignal(pthread_cond_t* condition) {
  if (!g_machine.running()) return real_signal(condition);
  return Notify(condition, OpKind::kSignal, 1);
}

int TakenCondBroadcast(pthread_cond_t* condition) {
  if (!g_machine.running()) return real_broadcast(condition);
  return Notify(condition, OpKind::kBroadcast, kMaxTasks);
}

int TakenCondDestroy(pthread_cond_t* condition) {
  if (!g_machine.running()) return real_destroy(condition);
  const ConditionState state(condition);
  if (*state.check == CheckWord(condition)) {
    if (!g_machine.dropped() && g_machine.HasWaiters(WaitKind::kCondition, condition)) {
      g_machine.AbortWith("pthread_cond_destroy: condition " + std::to_string(*state.label >> 2) +
                          " has waiters");
    }
    *state.check = 0;
    *state.label = 0;
  }
  return 0;
}

}  // extern "C"
}  // namespace harrow::kernel
