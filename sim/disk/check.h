// A check on the simulated disk's own reasoning, on in every build: a failure prints file, line and
// condition to standard error and aborts.
#ifndef HARROW_SIM_DISK_CHECK_H_
#define HARROW_SIM_DISK_CHECK_H_

#include <cstdio>
#include <cstdlib>

namespace harrow::disk {

[[noreturn]] inline void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace harrow::disk

#define DISK_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::harrow::disk::CheckFailed(__FILE__, __LINE__, #condition))

#endif  // HARROW_SIM_DISK_CHECK_H_
