// libc's own function behind one that is taken over, found at its first use.
//
// Threading: any; resolving twice is harmless. Works before main: constant-initialised.
// HARROW_LIBC(symbol) puts a definition under libc's name while C++ knows it by another, so that the
// prototypes, noexcept and fortify inlines of libc's headers do not clash.
#ifndef HARROW_SIM_KERNEL_TAKEOVER_REAL_H_
#define HARROW_SIM_KERNEL_TAKEOVER_REAL_H_

#include <dlfcn.h>

#include <cstdlib>
#include <cstring>

#include "sim/kernel/machine.h"

#define HARROW_LIBC(symbol) \
  __asm__(symbol) __attribute__((visibility("default"), used, externally_visible))
#if defined(__clang__)
#undef HARROW_LIBC
#define HARROW_LIBC(symbol) __asm__(symbol) __attribute__((visibility("default"), used))
#endif

namespace harrow::kernel {

template <typename Function>
class Real;

template <typename Result, typename... Arguments>
class Real<Result(Arguments...)> {
 public:
  // `version`: where the name has several, the one programs of today bind to.
  constexpr explicit Real(const char* name, const char* version = nullptr)
      : name_(name), version_(version) {}

  Result operator()(Arguments... arguments) {
    void* function = __atomic_load_n(&function_, __ATOMIC_RELAXED);
    if (function == nullptr) function = Resolve();
    return reinterpret_cast<Result (*)(Arguments...)>(function)(arguments...);
  }

 private:
  void* Resolve() {
    void* function = dlsym(RTLD_NEXT, name_);
    if (function == nullptr) std::abort();
    // dlsym may find libc's oldest version, and dlvsym would pass over a sanitizer's interceptor.
    Dl_info info;
    if (version_ != nullptr && dladdr(function, &info) != 0 &&
        std::strstr(info.dli_fname, "/libc.so") != nullptr) {
      if (void* const newest = dlvsym(RTLD_NEXT, name_, version_)) function = newest;
    }
    __atomic_store_n(&function_, function, __ATOMIC_RELAXED);
    return function;
  }

  const char* name_;
  const char* version_;
  void* function_ = nullptr;
};

// Of the objects whose state lies inside them: ties it to this run and to the address.
inline std::uint32_t CheckWord(const void* object) {
  // address never observed: only compared with what the same object held before
  const auto address = reinterpret_cast<std::uintptr_t>(object) >> 2;
  return (g_machine.epoch() * 0x9e3779b1U ^ static_cast<std::uint32_t>(address)) | 1;
}

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_TAKEOVER_REAL_H_
