// Calls that would block or end the one OS thread: on a task they end the run and are named.
#include <pthread.h>
#include <semaphore.h>

#include <string>

#include "sim/kernel/takeover/real.h"

namespace harrow::kernel {
namespace {

Real<void(void*)> real_exit("pthread_exit");
Real<int(pthread_t)> real_cancel("pthread_cancel", "GLIBC_2.34");
Real<int(pthread_t, int)> real_kill("pthread_kill", "GLIBC_2.34");
Real<int(pthread_barrier_t*)> real_barrier_wait("pthread_barrier_wait", "GLIBC_2.34");
Real<int(sem_t*)> real_sem_wait("sem_wait", "GLIBC_2.34");
Real<int(sem_t*, const timespec*)> real_sem_timedwait("sem_timedwait", "GLIBC_2.34");
Real<int(pthread_t, void**, const timespec*)> real_timedjoin("pthread_timedjoin_np", "GLIBC_2.34");
Real<int(pthread_t, void**)> real_tryjoin("pthread_tryjoin_np", "GLIBC_2.34");

void Refuse(const char* call) {
  if (g_machine.running()) g_machine.AbortUnserved(std::string(call) + " is not simulated");
}

}  // namespace

extern "C" {

void TakenExit(void* result) HARROW_LIBC("pthread_exit");
int TakenCancel(pthread_t thread) HARROW_LIBC("pthread_cancel");
int TakenKill(pthread_t thread, int signal) HARROW_LIBC("pthread_kill");
int TakenBarrierWait(pthread_barrier_t* barrier) HARROW_LIBC("pthread_barrier_wait");
int TakenSemWait(sem_t* semaphore) HARROW_LIBC("sem_wait");
int TakenSemTimedWait(sem_t* semaphore, const timespec* until) HARROW_LIBC("sem_timedwait");
int TakenTimedJoin(pthread_t thread, void** result, const timespec* until)
    HARROW_LIBC("pthread_timedjoin_np");
int TakenTryJoin(pthread_t thread, void** result) HARROW_LIBC("pthread_tryjoin_np");

void TakenExit(void* result) {
  Refuse("pthread_exit");
  real_exit(result);
}

int TakenCancel(pthread_t thread) {
  Refuse("pthread_cancel");
  return real_cancel(thread);
}

int TakenKill(pthread_t thread, int signal) {
  Refuse("pthread_kill");
  return real_kill(thread, signal);
}

int TakenBarrierWait(pthread_barrier_t* barrier) {
  Refuse("pthread_barrier_wait");
  return real_barrier_wait(barrier);
}

int TakenSemWait(sem_t* semaphore) {
  Refuse("sem_wait");
  return real_sem_wait(semaphore);
}

int TakenSemTimedWait(sem_t* semaphore, const timespec* until) {
  Refuse("sem_timedwait");
  return real_sem_timedwait(semaphore, until);
}

int TakenTimedJoin(pthread_t thread, void** result, const timespec* until) {
  Refuse("pthread_timedjoin_np");
  return real_timedjoin(thread, result, until);
}

int TakenTryJoin(pthread_t thread, void** result) {
  Refuse("pthread_tryjoin_np");
  return real_tryjoin(thread, result);
}

}  // extern "C"
}  // namespace harrow::kernel
