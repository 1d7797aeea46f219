// The worker waits for a byte, parses what lies in the shared memory, runs it, lays the answer beside it and sends a byte. The end
// of either pipe ends it.
#include "sim/harness/shrink/trial_worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "sim/harness/run.h"
#include "sim/harness/run_text.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"
#include "sim/kernel/check.h"

namespace harrow::harness {
namespace {

struct LifeDeviation {
  std::uint64_t life = 0;
  kernel::Deviation deviation;
};
static_assert(std::is_trivially_copyable_v<LifeDeviation>, "crosses process borders as bytes");

std::uint64_t Milliseconds(const timespec& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1000 +
         static_cast<std::uint64_t>(time.tv_nsec) / 1'000'000;
}

std::uint64_t CpuMs(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(pid, &clock) != 0) return 0;
  // real clock: what a worker process used, outside of every run
  if (clock_gettime(clock, &used) != 0) return 0;
  return Milliseconds(used);
}

FailureClass ClassOf(const RunResult& result) {
  if (result.failure.kind != FailureClass::Kind::kNone) return result.failure;
  FailureClass failure;
  if (result.verdict.ok() || result.verdict.kind == models::Verdict::Kind::kUnknown) return failure;
  failure.kind = FailureClass::Kind::kRule;
  failure.rule = result.verdict.violation.rule;
  return failure;
}

std::string ReportOf(const Scenario& scenario, const RunResult& result,
                     const FailureClass& failure) {
  switch (failure.kind) {
    case FailureClass::Kind::kNone:
      return {};
    case FailureClass::Kind::kRule:
      return DescribeFailure(scenario, result);
    default:
      return ToText(failure) + ": " + result.failure_detail + "\n";
  }
}

}  // namespace

std::uint64_t WallMs() {
  timespec now{};
  // real clock: progress and time limits of a shrink, outside of every run
  clock_gettime(CLOCK_MONOTONIC, &now);
  return Milliseconds(now);
}

// What both processes see; the pages that are not used cost nothing.
struct TrialWorker::Shared {
  static constexpr std::size_t kTextMax = std::size_t{64} << 20;
  static constexpr std::size_t kDeviationsMax = std::size_t{1} << 20;

  TrialMode mode = TrialMode::kOnce;
  std::size_t request_size = 0;

  bool understood = false;
  FailureClass failure;
  Place place;
  std::uint64_t hash = 0;
  std::uint64_t unknown = 0;
  std::uint64_t lives = 0;
  std::size_t deviation_count = 0;
  std::size_t report_size = 0;

  LifeDeviation deviations[kDeviationsMax];
  char report[kTextMax];
  char request[kTextMax];
};

TrialWorker::TrialWorker(const KnownFindings* known) : known_(known) {
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  KERNEL_CHECK(memory != MAP_FAILED);
  static_assert(std::is_trivially_destructible_v<Shared>);
  // Default-initialised: the arrays stay untouched, and so without pages.
  shared_ = new (memory) Shared;
}

TrialWorker::~TrialWorker() {
  Kill();
  munmap(shared_, sizeof(Shared));
}

void TrialWorker::Start() {
  int requests[2];
  int answers[2];
  KERNEL_CHECK(pipe2(requests, O_CLOEXEC) == 0 && pipe2(answers, O_CLOEXEC) == 0);
  std::fflush(nullptr);  // or a target that calls exit() would write what is buffered here again
  const pid_t parent = getpid();
  pid_ = fork();
  KERNEL_CHECK(pid_ >= 0);
  if (pid_ == 0) {
    close(requests[1]);
    close(answers[0]);
    // A terminal's Ctrl-C reaches the whole group, and so does what timeout(1) and service managers send; the parent decides
    // when workers end.
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    // A thousand deaths: neither messages nor core files.
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0) {
      dup2(null, STDOUT_FILENO);
      dup2(null, STDERR_FILENO);
    }
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    Serve(requests[0], answers[1]);
  }
  close(requests[0]);
  close(answers[1]);
  requests_ = requests[1];
  answers_ = answers[0];
}

void TrialWorker::Serve(int requests, int answers) const {
  char turn = 0;
  for (;;) {
    const ssize_t got = read(requests, &turn, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) _exit(0);
    Run();
    while (write(answers, &turn, 1) != 1) {
      if (errno != EINTR) _exit(0);
    }
  }
}

void TrialWorker::Run() const {
  Shared* const shared = shared_;
  shared->understood = false;
  const absl::StatusOr<Scenario> scenario =
      ParseScenario("candidate", {shared->request, shared->request_size});
  if (!scenario.ok()) return;
  Recording recording;
  const bool recorded = shared->mode == TrialMode::kRecorded;
  const RunResult result = RunScenario(*scenario, recorded ? &recording : nullptr);
  FailureClass failure = ClassOf(result);
  if (FindKnown(*known_, *scenario, result).has_value()) failure = {};
  std::string report = ReportOf(*scenario, result, failure);
  if (shared->mode == TrialMode::kTwice) {
    const std::uint64_t again = RunScenario(*scenario).hash;
    if (again != result.hash) {
      failure = {};
      failure.kind = FailureClass::Kind::kNotDeterministic;
      report = "rule deterministic broken: two runs of one scenario hash to " +
               SeedText(result.hash) + " and " + SeedText(again) + "\n";
    }
  }
  shared->failure = failure;
  shared->place = result.place;
  shared->hash = result.hash;
  shared->unknown = result.counts.Get(Count::kUnknown);
  shared->report_size = std::min(report.size(), Shared::kTextMax);
  std::memcpy(shared->report, report.data(), shared->report_size);
  shared->lives = recording.lives.size();
  shared->deviation_count = 0;
  for (std::size_t life = 0; life < recording.lives.size(); ++life) {
    for (const kernel::Deviation& deviation : recording.lives[life].outcome.deviations) {
      if (shared->deviation_count == Shared::kDeviationsMax) return;
      shared->deviations[shared->deviation_count++] = {life, deviation};
    }
  }
  shared->understood = true;
}

void TrialWorker::Send(const std::string& text, TrialMode mode) {
  KERNEL_CHECK(!busy_);
  if (pid_ < 0) Start();
  shared_->mode = mode;
  shared_->request_size = std::min(text.size(), Shared::kTextMax);
  std::memcpy(shared_->request, text.data(), shared_->request_size);
  busy_ = true;
  sent_ms_ = looked_ms_ = WallMs();
  waited_ms_ = 0;
  cpu_before_ms_ = CpuMs(pid_);
  const char turn = 1;
  // A worker that died in the meantime is seen as the end of its answers.
  while (write(requests_, &turn, 1) < 0 && errno == EINTR) {
  }
}

std::optional<Answer> TrialWorker::Poll(const HangBound& hang) {
  pollfd ready{answers_, POLLIN, 0};
  if (poll(&ready, 1, 0) <= 0) {
    // A machine that slept, or a parent that was stopped, makes no run hang.
    constexpr std::uint64_t kMostBetweenLooksMs = 500;
    const std::uint64_t now = WallMs();
    waited_ms_ += std::min(now - looked_ms_, kMostBetweenLooksMs);
    looked_ms_ = now;
    if (!IsHung(hang)) return std::nullopt;
    return Dead(true, hang);
  }
  char turn = 0;
  const ssize_t got = read(answers_, &turn, 1);
  if (got < 0 && errno == EINTR) return std::nullopt;
  if (got <= 0) return Dead(false, hang);
  busy_ = false;
  Answer answer = Read();
  answer.wall_ms = WallMs() - sent_ms_;
  return answer;
}

Answer TrialWorker::Read() const {
  Answer answer;
  answer.understood = shared_->understood;
  if (!answer.understood) return answer;
  answer.trial.failure = shared_->failure;
  answer.trial.place = shared_->place;
  answer.trial.hash = shared_->hash;
  answer.unknown = shared_->unknown;
  answer.trial.text.assign(shared_->report, shared_->report_size);
  answer.deviations.resize(shared_->lives);
  for (std::size_t at = 0; at < shared_->deviation_count; ++at) {
    const LifeDeviation& one = shared_->deviations[at];
    answer.deviations[one.life].push_back(one.deviation);
  }
  return answer;
}

Answer TrialWorker::Dead(bool hung, const HangBound& hang) {
  if (hung) kill(pid_, SIGKILL);
  int status = 0;
  Reap(&status);
  Answer answer;
  Trial& trial = answer.trial;
  if (hung) {
    trial.failure.kind = FailureClass::Kind::kHung;
    trial.text = waited_ms_ >= hang.wall_ms
                     ? "the target did not end within " + std::to_string(hang.wall_ms) + " ms\n"
                     : "the target did not end within " + std::to_string(hang.cpu_ms) +
                           " ms of processor time\n";
    return answer;
  }
  trial.failure.kind = FailureClass::Kind::kDied;
  trial.failure.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  trial.text = "the target ";
  if (WIFSIGNALED(status)) {
    trial.text += ToText(trial.failure) + "\n";
  } else {
    trial.text += "ended the process with status " + std::to_string(WEXITSTATUS(status)) + "\n";
  }
  return answer;
}

bool TrialWorker::IsHung(const HangBound& hang) const {
  if (waited_ms_ < std::min(hang.cpu_ms, hang.wall_ms)) return false;
  return waited_ms_ >= hang.wall_ms || CpuMs(pid_) - cpu_before_ms_ >= hang.cpu_ms;
}

void TrialWorker::Reap(int* status) {
  while (waitpid(pid_, status, 0) != pid_) KERNEL_CHECK(errno == EINTR);
  close(requests_);
  close(answers_);
  pid_ = requests_ = answers_ = -1;
  busy_ = false;
}

void TrialWorker::Kill() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  int status = 0;
  Reap(&status);
}

}  // namespace harrow::harness
