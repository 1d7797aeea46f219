// pthread_rwlock_*. Readers share, a writer is alone, neither is preferred: who goes first among
// those that could is the scheduler's choice.
#include <pthread.h>

#include <cerrno>
#include <ctime>
#include <string>

#include "sim/kernel/pthread_state.h"
#include "sim/kernel/sanitizers.h"
#include "sim/kernel/takeover/clock.h"
#include "sim/kernel/takeover/real.h"

namespace harrow::kernel {
namespace {

Real<int(pthread_rwlock_t*)> real_rdlock("pthread_rwlock_rdlock");
Real<int(pthread_rwlock_t*)> real_wrlock("pthread_rwlock_wrlock");
Real<int(pthread_rwlock_t*)> real_tryrdlock("pthread_rwlock_tryrdlock");
Real<int(pthread_rwlock_t*)> real_trywrlock("pthread_rwlock_trywrlock");
Real<int(pthread_rwlock_t*, const timespec*)> real_timedrdlock("pthread_rwlock_timedrdlock");
Real<int(pthread_rwlock_t*, const timespec*)> real_timedwrlock("pthread_rwlock_timedwrlock");
Real<int(pthread_rwlock_t*, clockid_t, const timespec*)> real_clockrdlock(
    "pthread_rwlock_clockrdlock");
Real<int(pthread_rwlock_t*, clockid_t, const timespec*)> real_clockwrlock(
    "pthread_rwlock_clockwrlock");
Real<int(pthread_rwlock_t*)> real_unlock("pthread_rwlock_unlock");
Real<int(pthread_rwlock_t*)> real_destroy("pthread_rwlock_destroy");

RwLockState Attach(pthread_rwlock_t* lock) {
  const RwLockState state(lock);
  const std::uint32_t check = CheckWord(lock);
  if (*state.check != check) {
    *state.check = check;
    *state.label = g_machine.NewLabel();
    *state.writer = *state.readers = 0;
  }
  return state;
}

Op Operation(const RwLockState& state, bool shared) {
  return Op{shared ? OpKind::kReadLock : OpKind::kLock, !shared, *state.label};
}

bool Free(const RwLockState& state, bool shared) {
  return *state.writer == 0 && (shared || *state.readers == 0);
}

void Take(pthread_rwlock_t* lock, const RwLockState& state, bool shared) {
  if (shared) {
    ++*state.readers;
  } else {
    *state.writer = g_machine.current()->id + 1;
  }
  g_machine.Recheck(lock);
  LockAcquired(lock, shared);
}

int Lock(pthread_rwlock_t* lock, bool shared, std::uint64_t deadline) {
  Machine& machine = g_machine;
  const RwLockState state = Attach(lock);
  const Op op = Operation(state, shared);
  const Wake wake =
      machine.Wait(shared ? WaitKind::kReadLock : WaitKind::kWriteLock, lock, op, deadline);
  machine.Traced(op.kind, op.object, static_cast<std::uint64_t>(wake), 0);
  if (!Free(state, shared)) return ETIMEDOUT;
  Take(lock, state, shared);
  return 0;
}

int TryLock(pthread_rwlock_t* lock, bool shared) {
  Machine& machine = g_machine;
  const RwLockState state = Attach(lock);
  const Op op = Operation(state, shared);
  machine.Step(op.kind, op.object, op.writes);
  const bool free = Free(state, shared);
  machine.Traced(op.kind, op.object, 8, free ? 0 : 1);
  if (free) {
    Take(lock, state, shared);
    return 0;
  }
  machine.Yield();
  return EBUSY;
}

int Unlock(pthread_rwlock_t* lock) {
  Machine& machine = g_machine;
  const RwLockState state = Attach(lock);
  if (*state.writer == machine.current()->id + 1) {
    LockReleased(lock, false);
    *state.writer = 0;
  } else if (*state.writer == 0 && *state.readers > 0) {
    LockReleased(lock, true);
    --*state.readers;
  } else {
    machine.AbortWith("pthread_rwlock_unlock: task " + std::to_string(machine.current()->id) +
                      " does not hold rwlock " + std::to_string(*state.label));
  }
  machine.Recheck(lock);
  machine.Step(OpKind::kUnlock, *state.label);
  return 0;
}

}  // namespace

extern "C" {

int TakenReadLock(pthread_rwlock_t* lock) HARROW_LIBC("pthread_rwlock_rdlock");
int TakenWriteLock(pthread_rwlock_t* lock) HARROW_LIBC("pthread_rwlock_wrlock");
int TakenTryReadLock(pthread_rwlock_t* lock) HARROW_LIBC("pthread_rwlock_tryrdlock");
int TakenTryWriteLock(pthread_rwlock_t* lock) HARROW_LIBC("pthread_rwlock_trywrlock");
int TakenTimedReadLock(pthread_rwlock_t* lock, const timespec* until)
    HARROW_LIBC("pthread_rwlock_timedrdlock");
int TakenTimedWriteLock(pthread_rwlock_t* lock, const timespec* until)
    HARROW_LIBC("pthread_rwlock_timedwrlock");
int TakenClockReadLock(pthread_rwlock_t* lock, clockid_t clock, const timespec* until)
    HARROW_LIBC("pthread_rwlock_clockrdlock");
int TakenClockWriteLock(pthread_rwlock_t* lock, clockid_t clock, const timespec* until)
    HARROW_LIBC("pthread_rwlock_clockwrlock");
int TakenRwUnlock(pthread_rwlock_t* lock) HARROW_LIBC("pthread_rwlock_unlock");
int TakenRwDestroy(pthread_rwlock_t* lock) HARROW_LIBC("pthread_rwlock_destroy");

int TakenReadLock(pthread_rwlock_t* lock) {
  if (!g_machine.running()) return real_rdlock(lock);
  return Lock(lock, true, kNever);
}

int TakenWriteLock(pthread_rwlock_t* lock) {
  if (!g_machine.running()) return real_wrlock(lock);
  return Lock(lock, false, kNever);
}

int TakenTryReadLock(pthread_rwlock_t* lock) {
  if (!g_machine.running()) return real_tryrdlock(lock);
  return TryLock(lock, true);
}

int TakenTryWriteLock(pthread_rwlock_t* lock) {
  if (!g_machine.running()) return real_trywrlock(lock);
  return TryLock(lock, false);
}

int TakenTimedReadLock(pthread_rwlock_t* lock, const timespec* until) {
  if (!g_machine.running()) return real_timedrdlock(lock, until);
  return Lock(lock, true, VirtualDeadline(CLOCK_REALTIME, *until));
}

int TakenTimedWriteLock(pthread_rwlock_t* lock, const timespec* until) {
  if (!g_machine.running()) return real_timedwrlock(lock, until);
  return Lock(lock, false, VirtualDeadline(CLOCK_REALTIME, *until));
}

int TakenClockReadLock(pthread_rwlock_t* lock, clockid_t clock, const timespec* until) {
  if (!g_machine.running()) return real_clockrdlock(lock, clock, until);
  return Lock(lock, true, VirtualDeadline(clock, *until));
}

int TakenClockWriteLock(pthread_rwlock_t* lock, clockid_t clock, const timespec* until) {
  if (!g_machine.running()) return real_clockwrlock(lock, clock, until);
  return Lock(lock, false, VirtualDeadline(clock, *until));
}

int TakenRwUnlock(pthread_rwlock_t* lock) {
  if (!g_machine.running()) return real_unlock(lock);
  return Unlock(lock);
}

int TakenRwDestroy(pthread_rwlock_t* lock) {
  if (!g_machine.running()) return real_destroy(lock);
  const RwLockState state(lock);
  if (*state.check == CheckWord(lock) && (*state.writer != 0 || *state.readers != 0)) {
    g_machine.AbortWith("pthread_rwlock_destroy: rwlock " + std::to_string(*state.label) +
                        " is held");
  }
  *state.check = *state.label = *state.writer = *state.readers = 0;
  LockDestroyed(lock);
  return 0;
}

}  // extern "C"
}  // namespace harrow::kernel
