// pthread_create and its kin. A task's pthread_t is a made-up value, the same in every process.
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "sim/kernel/run_heap.h"
#include "sim/kernel/sanitizers.h"
#include "sim/kernel/takeover/real.h"

namespace harrow::kernel {
namespace {

using ThreadEntry = void*(void*);

Real<int(pthread_t*, const pthread_attr_t*, ThreadEntry*, void*)> real_create("pthread_create",
                                                                              "GLIBC_2.34");
Real<int(pthread_t, void**)> real_join("pthread_join", "GLIBC_2.34");
Real<int(pthread_t)> real_detach("pthread_detach", "GLIBC_2.34");
Real<pthread_t()> real_self("pthread_self");
Real<int(pthread_t, const char*)> real_setname("pthread_setname_np");
Real<int(pthread_t, char*, size_t)> real_getname("pthread_getname_np");
Real<int(pthread_t, pthread_attr_t*)> real_getattr("pthread_getattr_np");
Real<int(pthread_t, size_t, cpu_set_t*)> real_getaffinity("pthread_getaffinity_np");
Real<int(pthread_t, size_t, const cpu_set_t*)> real_setaffinity("pthread_setaffinity_np");
Real<int()> real_sched_yield("sched_yield");
Real<int()> real_pthread_yield("sched_yield");
Real<pid_t()> real_gettid("gettid");
Real<pid_t()> real_getpid("getpid");

// No real thread's: those are addresses in user space.
constexpr pthread_t kFirstHandle = 0x7a51'0000'0000'0000ULL;
constexpr pid_t kProcessId = 4242;

pthread_t HandleOf(TaskId id) { return kFirstHandle + id + 1; }

// nullptr: not a task of this run.
Task* TaskOf(pthread_t handle) {
  if (handle <= kFirstHandle || handle > kFirstHandle + g_machine.task_count()) return nullptr;
  return &g_machine.task(static_cast<TaskId>(handle - kFirstHandle - 1));
}

int Create(pthread_t* handle, const pthread_attr_t* attributes, ThreadEntry* entry,
           void* argument) {
  int detach_state = PTHREAD_CREATE_JOINABLE;
  if (attributes != nullptr) pthread_attr_getdetachstate(attributes, &detach_state);
  const Task* const task =
      g_machine.Spawn(entry, argument, detach_state == PTHREAD_CREATE_DETACHED);
  if (task == nullptr) return EAGAIN;
  *handle = HandleOf(task->id);
  return 0;
}

int Join(pthread_t handle, void** result) {
  Machine& machine = g_machine;
  Task* const target = TaskOf(handle);
  if (target == nullptr) return ESRCH;
  if (target == machine.current()) return EDEADLK;
  if (target->detached || target->joined) return EINVAL;
  machine.Wait(WaitKind::kJoin, target, Op{OpKind::kJoin, true, target->id + 1});
  machine.Traced(OpKind::kJoin, target->id + 1, 0, 0);
  target->joined = true;
  HappensAfter(target);
  if (result != nullptr) *result = target->result;
  return 0;
}

}  // namespace

extern "C" {

int TakenCreate(pthread_t* handle, const pthread_attr_t* attributes, ThreadEntry* entry,
                void* argument) HARROW_LIBC("pthread_create");
int TakenJoin(pthread_t handle, void** result) HARROW_LIBC("pthread_join");
int TakenDetach(pthread_t handle) HARROW_LIBC("pthread_detach");
pthread_t TakenSelf() HARROW_LIBC("pthread_self");
int TakenEqual(pthread_t a, pthread_t b) HARROW_LIBC("pthread_equal");
int TakenSetName(pthread_t handle, const char* name) HARROW_LIBC("pthread_setname_np");
int TakenGetName(pthread_t handle, char* name, size_t size) HARROW_LIBC("pthread_getname_np");
int TakenGetAttr(pthread_t handle, pthread_attr_t* attributes) HARROW_LIBC("pthread_getattr_np");
int TakenGetAffinity(pthread_t handle, size_t size, cpu_set_t* set)
    HARROW_LIBC("pthread_getaffinity_np");
int TakenSetAffinity(pthread_t handle, size_t size, const cpu_set_t* set)
    HARROW_LIBC("pthread_setaffinity_np");
int TakenSchedYield() HARROW_LIBC("sched_yield");
int TakenPthreadYield() HARROW_LIBC("pthread_yield");
pid_t TakenGettid() HARROW_LIBC("gettid");
pid_t TakenGetpid() HARROW_LIBC("getpid");

int TakenCreate(pthread_t* handle, const pthread_attr_t* attributes, ThreadEntry* entry,
                void* argument) {
  if (!g_machine.running()) return real_create(handle, attributes, entry, argument);
  return Create(handle, attributes, entry, argument);
}

int TakenJoin(pthread_t handle, void** result) {
  if (!g_machine.running()) return real_join(handle, result);
  return Join(handle, result);
}

int TakenDetach(pthread_t handle) {
  if (!g_machine.running()) return real_detach(handle);
  Task* const target = TaskOf(handle);
  if (target == nullptr) return ESRCH;
  if (target->detached || target->joined) return EINVAL;
  target->detached = true;
  return 0;
}

pthread_t TakenSelf() {
  if (!g_machine.running()) return real_self();
  return HandleOf(g_machine.current()->id);
}

int TakenEqual(pthread_t a, pthread_t b) { return a == b ? 1 : 0; }

int TakenSetName(pthread_t handle, const char* name) {
  if (!g_machine.running()) return real_setname(handle, name);
  Task* const target = TaskOf(handle);
  if (target == nullptr) return ESRCH;
  if (std::strlen(name) >= sizeof(target->name)) return ERANGE;
  const IgnoreAccesses ignore;
  std::strcpy(target->name, name);
  return 0;
}

int TakenGetName(pthread_t handle, char* name, size_t size) {
  if (!g_machine.running()) return real_getname(handle, name, size);
  const Task* const target = TaskOf(handle);
  if (target == nullptr) return ESRCH;
  if (std::strlen(target->name) >= size) return ERANGE;
  const IgnoreAccesses ignore;
  std::strcpy(name, target->name);
  return 0;
}

// Of the OS thread that runs the tasks: nothing of it may steer a run.
int TakenGetAttr(pthread_t handle, pthread_attr_t* attributes) {
  return real_getattr(g_machine.running() ? real_self() : handle, attributes);
}

int TakenGetAffinity(pthread_t handle, size_t size, cpu_set_t* set) {
  if (!g_machine.running()) return real_getaffinity(handle, size, set);
  std::memset(set, 0, size);
  CPU_SET_S(0, size, set);
  return 0;
}

int TakenSetAffinity(pthread_t handle, size_t size, const cpu_set_t* set) {
  if (!g_machine.running()) return real_setaffinity(handle, size, set);
  return 0;
}

int TakenSchedYield() {
  if (!g_machine.running()) return real_sched_yield();
  g_machine.Yield();
  return 0;
}

int TakenPthreadYield() {
  if (!g_machine.running()) return real_pthread_yield();
  g_machine.Yield();
  return 0;
}

pid_t TakenGettid() {
  if (!g_machine.running()) return real_gettid();
  return kProcessId + static_cast<pid_t>(g_machine.current()->id);
}

pid_t TakenGetpid() {
  if (!g_machine.running()) return real_getpid();
  return kProcessId;
}

}  // extern "C"
}  // namespace harrow::kernel
