// pthread_mutex_*. On a task: a lock that is held makes its waiter not runnable; who gets it next is
// the scheduler's choice, since an unlock only makes the waiters runnable again.
#include "sim/kernel/takeover/mutex.h"

#include <cerrno>
#include <ctime>
#include <string>

#include "sim/kernel/sanitizers.h"
#include "sim/kernel/takeover/clock.h"
#include "sim/kernel/takeover/real.h"

namespace harrow::kernel {
namespace {

Real<int(pthread_mutex_t*)> real_lock("pthread_mutex_lock");
Real<int(pthread_mutex_t*)> real_trylock("pthread_mutex_trylock");
Real<int(pthread_mutex_t*)> real_unlock("pthread_mutex_unlock");
Real<int(pthread_mutex_t*)> real_destroy("pthread_mutex_destroy");
Real<int(pthread_mutex_t*, const timespec*)> real_timedlock("pthread_mutex_timedlock");
Real<int(pthread_mutex_t*, clockid_t, const timespec*)> real_clocklock("pthread_mutex_clocklock");

int Lock(pthread_mutex_t* mutex, std::uint64_t deadline) {
  MutexState& state = AttachMutex(mutex);
  Machine& machine = g_machine;
  if (state.holder == machine.current()->id + 1) {
    const int type = MutexType(mutex);
    if (type == PTHREAD_MUTEX_ERRORCHECK) return EDEADLK;
    if (type == PTHREAD_MUTEX_RECURSIVE) {
      ++state.depth;
      return 0;
    }
  }
  const Wake wake =
      machine.Wait(WaitKind::kMutex, &state, Op{OpKind::kLock, true, state.label}, deadline);
  machine.Traced(OpKind::kLock, state.label, static_cast<std::uint64_t>(wake), 0);
  if (state.holder != 0) return ETIMEDOUT;
  TakeMutex(mutex, state);
  return 0;
}

int TryLock(pthread_mutex_t* mutex) {
  MutexState& state = AttachMutex(mutex);
  Machine& machine = g_machine;
  machine.Step(OpKind::kLock, state.label);
  const std::uint32_t holder = state.holder;
  machine.Traced(OpKind::kLock, state.label, 8, holder);
  if (holder == 0) {
    TakeMutex(mutex, state);
    return 0;
  }
  if (holder == machine.current()->id + 1 && MutexType(mutex) == PTHREAD_MUTEX_RECURSIVE) {
    ++state.depth;
    return 0;
  }
  machine.Yield();  // or a spin on it would never end under a priority schedule
  return EBUSY;
}

int Unlock(pthread_mutex_t* mutex) {
  MutexState& state = AttachMutex(mutex);
  Machine& machine = g_machine;
  if (state.holder != machine.current()->id + 1) {
    if (MutexType(mutex) == PTHREAD_MUTEX_ERRORCHECK) return EPERM;
    RequireHolder(state, "pthread_mutex_unlock");
  }
  if (--state.depth != 0) return 0;
  FreeMutex(mutex, state);
  machine.Step(OpKind::kUnlock, state.label);
  return 0;
}

}  // namespace

MutexState& AttachMutex(pthread_mutex_t* mutex) {
  MutexState& state = *StateOf(mutex);
  const std::uint32_t check = CheckWord(mutex);
  if (state.check != check) state = MutexState{check, g_machine.NewLabel(), 0, 0};
  return state;
}

void TakeMutex(pthread_mutex_t* mutex, MutexState& state) {
  state.holder = g_machine.current()->id + 1;
  state.depth = 1;
  g_machine.Recheck(&state);
  LockAcquired(mutex, false);
}

void FreeMutex(pthread_mutex_t* mutex, MutexState& state) {
  LockReleased(mutex, false);
  state.holder = 0;
  g_machine.Recheck(&state);
}

void RequireHolder(const MutexState& state, const char* call) {
  const TaskId me = g_machine.current()->id;
  if (state.holder == me + 1) return;
  const std::string holder =
      state.holder == 0 ? "free" : "held by task " + std::to_string(state.holder - 1);
  g_machine.AbortWith(std::string(call) + ": task " + std::to_string(me) + " does not hold mutex " +
                      std::to_string(state.label) + ", which is " + holder);
}

extern "C" {

int TakenMutexLock(pthread_mutex_t* mutex) HARROW_LIBC("pthread_mutex_lock");
int TakenMutexTryLock(pthread_mutex_t* mutex) HARROW_LIBC("pthread_mutex_trylock");
int TakenMutexUnlock(pthread_mutex_t* mutex) HARROW_LIBC("pthread_mutex_unlock");
int TakenMutexDestroy(pthread_mutex_t* mutex) HARROW_LIBC("pthread_mutex_destroy");
int TakenMutexTimedLock(pthread_mutex_t* mutex, const timespec* until)
    HARROW_LIBC("pthread_mutex_timedlock");
int TakenMutexClockLock(pthread_mutex_t* mutex, clockid_t clock, const timespec* until)
    HARROW_LIBC("pthread_mutex_clocklock");

int TakenMutexLock(pthread_mutex_t* mutex) {
  if (!g_machine.running()) return real_lock(mutex);
  return Lock(mutex, kNever);
}

int TakenMutexTryLock(pthread_mutex_t* mutex) {
  if (!g_machine.running()) return real_trylock(mutex);
  return TryLock(mutex);
}

int TakenMutexUnlock(pthread_mutex_t* mutex) {
  if (!g_machine.running()) return real_unlock(mutex);
  return Unlock(mutex);
}

int TakenMutexDestroy(pthread_mutex_t* mutex) {
  if (!g_machine.running()) return real_destroy(mutex);
  MutexState& state = *StateOf(mutex);
  if (state.check == CheckWord(mutex) && state.holder != 0) {
    g_machine.AbortWith("pthread_mutex_destroy: mutex " + std::to_string(state.label) +
                        " is held by task " + std::to_string(state.holder - 1));
  }
  state = MutexState{};
  LockDestroyed(mutex);
  return 0;
}

int TakenMutexTimedLock(pthread_mutex_t* mutex, const timespec* until) {
  if (!g_machine.running()) return real_timedlock(mutex, until);
  return Lock(mutex, VirtualDeadline(CLOCK_REALTIME, *until));
}

int TakenMutexClockLock(pthread_mutex_t* mutex, clockid_t clock, const timespec* until) {
  if (!g_machine.running()) return real_clocklock(mutex, clock, until);
  return Lock(mutex, VirtualDeadline(clock, *until));
}

}  // extern "C"
}  // namespace harrow::kernel
