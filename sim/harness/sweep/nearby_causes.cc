// A run ends at the first rule that breaks, so what breaks first is taken out in turn: reads break rules while a life runs, images
// after it. The child writes each new cause to a pipe as it finds it; an alarm ends it.
#include "sim/harness/sweep/nearby_causes.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <set>

#include "sim/harness/run.h"
#include "sim/harness/sweep/cause.h"
#include "sim/harness/sweep/sweep_worker.h"
#include "sim/kernel/check.h"

namespace harrow::harness {
namespace {

using faults::CrashImageChoice;
using faults::Survivors;

constexpr std::uint64_t kSchedules = 6;  // the scenario's own, and others

constexpr Survivors kImages[] = {Survivors::kNone, Survivors::kAll, Survivors::kZeroTail,
                                 Survivors::kLeaveOneOut};

bool IsRead(const Operation& operation) {
  switch (operation.kind) {
    case Operation::Kind::kGet:
    case Operation::Kind::kScan:
    case Operation::Kind::kSnapshot:
    case Operation::Kind::kSnapshotGet:
    case Operation::Kind::kSnapshotScan:
    case Operation::Kind::kRelease:
    case Operation::Kind::kIterator:
    case Operation::Kind::kSnapshotIterator:
    case Operation::Kind::kSeek:
    case Operation::Kind::kSeekFirst:
    case Operation::Kind::kSeekLast:
    case Operation::Kind::kNext:
    case Operation::Kind::kPrev:
    case Operation::Kind::kDrop:
    case Operation::Kind::kInspect:
      return true;
    default:
      return false;
  }
}

void RemoveReads(Scenario* scenario) {
  for (LifePlan& life : scenario->lives) {
    for (ClientPlan& client : life.clients) std::erase_if(client.operations, &IsRead);
  }
}

void RemoveFaults(Scenario* scenario) {
  for (LifePlan& life : scenario->lives) life.faults = {};
}

// Every crash point of the last life, with one way for the medium to keep things.
void Explore(Scenario* scenario, Survivors survivors) {
  LifePlan& last = scenario->lives.back();
  CrashImageChoice choice;
  choice.survivors = survivors;
  last.explore.every = 1;
  last.explore.images = {choice};
}

void Redraw(Scenario* scenario, std::uint64_t draw) {
  for (LifePlan& life : scenario->lives) {
    if (life.clients.size() < 2) continue;
    life.schedule = {};
    life.schedule.strategy.kind = kernel::StrategyKind::kRandomWalk;
    life.schedule.strategy.seed = draw;
  }
}

void WriteLine(int fd, const std::string& line) {
  const std::string text = line + "\n";
  // Shorter than a pipe takes at once.
  if (write(fd, text.data(), text.size()) < 0) _exit(1);
}

[[noreturn]] void RunVariants(const Scenario& smallest, int fd) {
  std::set<std::string> known;
  for (const Scenario& variant : NearbyScenarios(smallest)) {
    const RunResult result = RunScenario(variant);
    if (result.failure.kind != FailureClass::Kind::kRule) continue;
    const std::string cause = CauseOfRun(result);
    if (known.insert(cause).second) WriteLine(fd, cause);
  }
  _exit(0);
}

std::string ReadUntil(int fd, std::uint64_t end_ms) {
  std::string text;
  char buffer[4096];
  while (true) {
    const std::uint64_t now = MonotonicMs();
    pollfd polled{fd, POLLIN, 0};
    const int ready = now < end_ms ? poll(&polled, 1, static_cast<int>(end_ms - now)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return text;
    const ssize_t size = read(fd, buffer, sizeof(buffer));
    if (size <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(size));
  }
}

std::vector<std::string> Lines(const std::string& text) {
  std::set<std::string> lines;
  std::size_t at = 0;
  // A line that was cut off does not count.
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', at)) {
    lines.insert(text.substr(at, end - at));
    at = end + 1;
  }
  return {lines.begin(), lines.end()};
}

}  // namespace

std::vector<Scenario> NearbyScenarios(const Scenario& smallest) {
  std::vector<Scenario> variants = {smallest};
  if (smallest.lives.empty()) return variants;
  for (std::uint64_t draw = 0; draw < kSchedules; ++draw) {
    for (const Survivors survivors : kImages) {
      Scenario variant = smallest;
      if (draw != 0) Redraw(&variant, draw);
      Explore(&variant, survivors);
      variants.push_back(variant);
      RemoveReads(&variant);
      variants.push_back(variant);
      RemoveFaults(&variant);
      variants.push_back(std::move(variant));
    }
  }
  return variants;
}

std::vector<std::string> NearbyCauses(const Scenario& smallest, std::uint64_t time_ms) {
  int ends[2];
  KERNEL_CHECK(pipe(ends) == 0);
  std::fflush(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  KERNEL_CHECK(child >= 0);
  if (child == 0) {
    close(ends[0]);
    // A terminal's Ctrl-C reaches the whole group; the parent decides.
    signal(SIGINT, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    RunVariants(smallest, ends[1]);
  }
  close(ends[1]);
  const std::string text = ReadUntil(ends[0], MonotonicMs() + time_ms);
  close(ends[0]);
  kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return Lines(text);
}

}  // namespace harrow::harness
