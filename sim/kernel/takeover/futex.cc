// syscall(SYS_futex, …), which std::future, std::atomic::wait, latches and semaphores of libstdc++
// come down to; and the few other numbers that a run must not pass on.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "sim/kernel/takeover/clock.h"
#include "sim/kernel/takeover/entropy.h"
#include "sim/kernel/takeover/real.h"

namespace harrow::kernel {
namespace {

Real<long(long, long, long, long, long, long, long)> real_syscall("syscall");

long Fail(int error) {
  errno = error;
  return -1;
}

long FutexWait(const int* word, int expected, std::uint64_t deadline) {
  Machine& machine = g_machine;
  const std::uint32_t label = machine.AnnounceAt(word);
  machine.Step(OpKind::kFutexWait, label);
  if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != expected) {
    machine.Traced(OpKind::kFutexWait, label, 1, 0);
    machine.LeaveObject();
    return Fail(EAGAIN);
  }
  machine.Traced(OpKind::kFutexWait, label, 0, 0);
  const Wake wake =
      machine.Wait(WaitKind::kFutex, word, Op{OpKind::kFutexWait, true, label}, deadline);
  machine.Traced(OpKind::kFutexWait, label, 2, static_cast<std::uint64_t>(wake));
  machine.LeaveObject();
  return wake == Wake::kTimeout ? Fail(ETIMEDOUT) : 0;
}

long FutexWake(const int* word, int limit) {
  Machine& machine = g_machine;
  const std::uint32_t label = machine.AnnounceAt(word);
  machine.Step(OpKind::kFutexWake, label);
  const std::uint32_t count = limit > 0 ? static_cast<std::uint32_t>(limit) : 0;
  const std::uint32_t woken = machine.NotifyWaiters(WaitKind::kFutex, word, count);
  machine.Traced(OpKind::kFutexWake, label, woken, 0);
  machine.LeaveObject();
  return woken;
}

long Futex(const int* word, int operation, int value, const timespec* time) {
  const clockid_t clock =
      (operation & FUTEX_CLOCK_REALTIME) != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
  switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
      return FutexWait(word, value, time == nullptr ? kNever : VirtualDeadlineAfter(*time));
    case FUTEX_WAIT_BITSET:
      return FutexWait(word, value, time == nullptr ? kNever : VirtualDeadline(clock, *time));
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
      return FutexWake(word, value);
    default:
      g_machine.AbortUnserved("futex operation " + std::to_string(operation) + " is not simulated");
  }
}

}  // namespace

extern "C" {

long TakenSyscall(long number, long a, long b, long c, long d, long e, long f)
    HARROW_LIBC("syscall");

long TakenSyscall(long number, long a, long b, long c, long d, long e, long f) {
  if (!g_machine.running()) return real_syscall(number, a, b, c, d, e, f);
  switch (number) {
    case SYS_futex:
      return Futex(reinterpret_cast<const int*>(a), static_cast<int>(b), static_cast<int>(c),
                   reinterpret_cast<const timespec*>(d));
    case SYS_sched_yield:
      g_machine.Yield();
      return 0;
    case SYS_gettid:
      return gettid();
    case SYS_getpid:
      return getpid();
    case SYS_getrandom:
      FillWithEntropy(reinterpret_cast<void*>(a), static_cast<std::size_t>(b));
      return b;
    default:
      g_machine.AbortUnserved("syscall(" + std::to_string(number) + ") is not simulated");
  }
}

}  // extern "C"
}  // namespace harrow::kernel
