// getrlimit, sysconf of the page size, and geteuid: on a task every machine has the same limits, and its programs are root's.
// nice, setpriority, getpriority: on a task a priority changes nothing and is not remembered. The schedule is the strategy's, and
// the process around the machine is not the target's to slow down.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "sim/kernel/takeover/real.h"

namespace harrow::kernel {
namespace {

Real<int(int, rlimit*)> real_getrlimit("getrlimit");
Real<int(int)> real_nice("nice");
Real<int(__priority_which_t, id_t, int)> real_setpriority("setpriority");
Real<int(__priority_which_t, id_t)> real_getpriority("getpriority");
Real<long(int)> real_sysconf("sysconf");
Real<uid_t()> real_geteuid("geteuid");

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
int TakenNice(int increment) HARROW_LIBC("nice");
int TakenSetpriority(__priority_which_t which, id_t who, int priority) HARROW_LIBC("setpriority");
int TakenGetpriority(__priority_which_t which, id_t who) HARROW_LIBC("getpriority");
long TakenSysconf(int name) HARROW_LIBC("sysconf");
uid_t TakenGeteuid() HARROW_LIBC("geteuid");

int TakenGetrlimit(int resource, rlimit* limits) {
  return g_machine.running() ? Limits(resource, limits) : real_getrlimit(resource, limits);
}

int TakenGetrlimit64(int resource, rlimit* limits) { return TakenGetrlimit(resource, limits); }

int TakenNice(int increment) {
  constexpr int kNicest = 19;
  return g_machine.running() ? std::clamp(increment, 0, kNicest) : real_nice(increment);
}

int TakenSetpriority(__priority_which_t which, id_t who, int priority) {
  return g_machine.running() ? 0 : real_setpriority(which, who, priority);
}

int TakenGetpriority(__priority_which_t which, id_t who) {
  return g_machine.running() ? 0 : real_getpriority(which, who);
}

long TakenSysconf(int name) {
  constexpr long kPageBytes = 4096;
  return name == _SC_PAGESIZE && g_machine.running() ? kPageBytes : real_sysconf(name);
}

uid_t TakenGeteuid() { return g_machine.running() ? 0 : real_geteuid(); }

}  // extern "C"
}  // namespace harrow::kernel
