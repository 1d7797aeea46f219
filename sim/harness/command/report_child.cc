// The child lays the finished page into memory that it shares with its parent. When a signal or exit() ends the run early, a
// handler makes the page of what was recorded up to there; should that fail as well, the parent says how the run ended.
#include "sim/harness/command/report_child.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>

#include "sim/harness/command/exit_code.h"
#include "sim/harness/report/report_page.h"
#include "sim/harness/run.h"
#include "sim/kernel/check.h"
#include "sim/kernel/simulation.h"

namespace harrow::harness {
namespace {

struct Shared {
  static constexpr std::size_t kPageMax = std::size_t{512} << 20;
  std::atomic<bool> ended{false};  // the run ended by itself
  std::atomic<int> signal{0};      // that the handler was called for; 0: it was not
  std::atomic<std::uint64_t> step{0};
  std::atomic<bool> complete{false};  // `page` is whole
  std::atomic<bool> too_large{false};
  std::size_t size = 0;
  char page[kPageMax];
};

// The run of this child, for its handlers.
struct Running {
  Shared* shared = nullptr;
  const Scenario* scenario = nullptr;
  const RunReportOptions* options = nullptr;
};
Running g_running;
// Not on the heap: a handler reads it.
Recording g_recording;
volatile pid_t g_child = -1;

constexpr int kInterrupts[] = {SIGINT, SIGTERM};
#if defined(HARROW_ASAN) || defined(HARROW_TSAN)
constexpr int kCrashes[] = {SIGABRT};  // the sanitizer reports the others
#else
constexpr int kCrashes[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
#endif

bool IsInterrupt(int number) { return number == SIGINT || number == SIGTERM; }

void LayPage(const RunResult& result, const RunReportOptions& options) {
  const std::string page =
      ReportPage(options.title, RunReport(*g_running.scenario, result, g_recording, options));
  Shared* const shared = g_running.shared;
  if (page.size() > Shared::kPageMax) {
    shared->too_large.store(true);
    return;
  }
  std::memcpy(shared->page, page.data(), page.size());
  shared->size = page.size();
  shared->complete.store(true);
}

std::string HowItEnded(int number, int status, std::uint64_t step) {
  std::string text;
  if (IsInterrupt(number)) {
    text = "interrupted by signal ";
  } else if (number != 0) {
    text = "the target died of signal ";
  } else {
    text = "the target ended the process with status " + std::to_string(status);
  }
  if (number != 0) text += std::to_string(number) + " (" + strsignal(number) + ")";
  if (step != 0) text += " after step " + std::to_string(step);
  return text;
}

// What was recorded of a run that does not go on.
void LayUnfinished(int number) {
  std::optional<kernel::HostMemory> host;
  if (kernel::OnTask()) {
    host.emplace();
    g_running.shared->step.store(kernel::CurrentTrace().step());
  }
  RunReportOptions options = *g_running.options;
  options.unfinished = HowItEnded(number, 0, g_running.shared->step.load());
  if (number == 0) options.unfinished = "the target ended the process";
  LayPage(RunResult{}, options);
}

void OnSignal(int number) {
  // What was interrupted may have left the heap unusable: then this ends as well.
  alarm(10);
  g_running.shared->signal.store(number);
  LayUnfinished(number);
  _exit(1);
}

// A target that calls exit().
void OnExit() {
  if (!g_running.shared->ended.load()) LayUnfinished(0);
}

// On a stack of its own, since a task may have used its stack up; with all of these signals blocked, so that a second crash
// ends the process.
void CatchSignals() {
  static char stack_memory[1 << 20];
  stack_t stack{};
  stack.ss_sp = stack_memory;
  stack.ss_size = sizeof(stack_memory);
  KERNEL_CHECK(sigaltstack(&stack, nullptr) == 0);
  struct sigaction action {};
  action.sa_handler = &OnSignal;
  action.sa_flags = SA_ONSTACK;
  for (const int number : kInterrupts) sigaddset(&action.sa_mask, number);
  for (const int number : kCrashes) sigaddset(&action.sa_mask, number);
  for (const int number : kInterrupts) sigaction(number, &action, nullptr);
  for (const int number : kCrashes) sigaction(number, &action, nullptr);
  std::atexit(&OnExit);
}

int ExitCodeOf(const RunResult& result) {
  if (result.failed()) return ExitCodeOf(result.failure.kind);
  return result.counts.Get(Count::kUnknown) != 0 ? kExitUnknown : kExitOk;
}

// In the child, to the end.
int RunRecorded(const Scenario& scenario) {
  const RunResult result = RunScenario(scenario, &g_recording);
  for (const int number : kInterrupts) signal(number, SIG_DFL);
  for (const int number : kCrashes) signal(number, SIG_DFL);
  g_running.shared->ended.store(true);
  LayPage(result, *g_running.options);
  return ExitCodeOf(result);
}

void OnParentSignal(int) { kill(g_child, SIGTERM); }

ReportedRun Collect(const Shared& shared, int status) {
  ReportedRun run;
  if (shared.complete.load()) run.page.assign(shared.page, shared.size);
  if (shared.ended.load() && WIFEXITED(status)) {
    run.exit_code = WEXITSTATUS(status);
    if (shared.too_large.load()) run.error = "the report would be larger than 512 MiB";
    return run;
  }
  const int number =
      WIFSIGNALED(status) && shared.signal.load() == 0 ? WTERMSIG(status) : shared.signal.load();
  run.exit_code = IsInterrupt(number) ? kExitInterrupted : kExitTargetDied;
  run.error = HowItEnded(number, WIFEXITED(status) ? WEXITSTATUS(status) : 0, shared.step.load());
  return run;
}

}  // namespace

ReportedRun RunForReport(const Scenario& scenario, const RunReportOptions& options) {
  void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  KERNEL_CHECK(memory != MAP_FAILED);
  g_running = {new (memory) Shared, &scenario, &options};
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
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    CatchSignals();
    sigprocmask(SIG_SETMASK, &before, nullptr);
    _exit(RunRecorded(scenario));
  }
  g_child = child;
  struct sigaction action {};
  action.sa_handler = &OnParentSignal;
  for (const int number : kInterrupts) sigaction(number, &action, nullptr);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  int status = 0;
  while (waitpid(child, &status, 0) != child) KERNEL_CHECK(errno == EINTR);
  return Collect(*g_running.shared, status);
}

}  // namespace harrow::harness
