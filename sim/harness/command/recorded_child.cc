// A handler in the child lays what was recorded so far into memory that it shares with its parent (on a task, file calls belong to
// the simulated disk); should that fail as well, the parent still says how the run ended.
#include "sim/harness/command/recorded_child.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <span>

#include "sim/harness/command/exit_code.h"
#include "sim/kernel/check.h"
#include "sim/kernel/sanitizers.h"
#include "sim/kernel/simulation.h"

namespace harrow::harness {
namespace {

struct Shared {
  std::atomic<bool> ended{false};      // the run ended by itself
  std::atomic<int> signal{0};          // that the handler was called for; 0: it was not
  std::atomic<std::uint64_t> life{0};  // the last one begun, from 1; 0: none on record
  std::atomic<std::uint64_t> step{0};
  std::atomic<bool> whole{false};
  std::atomic<bool> cut{false};
  std::atomic<std::size_t> size{0};
  char text[kLeftMax];
};

// For the handlers, in the child and in its parent.
Shared* g_shared = nullptr;
const ChildWork* g_work = nullptr;
volatile pid_t g_child = -1;

constexpr int kInterrupts[] = {SIGINT, SIGTERM};
constexpr int kAllCrashes[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
// A sanitizer reports the others.
constexpr std::span<const int> kCaughtCrashes(kAllCrashes,
                                              kernel::kSanitized ? 1 : std::size(kAllCrashes));
constexpr std::size_t kHandlerStackBytes = 1 << 20;

template <typename Do>
void ForEachCaught(Do act) {
  for (const int number : kInterrupts) act(number);
  for (const int number : kCaughtCrashes) act(number);
}

bool IsInterrupt(int number) { return number == SIGINT || number == SIGTERM; }

// `status`: of a process that ended itself, where it is known.
std::string HowItEnded(int number, std::optional<int> status) {
  std::string text;
  if (IsInterrupt(number)) {
    text = "interrupted by signal ";
  } else if (number != 0) {
    text = "the target died of signal ";
  } else {
    text = "the target ended the process";
    if (status.has_value()) text += " with status " + std::to_string(*status);
  }
  if (number != 0) text += std::to_string(number) + " (" + strsignal(number) + ")";
  if (g_shared->step.load() != 0) text += " after step " + std::to_string(g_shared->step.load());
  if (g_shared->life.load() != 0) text += " in life " + std::to_string(g_shared->life.load());
  return text;
}

void LeaveUnfinished(int number) {
  std::optional<kernel::HostMemory> host;
  if (kernel::OnTask()) {
    host.emplace();
    g_shared->step.store(kernel::CurrentTrace().step());
  }
  if (g_work->recording != nullptr) g_shared->life.store(g_work->recording->lives.size());
  g_work->unfinished(HowItEnded(number, std::nullopt));
  g_shared->whole.store(true);
}

void OnSignal(int number) {
  // What was interrupted may have left the heap unusable: then this ends as well, and the parent has what there is.
  alarm(10);
  g_shared->signal.store(number);
  LeaveUnfinished(number);
  _exit(1);
}

// A target that calls exit().
void OnExit() {
  if (!g_shared->ended.load()) LeaveUnfinished(0);
}

// On a stack of its own, since a task may have used its stack up; with all of these signals blocked, so that a second crash
// ends the process.
void CatchSignals() {
  static char stack_memory[kHandlerStackBytes];
  stack_t stack{};
  stack.ss_sp = stack_memory;
  stack.ss_size = sizeof(stack_memory);
  KERNEL_CHECK(sigaltstack(&stack, nullptr) == 0);
  struct sigaction action {};
  action.sa_handler = &OnSignal;
  action.sa_flags = SA_ONSTACK;
  ForEachCaught([&action](int number) { sigaddset(&action.sa_mask, number); });
  ForEachCaught([&action](int number) { sigaction(number, &action, nullptr); });
  std::atexit(&OnExit);
}

[[noreturn]] void RunAsChild(pid_t parent, const sigset_t& signals) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  CatchSignals();
  sigprocmask(SIG_SETMASK, &signals, nullptr);
  const int code = g_work->run();
  g_shared->whole.store(true);
  _exit(code);
}

void OnParentSignal(int) { kill(g_child, SIGTERM); }

ChildEnd Collect(int status) {
  ChildEnd end;
  end.left.assign(g_shared->text, g_shared->size.load());
  end.whole = g_shared->whole.load() && !g_shared->cut.load();
  end.ended = g_shared->ended.load();
  if (end.ended && WIFEXITED(status)) {
    end.exit_code = WEXITSTATUS(status);
    return end;
  }
  int number = g_shared->signal.load();
  if (number == 0 && WIFSIGNALED(status)) number = WTERMSIG(status);
  end.exit_code = IsInterrupt(number) ? kExitInterrupted : kExitTargetDied;
  end.how = HowItEnded(number, WIFEXITED(status) ? WEXITSTATUS(status) : 0);
  return end;
}

}  // namespace

ChildEnd RunInChild(const ChildWork& work) {
  void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  KERNEL_CHECK(memory != MAP_FAILED);
  g_shared = new (memory) Shared;
  g_work = &work;
  // An interrupt between the fork and the handlers waits.
  sigset_t interrupts;
  sigset_t before;
  sigemptyset(&interrupts);
  for (const int number : kInterrupts) sigaddset(&interrupts, number);
  sigprocmask(SIG_BLOCK, &interrupts, &before);
  std::fflush(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  KERNEL_CHECK(child >= 0);
  if (child == 0) RunAsChild(parent, before);
  g_child = child;
  struct sigaction action {};
  action.sa_handler = &OnParentSignal;
  for (const int number : kInterrupts) sigaction(number, &action, nullptr);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  int status = 0;
  while (waitpid(child, &status, 0) != child) KERNEL_CHECK(errno == EINTR);
  // There is no child any more to pass them on to.
  for (const int number : kInterrupts) signal(number, SIG_DFL);
  ChildEnd end = Collect(status);
  munmap(memory, sizeof(Shared));
  return end;
}

void TargetEnded() {
  ForEachCaught([](int number) { signal(number, SIG_DFL); });
  g_shared->ended.store(true);
}

void Leave(std::string_view text) {
  const std::size_t at = g_shared->size.load();
  const std::size_t size = std::min(text.size(), kLeftMax - at);
  if (size < text.size()) g_shared->cut.store(true);
  std::memcpy(g_shared->text + at, text.data(), size);
  g_shared->size.store(at + size);
}

bool IsUnknown(const RunResult& result) {
  return !result.failed() && result.counts.Get(Count::kUnknown) != 0;
}

int ExitCodeOf(const RunResult& result) {
  if (result.failed()) return ExitCodeOf(result.failure.kind);
  return IsUnknown(result) ? kExitUnknown : kExitOk;
}

}  // namespace harrow::harness
