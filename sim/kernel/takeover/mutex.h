// The simulated mutex, for the calls that take a mutex along.
#ifndef HARROW_SIM_KERNEL_TAKEOVER_MUTEX_H_
#define HARROW_SIM_KERNEL_TAKEOVER_MUTEX_H_

#include <pthread.h>

#include "sim/kernel/pthread_state.h"

namespace harrow::kernel {

// The state of a mutex, made fresh if it is not this run's.
MutexState& AttachMutex(pthread_mutex_t* mutex);
// Without a scheduling point: marks it held by the running task, or free, and tells those who wait.
void TakeMutex(pthread_mutex_t* mutex, MutexState& state);
void FreeMutex(pthread_mutex_t* mutex, MutexState& state);
// Aborts the run unless the running task holds it.
void RequireHolder(const MutexState& state, const char* call);

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_TAKEOVER_MUTEX_H_
