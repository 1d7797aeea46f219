// getrandom and its kin, std::random_device (which asks the processor), and std::_Sp_locker, which
// picks a mutex by address: on a task it does nothing, since tasks do not run at once.
#include "sim/kernel/takeover/entropy.h"

#include <sys/types.h>

#include <cstdint>

#include "sim/kernel/sanitizers.h"
#include "sim/kernel/takeover/real.h"

namespace harrow::kernel {
namespace {

Real<ssize_t(void*, std::size_t, unsigned)> real_getrandom("getrandom");
Real<int(void*, std::size_t)> real_getentropy("getentropy");
Real<std::uint32_t()> real_arc4random("arc4random");
Real<void(void*, std::size_t)> real_arc4random_buf("arc4random_buf");
Real<unsigned(void*)> real_random_device("_ZNSt13random_device9_M_getvalEv");
Real<void(void*, const void*)> real_sp_lock("_ZNSt10_Sp_lockerC1EPKv");
Real<void(void*, const void*, const void*)> real_sp_lock_two("_ZNSt10_Sp_lockerC1EPKvS1_");
Real<void(void*)> real_sp_unlock("_ZNSt10_Sp_lockerD1Ev");

}  // namespace

void FillWithEntropy(void* buffer, std::size_t size) {
  auto* const bytes = static_cast<unsigned char*>(buffer);
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < size; ++i, word >>= 8) {
    if (i % 8 == 0) word = g_machine.entropy().Next();
    bytes[i] = static_cast<unsigned char>(word);
  }
}

extern "C" {

ssize_t TakenGetrandom(void* buffer, std::size_t size, unsigned flags) HARROW_LIBC("getrandom");
int TakenGetentropy(void* buffer, std::size_t size) HARROW_LIBC("getentropy");
std::uint32_t TakenArc4random() HARROW_LIBC("arc4random");
void TakenArc4randomBuf(void* buffer, std::size_t size) HARROW_LIBC("arc4random_buf");
unsigned TakenRandomDevice(void* self) HARROW_LIBC("_ZNSt13random_device9_M_getvalEv");
void TakenSpLock(void* self, const void* object) HARROW_LIBC("_ZNSt10_Sp_lockerC1EPKv");
void TakenSpLock2(void* self, const void* object) HARROW_LIBC("_ZNSt10_Sp_lockerC2EPKv");
void TakenSpLockTwo(void* self, const void* a, const void* b)
    HARROW_LIBC("_ZNSt10_Sp_lockerC1EPKvS1_");
void TakenSpLockTwo2(void* self, const void* a, const void* b)
    HARROW_LIBC("_ZNSt10_Sp_lockerC2EPKvS1_");
void TakenSpUnlock(void* self) HARROW_LIBC("_ZNSt10_Sp_lockerD1Ev");
void TakenSpUnlock2(void* self) HARROW_LIBC("_ZNSt10_Sp_lockerD2Ev");

ssize_t TakenGetrandom(void* buffer, std::size_t size, unsigned flags) {
  if (!g_machine.running()) return real_getrandom(buffer, size, flags);
  FillWithEntropy(buffer, size);
  return static_cast<ssize_t>(size);
}

int TakenGetentropy(void* buffer, std::size_t size) {
  if (!g_machine.running()) return real_getentropy(buffer, size);
  FillWithEntropy(buffer, size);
  return 0;
}

std::uint32_t TakenArc4random() {
  if (!g_machine.running()) return real_arc4random();
  return static_cast<std::uint32_t>(g_machine.entropy().Next());
}

void TakenArc4randomBuf(void* buffer, std::size_t size) {
  if (!g_machine.running()) return real_arc4random_buf(buffer, size);
  FillWithEntropy(buffer, size);
}

unsigned TakenRandomDevice(void* self) {
  if (!g_machine.running()) return real_random_device(self);
  return static_cast<unsigned>(g_machine.entropy().Next());
}

void TakenSpLock(void* self, const void* object) {
  if (!g_machine.running()) return real_sp_lock(self, object);
  HappensAfter(&real_sp_lock);
}

void TakenSpLock2(void* self, const void* object) { TakenSpLock(self, object); }

void TakenSpLockTwo(void* self, const void* a, const void* b) {
  if (!g_machine.running()) return real_sp_lock_two(self, a, b);
  HappensAfter(&real_sp_lock);
}

void TakenSpLockTwo2(void* self, const void* a, const void* b) { TakenSpLockTwo(self, a, b); }

void TakenSpUnlock(void* self) {
  if (!g_machine.running()) return real_sp_unlock(self);
  HappensBefore(&real_sp_lock);
}

void TakenSpUnlock2(void* self) { TakenSpUnlock(self); }

}  // extern "C"
}  // namespace harrow::kernel
