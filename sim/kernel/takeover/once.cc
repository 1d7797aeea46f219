// pthread_once and the guards of function-local statics.
//
// What a static's constructor allocates lives on after the run, so it comes from host memory from
// __cxa_guard_acquire to release or abort, and so does what a once routine allocates unless the once
// object itself lies in the run's heap. The statics of a library whose variables are put back before
// each run (library_state.h) belong to the run, and so does their memory. Who is initialising is kept
// in the machine, not in the object: an object that a stopped run left half-way is simply not
// initialised.
#include <pthread.h>

#include <cstdint>
#include <mutex>

#include "sim/kernel/library_state.h"
#include "sim/kernel/run_heap.h"
#include "sim/kernel/sanitizers.h"
#include "sim/kernel/takeover/real.h"

namespace harrow::kernel {
namespace {

using Routine = void();

Real<int(pthread_once_t*, Routine*)> real_once("pthread_once");
Real<int(std::uint64_t*)> real_guard_acquire("__cxa_guard_acquire");
Real<void(std::uint64_t*)> real_guard_release("__cxa_guard_release");
Real<void(std::uint64_t*)> real_guard_abort("__cxa_guard_abort");
Real<int(void (*)(void*), void*, void*)> real_atexit("__cxa_atexit");

constexpr int kOnceDone = 2;  // glibc's own value

// Returns true when the running task is to initialise, false when it was done by another meanwhile.
template <typename Done>
bool BeginOrWait(const void* object, std::uint32_t label, Done done) {
  Machine& machine = g_machine;
  while (!done()) {
    const Machine::Initialisation* const other = machine.FindInitialisation(object);
    if (other == nullptr) {
      machine.BeginInitialisation(object);
      return true;
    }
    if (other->task == machine.current()->id) {
      machine.AbortWith("an initialisation (once or static) needs itself");
    }
    machine.Wait(WaitKind::kOnce, object, Op{OpKind::kOnce, true, label});
  }
  return false;
}

// std::call_once hands its callable to the routine through these thread-local variables, which the
// tasks share: another task's call_once may overwrite them while this one waits for its turn.
class CallOnceArguments {
 public:
  CallOnceArguments() : callable_(std::__once_callable), call_(std::__once_call) {}
  void Restore() const {
    std::__once_callable = callable_;
    std::__once_call = call_;
  }

 private:
  void* callable_;
  void (*call_)();
};

int Once(pthread_once_t* once, Routine* routine) {
  Machine& machine = g_machine;
  const CallOnceArguments arguments;
  const std::uint32_t label = machine.AnnounceAt(once);
  machine.Step(OpKind::kOnce, label);
  const auto done = [once] { return *once == kOnceDone; };
  const bool mine = BeginOrWait(once, label, done);
  machine.LeaveObject();
  machine.Traced(OpKind::kOnce, label, mine ? 1 : 0, 0);
  if (!mine) {
    HappensAfter(once);
    return 0;
  }
  const bool run_heap = g_run_heap_active;
  if (!run_heap::Owns(once) && !InRestoredLibrary(once)) g_run_heap_active = false;
  arguments.Restore();
  try {
    routine();
  } catch (...) {
    g_run_heap_active = run_heap;
    machine.EndInitialisation(once);
    throw;
  }
  g_run_heap_active = run_heap;
  HappensBefore(once);
  *once = kOnceDone;
  machine.EndInitialisation(once);
  return 0;
}

bool Initialised(const std::uint64_t* guard) {
  return __atomic_load_n(reinterpret_cast<const char*>(guard), __ATOMIC_ACQUIRE) != 0;
}

int GuardAcquire(std::uint64_t* guard) {
  if (!BeginOrWait(guard, 0, [guard] { return Initialised(guard); })) {
    HappensAfter(guard);
    return 0;
  }
  ++g_machine.current()->constructing;
  if (!InRestoredLibrary(guard)) g_run_heap_active = false;
  return 1;
}

void GuardEnd(std::uint64_t* guard) {
  --g_machine.current()->constructing;
  const bool run_heap = g_machine.FindInitialisation(guard)->run_heap;
  g_machine.EndInitialisation(guard);
  g_run_heap_active = run_heap;
}

// A guard acquired before the run began, or by the host, is libc's.
bool Ours(const std::uint64_t* guard) {
  return g_machine.running() && g_machine.FindInitialisation(guard) != nullptr;
}

}  // namespace

extern "C" {

#if defined(HARROW_TSAN)
// Those thread-local variables are one OS thread's, written by many tasks.
const char* Suppressions() HARROW_LIBC("__tsan_default_suppressions");
const char* Suppressions() { return "race:_Prepare_execution\nrace:__once_proxy\n"; }
#endif

int TakenOnce(pthread_once_t* once, Routine* routine) HARROW_LIBC("pthread_once");
int TakenGuardAcquire(std::uint64_t* guard) HARROW_LIBC("__cxa_guard_acquire");
void TakenGuardRelease(std::uint64_t* guard) HARROW_LIBC("__cxa_guard_release");
void TakenGuardAbort(std::uint64_t* guard) HARROW_LIBC("__cxa_guard_abort");
int TakenAtExit(void (*function)(void*), void* argument, void* object) HARROW_LIBC("__cxa_atexit");

int TakenOnce(pthread_once_t* once, Routine* routine) {
  if (!g_machine.running()) return real_once(once, routine);
  return Once(once, routine);
}

int TakenGuardAcquire(std::uint64_t* guard) {
  if (!g_machine.running()) return real_guard_acquire(guard);
  return GuardAcquire(guard);
}

void TakenGuardRelease(std::uint64_t* guard) {
  if (!Ours(guard)) return real_guard_release(guard);
  HappensBefore(guard);
  __atomic_store_n(reinterpret_cast<char*>(guard), 1, __ATOMIC_RELEASE);
  GuardEnd(guard);
}

void TakenGuardAbort(std::uint64_t* guard) {
  if (!Ours(guard)) return real_guard_abort(guard);
  GuardEnd(guard);
}

// The list of exit functions is libc's for ever, also where a static made on a task registers.
int TakenAtExit(void (*function)(void*), void* argument, void* object) {
  if (g_machine.running() && InRestoredLibrary(argument)) return 0;
  const bool run_heap = g_run_heap_active;
  g_run_heap_active = false;
  const int error = real_atexit(function, argument, object);
  g_run_heap_active = run_heap;
  return error;
}

}  // extern "C"
}  // namespace harrow::kernel
