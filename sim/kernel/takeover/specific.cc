// Thread-specific data, a short list of (key, value) for each task.
//
// A key made on a task belongs to the run and gets a number of its own range; a key made outside, or
// while a function-local static is constructed, is libc's and lives on. Under a sanitizer values of
// libc's keys stay those of the OS thread, since the sanitizers keep their own thread in one.
#include <pthread.h>

#include <cerrno>

#include "sim/kernel/run_heap.h"
#include "sim/kernel/sanitizers.h"
#include "sim/kernel/takeover/real.h"

namespace harrow::kernel {
namespace {

using Destructor = void (*)(void*);

Real<int(pthread_key_t*, Destructor)> real_key_create("pthread_key_create");
Real<int(pthread_key_t)> real_key_delete("pthread_key_delete");
Real<void*(pthread_key_t)> real_getspecific("pthread_getspecific");
Real<int(pthread_key_t, const void*)> real_setspecific("pthread_setspecific");

constexpr unsigned kFirstRunKey = 0x10000;
constexpr unsigned kMaxRunKeys = 1024;

Destructor g_real_destructors[1024];
Destructor g_run_destructors[kMaxRunKeys];
unsigned g_run_keys = 0;
std::uint32_t g_run_keys_epoch = 0;

bool IsRunKey(unsigned key) { return key >= kFirstRunKey; }
bool Served(unsigned key) { return g_machine.running() && (IsRunKey(key) || !kSanitized); }

int CreateRunKey(pthread_key_t* key, Destructor destructor) {
  if (g_run_keys_epoch != g_machine.epoch()) {
    g_run_keys_epoch = g_machine.epoch();
    g_run_keys = 0;
  }
  if (g_run_keys == kMaxRunKeys) return EAGAIN;
  g_run_destructors[g_run_keys] = destructor;
  *key = kFirstRunKey + g_run_keys++;
  return 0;
}

}  // namespace

void (*SpecificDestructor(unsigned key))(void*) {
  if (IsRunKey(key)) return g_run_destructors[key - kFirstRunKey];
  return key < 1024 ? g_real_destructors[key] : nullptr;
}

extern "C" {

int TakenKeyCreate(pthread_key_t* key, Destructor destructor) HARROW_LIBC("pthread_key_create");
int TakenKeyDelete(pthread_key_t key) HARROW_LIBC("pthread_key_delete");
void* TakenGetSpecific(pthread_key_t key) HARROW_LIBC("pthread_getspecific");
int TakenSetSpecific(pthread_key_t key, const void* value) HARROW_LIBC("pthread_setspecific");

int TakenKeyCreate(pthread_key_t* key, Destructor destructor) {
  if (g_machine.running() && g_machine.current()->constructing == 0) {
    return CreateRunKey(key, destructor);
  }
  const int error = real_key_create(key, destructor);
  if (error == 0 && *key < 1024) g_real_destructors[*key] = destructor;
  return error;
}

int TakenKeyDelete(pthread_key_t key) {
  if (!IsRunKey(key)) {
    if (key < 1024) g_real_destructors[key] = nullptr;
    return real_key_delete(key);
  }
  if (key - kFirstRunKey >= kMaxRunKeys) return EINVAL;
  g_run_destructors[key - kFirstRunKey] = nullptr;
  return 0;
}

void* TakenGetSpecific(pthread_key_t key) {
  if (!Served(key)) return IsRunKey(key) ? nullptr : real_getspecific(key);
  const Task& me = *g_machine.current();
  for (std::uint32_t i = 0; i < me.specific_count; ++i) {
    if (me.specific[i].key == key) return const_cast<void*>(me.specific[i].value);
  }
  return nullptr;
}

int TakenSetSpecific(pthread_key_t key, const void* value) {
  if (!Served(key)) return IsRunKey(key) ? EINVAL : real_setspecific(key, value);
  Task& me = *g_machine.current();
  for (std::uint32_t i = 0; i < me.specific_count; ++i) {
    if (me.specific[i].key != key) continue;
    me.specific[i].value = value;
    return 0;
  }
  if (value == nullptr) return 0;
  if (me.specific_count == Task::kMaxSpecific) {
    g_machine.AbortUnserved("pthread_setspecific: a task may use at most 24 keys");
  }
  me.specific[me.specific_count++] = {key, value};
  return 0;
}

}  // extern "C"
}  // namespace harrow::kernel
