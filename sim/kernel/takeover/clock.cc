// Clock reads and sleeps. A sleep waits for its timer; time moves when nothing else can run, so it
// costs nothing. CPU clocks show virtual time too.
#include "sim/kernel/takeover/clock.h"

#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sim/kernel/takeover/real.h"

namespace harrow::kernel {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

Real<int(clockid_t, timespec*)> real_clock_gettime("clock_gettime", "GLIBC_2.17");
Real<int(timeval*, void*)> real_gettimeofday("gettimeofday");
Real<time_t(time_t*)> real_time("time");
Real<int(const timespec*, timespec*)> real_nanosleep("nanosleep");
Real<int(clockid_t, int, const timespec*, timespec*)> real_clock_nanosleep("clock_nanosleep",
                                                                           "GLIBC_2.17");
Real<int(useconds_t)> real_usleep("usleep");
Real<unsigned(unsigned)> real_sleep("sleep");

std::uint64_t StartOf(clockid_t clock) {
  const bool realtime = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ||
                        clock == CLOCK_TAI || clock == CLOCK_REALTIME_ALARM;
  return realtime ? kRealtimeStartNs : kMonotonicStartNs;
}

bool Valid(const timespec& time) {
  return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < static_cast<long>(kSecond);
}

std::uint64_t SaturatedNs(const timespec& time) {
  if (time.tv_sec < 0) return 0;
  const auto seconds = static_cast<std::uint64_t>(time.tv_sec);
  if (seconds >= (kNever - 1) / kSecond) return kNever - 1;
  return seconds * kSecond + static_cast<std::uint64_t>(std::max(0L, time.tv_nsec));
}

void SleepUntil(std::uint64_t deadline) {
  Machine& machine = g_machine;
  if (deadline <= machine.now()) {
    machine.Yield();
    return;
  }
  machine.Wait(WaitKind::kSleep, nullptr, Op{OpKind::kSleep, true, 0}, deadline);
  machine.Traced(OpKind::kSleep, 0, machine.now(), 0);
}

void SleepFor(std::uint64_t duration_ns) {
  const std::uint64_t now = g_machine.now();
  SleepUntil(duration_ns < kNever - 1 - now ? now + duration_ns : kNever - 1);
}

timespec ToTimespec(std::uint64_t ns) {
  return {static_cast<time_t>(ns / kSecond), static_cast<long>(ns % kSecond)};
}

}  // namespace

std::uint64_t VirtualClockNs(clockid_t clock) { return StartOf(clock) + g_machine.now(); }

std::uint64_t VirtualDeadline(clockid_t clock, const timespec& until) {
  const std::uint64_t ns = SaturatedNs(until);
  if (ns == kNever - 1) return ns;
  return ns > StartOf(clock) ? ns - StartOf(clock) : 0;
}

std::uint64_t VirtualDeadlineAfter(const timespec& duration) {
  const std::uint64_t ns = SaturatedNs(duration);
  return ns < kNever - 1 - g_machine.now() ? g_machine.now() + ns : kNever - 1;
}

extern "C" {

int TakenClockGettime(clockid_t clock, timespec* now) HARROW_LIBC("clock_gettime");
int TakenGettimeofday(timeval* now, void* zone) HARROW_LIBC("gettimeofday");
time_t TakenTime(time_t* now) HARROW_LIBC("time");
int TakenNanosleep(const timespec* duration, timespec* left) HARROW_LIBC("nanosleep");
int TakenClockNanosleep(clockid_t clock, int flags, const timespec* time, timespec* left)
    HARROW_LIBC("clock_nanosleep");
int TakenUsleep(useconds_t duration) HARROW_LIBC("usleep");
unsigned TakenSleep(unsigned duration) HARROW_LIBC("sleep");

int TakenClockGettime(clockid_t clock, timespec* now) {
  if (!g_machine.running()) return real_clock_gettime(clock, now);
  *now = ToTimespec(VirtualClockNs(clock));
  return 0;
}

int TakenGettimeofday(timeval* now, void* zone) {
  if (!g_machine.running()) return real_gettimeofday(now, zone);
  const timespec time = ToTimespec(VirtualClockNs(CLOCK_REALTIME));
  now->tv_sec = time.tv_sec;
  now->tv_usec = time.tv_nsec / 1000;
  return 0;
}

time_t TakenTime(time_t* now) {
  if (!g_machine.running()) return real_time(now);
  const time_t time = ToTimespec(VirtualClockNs(CLOCK_REALTIME)).tv_sec;
  if (now != nullptr) *now = time;
  return time;
}

int TakenNanosleep(const timespec* duration, timespec* left) {
  if (!g_machine.running()) return real_nanosleep(duration, left);
  if (!Valid(*duration)) {
    errno = EINVAL;
    return -1;
  }
  SleepFor(SaturatedNs(*duration));
  return 0;
}

int TakenClockNanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
  if (!g_machine.running()) return real_clock_nanosleep(clock, flags, time, left);
  if (!Valid(*time)) return EINVAL;
  if ((flags & TIMER_ABSTIME) != 0) {
    SleepUntil(VirtualDeadline(clock, *time));
  } else {
    SleepFor(SaturatedNs(*time));
  }
  return 0;
}

int TakenUsleep(useconds_t duration) {
  if (!g_machine.running()) return real_usleep(duration);
  SleepFor(std::uint64_t{duration} * 1000);
  return 0;
}

unsigned TakenSleep(unsigned duration) {
  if (!g_machine.running()) return real_sleep(duration);
  SleepFor(duration * kSecond);
  return 0;
}

}  // extern "C"
}  // namespace harrow::kernel
