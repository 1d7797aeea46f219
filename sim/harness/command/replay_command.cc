// A replay runs in a child. When a signal or exit() ends it early, a handler in the child lays what was recorded so far into
// memory that it shares with its parent (on a task, file calls belong to the simulated disk), and the parent prints it.
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
#include <string>

#include "sim/harness/command/commands.h"
#include "sim/harness/command/exit_code.h"
#include "sim/harness/command/flags.h"
#include "sim/harness/command/scenario_argument.h"
#include "sim/harness/replay_text.h"
#include "sim/harness/run.h"
#include "sim/harness/run_text.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"
#include "sim/kernel/check.h"
#include "sim/kernel/simulation.h"

namespace harrow::harness {
namespace {

// What the parent learns of a run that did not end.
struct Shared {
  static constexpr std::size_t kTextMax = std::size_t{256} << 20;
  std::atomic<bool> ended{false};      // the run ended; the child prints it
  std::atomic<int> signal{0};          // that the handler was called for; 0: it was not
  std::atomic<bool> complete{false};   // `text` is all that was recorded
  std::atomic<std::uint64_t> life{0};  // the last one begun, from 1; 0: none on record
  std::atomic<std::uint64_t> step{0};
  std::atomic<std::size_t> size{0};
  char text[kTextMax];
};

// The run of this child, for its handlers.
struct Running {
  Shared* shared = nullptr;
  const Scenario* scenario = nullptr;
  const Recording* recording = nullptr;  // nullptr: nothing is recorded
  Detail detail = Detail::kQuiet;
};
Running g_running;
volatile pid_t g_child = -1;

void Append(std::string_view line) {
  Shared* const shared = g_running.shared;
  const std::size_t at = shared->size.load();
  const std::size_t size = std::min(line.size(), Shared::kTextMax - at);
  std::memcpy(shared->text + at, line.data(), size);
  shared->size.store(at + size);
}

void LeaveRecord() {
  std::optional<kernel::HostMemory> host;
  if (kernel::OnTask()) {
    host.emplace();
    g_running.shared->step.store(kernel::CurrentTrace().step());
  }
  if (g_running.recording != nullptr) {
    g_running.shared->life.store(g_running.recording->lives.size());
    UnfinishedReplayText(*g_running.scenario, *g_running.recording, g_running.detail, &Append);
  }
  g_running.shared->complete.store(true);
}

void OnSignal(int number) {
  // What was interrupted may have left the heap unusable: then this ends as well, and the parent prints what there is.
  alarm(10);
  g_running.shared->signal.store(number);
  LeaveRecord();
  _exit(1);
}

// A target that calls exit().
void OnExit() {
  if (!g_running.shared->ended.load()) LeaveRecord();
}

constexpr int kInterrupts[] = {SIGINT, SIGTERM};
#if defined(HARROW_ASAN) || defined(HARROW_TSAN)
constexpr int kCrashes[] = {SIGABRT};  // the sanitizer reports the others
#else
constexpr int kCrashes[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
#endif

// On a stack of its own, since a task may have used its stack up; with all of these signals blocked, so that a second crash
// ends the process.
void CatchSignals() {
  static char stack_memory[256 << 10];
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

// The run is over: from here on signals do what they do to every program.
void RunEnded() {
  for (const int number : kInterrupts) signal(number, SIG_DFL);
  for (const int number : kCrashes) signal(number, SIG_DFL);
  g_running.shared->ended.store(true);
}

bool IsUnknown(const RunResult& result) {
  return !result.failed() && result.counts.Get(Count::kUnknown) != 0;
}

int ExitCodeOf(const RunResult& result) {
  if (result.failed()) return ExitCodeOf(result.failure.kind);
  return IsUnknown(result) ? kExitUnknown : kExitOk;
}

// In the child, to the end.
int RunHashed(const Scenario& scenario) {
  const RunResult result = RunScenario(scenario);
  RunEnded();
  std::string verdict = IsUnknown(result) ? "unknown" : "ok";
  if (result.failure.kind == FailureClass::Kind::kRule) {
    verdict = std::string(models::ToText(result.failure.rule));
  } else if (result.failed()) {
    verdict = result.failure.kind == FailureClass::Kind::kMemory ? "memory" : "unserved";
  }
  std::printf("%s hash=%s verdict=%s\n", SeedText(scenario.seed).c_str(),
              SeedText(result.hash).c_str(), verdict.c_str());
  return ExitCodeOf(result);
}

int RunRecorded(const Scenario& scenario) {
  // Never destroyed: OnExit reads it, after the destructors of statics.
  static Recording& recording = *new Recording;
  g_running.recording = &recording;
  const RunResult result = RunScenario(scenario, &recording);
  std::string text = ReplayText(scenario, result, recording, g_running.detail);
  RunEnded();
  if (IsUnknown(result)) {
    constexpr std::string_view kPassed = "ok: every rule held\n";
    if (text.ends_with(kPassed)) text.resize(text.size() - kPassed.size());
    text += "unknown: " + std::to_string(result.counts.Get(Count::kUnknown)) +
            " checks reached a bound, no rule is known to be broken\n";
  }
  std::fputs(text.c_str(), stdout);
  return ExitCodeOf(result);
}

std::string HowItEnded(const Shared& shared, int status) {
  const int number =
      WIFSIGNALED(status) && shared.signal.load() == 0 ? WTERMSIG(status) : shared.signal.load();
  std::string text;
  if (number == SIGINT || number == SIGTERM) {
    text = "interrupted by signal ";
  } else if (number != 0) {
    text = "the target died of signal ";
  } else {
    text = "the target ended the process with status " + std::to_string(WEXITSTATUS(status));
  }
  if (number != 0) text += std::to_string(number) + " (" + strsignal(number) + ")";
  if (shared.step.load() != 0) text += " after step " + std::to_string(shared.step.load());
  if (shared.life.load() != 0) text += " in life " + std::to_string(shared.life.load());
  return text;
}

// In the parent, of a run that did not end.
int PrintUnfinished(const Scenario& scenario, const Shared& shared, int status) {
  const int number = shared.signal.load();
  const bool interrupted = number == SIGINT || number == SIGTERM;
  const std::string how = HowItEnded(shared, status);
  if (BoolFlag("hash")) {
    std::printf("%s hash=0x0 verdict=%s\n", SeedText(scenario.seed).c_str(),
                interrupted ? "interrupted" : "died");
    std::fprintf(stderr, "harrow replay: %s\n", how.c_str());
  } else {
    std::fwrite(shared.text, 1, shared.size.load(), stdout);
    if (!shared.complete.load()) std::printf("(the rest of the record could not be read)\n");
    std::printf("%s\n", how.c_str());
  }
  return interrupted ? kExitInterrupted : kExitTargetDied;
}

void OnParentSignal(int) { kill(g_child, SIGTERM); }

int WaitFor(const Scenario& scenario, const Shared& shared) {
  int status = 0;
  while (waitpid(g_child, &status, 0) != g_child) KERNEL_CHECK(errno == EINTR);
  if (!shared.ended.load()) return PrintUnfinished(scenario, shared, status);
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGTERM ? kExitInterrupted
                                                                   : kExitTargetDied;
}

int RunInChild(const Scenario& scenario) {
  void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  KERNEL_CHECK(memory != MAP_FAILED);
  g_running.shared = new (memory) Shared;
  g_running.scenario = &scenario;
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
    _exit(EndOutput("replay", BoolFlag("hash") ? RunHashed(scenario) : RunRecorded(scenario)));
  }
  g_child = child;
  struct sigaction action {};
  action.sa_handler = &OnParentSignal;
  for (const int number : kInterrupts) sigaction(number, &action, nullptr);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  return WaitFor(scenario, *g_running.shared);
}

}  // namespace

int ReplayCommand(const std::string&, const std::vector<std::string>& arguments) {
  const std::string text = TextFlag("detail");
  const std::optional<Detail> detail = ParseDetail(text);
  if (!detail.has_value()) {
    const absl::Status error = BadFlag("detail", "quiet, normal or all", text);
    std::fprintf(stderr, "harrow replay: %s\n", std::string(error.message()).c_str());
    return kExitUsage;
  }
  g_running.detail = *detail;
  Scenario scenario;
  if (const int code = OneScenario("replay", arguments, &scenario); code != kExitOk) return code;
  return RunInChild(scenario);
}

}  // namespace harrow::harness
