#include "sim/harness/sweep/sweep_worker.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>

#include "sim/harness/run.h"
#include "sim/harness/run_text.h"
#include "sim/harness/scenario.h"
#include "sim/harness/sweep/cause.h"
#include "sim/harness/sweep/crash_report.h"
#include "sim/harness/sweep/recheck.h"
#include "sim/kernel/sanitizers.h"

namespace harrow::harness {
namespace {

struct SeedTexts {
  std::string cause;
  std::string text;
  std::string output;
};

void WriteAll(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = write(fd, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(1);  // the parent is gone
    data += written;
    size -= static_cast<std::size_t>(written);
  }
}

// One write: a reader never sees a message without its texts for long.
void Send(int fd, SeedMessage message, const SeedTexts& texts) {
  message.cause_size = texts.cause.size();
  message.text_size = texts.text.size();
  message.output_size = texts.output.size();
  std::string bytes(sizeof(message), '\0');
  std::memcpy(bytes.data(), &message, sizeof(message));
  bytes += texts.cause + texts.text + texts.output;
  WriteAll(fd, bytes.data(), bytes.size());
}

std::uint64_t CpuUs() {
  timespec now{};
  // real clock: what a sweep costs, outside of every run
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

// Takes the next seed: its index is on record before it is taken, so that a worker killed in between loses none.
bool Claim(const WorkerTask& task, std::uint64_t* index) {
  *index = task.shared->next.load();
  do {
    if (*index >= task.remaining->size()) {
      task.slot->running.store(0);
      return false;
    }
    task.slot->running.store(*index + 1);
  } while (!task.shared->next.compare_exchange_weak(*index, *index + 1));
  return true;
}

void DescribeRun(const WorkerTask& task, const Scenario& scenario, const RunResult& result,
                 SeedMessage* message, SeedTexts* texts) {
  message->failure = result.failure;
  message->unknown = !result.failed() && result.counts.Get(Count::kUnknown) != 0;
  const std::size_t life = std::min<std::size_t>(result.place.life, scenario.lives.size() - 1);
  message->strategy = scenario.lives[life].schedule.strategy.kind;
  if (!result.failed()) return;
  if (const auto known = FindKnown(task.options->known, scenario, result)) {
    message->tally.known[*known] = 1;
    message->failure = FailureClass();
    return;
  }
  texts->text = DescribeFailure(scenario, result);
  texts->cause = CauseOfRun(result);
}

// A seed that is red already stays what it is.
void Recheck(const Scenario& scenario, const RunResult& result, SeedMessage* message,
             SeedTexts* texts) {
  message->tally.rechecked = 1;
  const RunResult again = RunScenario(scenario);
  if (again.hash == result.hash) return;
  texts->text += DescribeFirstDifference(scenario, result.hash, again.hash);
  if (message->failure.kind != FailureClass::Kind::kNone) return;
  message->failure.kind = FailureClass::Kind::kNotDeterministic;
  message->tally.known = {};
  message->unknown = false;
  texts->cause = ToText(message->failure);
}

// A sanitizer that goes on after a report keeps quiet about the next one like it: the worker must end.
void TakeSanitizerReport(SeedMessage* message, SeedTexts* texts) {
  const std::string headline = SanitizerHeadline(texts->output);
  if (headline.empty()) return;
  message->last = true;
  if (message->failure.kind != FailureClass::Kind::kNone) return;
  message->failure.kind = FailureClass::Kind::kDied;
  message->tally.known = {};
  message->unknown = false;
  texts->text = "sanitizer report: " + headline + "\n";
  texts->cause = CauseOfDeath(message->failure, texts->output);
}

void CatchOutput(int output) {
  std::fflush(stdout);
  if (lseek(output, 0, SEEK_CUR) == 0) return;
  [[maybe_unused]] const int truncated = ftruncate(output, 0);
  lseek(output, 0, SEEK_SET);
}

bool RunSeed(const WorkerTask& task, std::uint64_t index) {
  const SweepOptions& options = *task.options;
  const std::uint64_t position = task.remaining->At(index);
  CatchOutput(task.output);
  const std::uint64_t began_us = CpuUs();
  const Scenario scenario =
      GenerateScenario(options.space.SeedAt(options.shard, position), options.limits);
  const RunResult result = RunScenario(scenario);
  SeedMessage message;
  SeedTexts texts;
  message.index = index;
  message.hash = result.hash;
  message.tally = Tally::Of(scenario, result);
  DescribeRun(task, scenario, result, &message, &texts);
  if (options.recheck_one_in != 0 && position % options.recheck_one_in == 0)
    Recheck(scenario, result, &message, &texts);
  message.tally.cpu_us = CpuUs() - began_us;
  // What a target keeps from seed to seed must not be charged to a later one.
  message.last = options.memory_bytes != 0 && ResidentBytes(getpid()) > options.memory_bytes / 2;
  if (kernel::kSanitized || message.failure.kind != FailureClass::Kind::kNone) {
    std::fflush(stdout);
    texts.output = EndOfOutput(task.output);
    TakeSanitizerReport(&message, &texts);
  }
  Send(task.pipe, message, texts);
  return !message.last;
}

}  // namespace

std::string EndOfOutput(int output) {
  struct stat found {};
  if (fstat(output, &found) != 0) return {};
  const off_t kept = std::min<off_t>(found.st_size, kOutputKept);
  std::string text(static_cast<std::size_t>(kept), '\0');
  const ssize_t size = pread(output, text.data(), text.size(), found.st_size - kept);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return text;
}

std::uint64_t ResidentBytes(pid_t pid) {
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/%d/statm", static_cast<int>(pid));
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char text[128] = {};
  const ssize_t size = read(fd, text, sizeof(text) - 1);
  close(fd);
  std::uint64_t whole = 0;
  std::uint64_t resident = 0;
  if (size <= 0 || std::sscanf(text, "%" SCNu64 " %" SCNu64, &whole, &resident) != 2) return 0;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t MonotonicMs() {
  timespec now{};
  // real clock: progress and time limits of a sweep, outside of every run
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

void RunWorker(const WorkerTask& task) {
  dup2(task.output, STDOUT_FILENO);
  dup2(task.output, STDERR_FILENO);
  InstallCrashReports();
  std::uint64_t index = 0;
  while (!task.shared->stop.load() && Claim(task, &index)) {
    const bool going_on = RunSeed(task, index);
    task.slot->running.store(0);
    if (!going_on) return;
  }
}

}  // namespace harrow::harness
