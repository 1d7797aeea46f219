// getrlimit: on a task every machine has the same limits.
#include <sys/resource.h>

#include "sim/kernel/takeover/real.h"

namespace harrow::kernel {
namespace {

Real<int(int, rlimit*)> real_getrlimit("getrlimit");

int Limits(int resource, rlimit* limits) {
  constexpr rlim_t kOpenFiles = 1024;
  constexpr rlim_t kOpenFilesMax = 1 << 20;
  *limits = {RLIM_INFINITY, RLIM_INFINITY};
  if (resource == RLIMIT_NOFILE) *limits = {kOpenFiles, kOpenFilesMax};
  return 0;
}

}  // namespace

extern "C" {

int TakenGetrlimit(int resource, rlimit* limits) HARROW_LIBC("getrlimit");
int TakenGetrlimit64(int resource, rlimit* limits) HARROW_LIBC("getrlimit64");

int TakenGetrlimit(int resource, rlimit* limits) {
  return g_machine.running() ? Limits(resource, limits) : real_getrlimit(resource, limits);
}

int TakenGetrlimit64(int resource, rlimit* limits) { return TakenGetrlimit(resource, limits); }

}  // extern "C"
}  // namespace harrow::kernel
