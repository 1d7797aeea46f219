#include "sim/harness/sweep_worker.h"

#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "sim/harness/generator.h"
#include "sim/harness/recheck.h"
#include "sim/harness/run.h"
#include "sim/harness/run_text.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {
namespace {

void WriteAll(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = write(fd, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(1);  // the parent is gone
    data += written;
    size -= static_cast<std::size_t>(written);
  }
}

// One write for header and text: a reader never sees a header without its text for long.
void SendFailure(int fd, std::uint64_t seed, FailureKind kind, std::uint64_t hash,
                 const std::string& text) {
  FailureHeader header;
  header.seed = seed;
  header.kind = kind;
  header.hash = hash;
  header.text_size = text.size();
  std::string message(sizeof(header), '\0');
  std::memcpy(message.data(), &header, sizeof(header));
  message += text;
  WriteAll(fd, message.data(), message.size());
}

void RunSeed(const SweepOptions& options, std::uint64_t index, WorkerSlot* slot, int pipe) {
  const std::uint64_t seed = options.first_seed + index;
  const Scenario scenario = GenerateScenario(seed, options.limits);
  const RunResult result = RunScenario(scenario);
  if (!result.verdict.ok()) {
    SendFailure(pipe, seed, FailureKind::kRule, result.hash, DescribeFailure(scenario, result));
  }
  if (options.recheck_one_in != 0 && index % options.recheck_one_in == 0) {
    slot->rechecked.fetch_add(1);
    const RunResult again = RunScenario(scenario);
    if (again.hash != result.hash) {
      SendFailure(pipe, seed, FailureKind::kNotDeterministic, result.hash,
                  DescribeFirstDifference(scenario, result.hash, again.hash));
    }
  }
  slot->counts.Add(result.counts);
}

}  // namespace

std::uint64_t MonotonicMs() {
  timespec now{};
  // real clock: progress and time limits of a sweep, outside of every run
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

void RunWorker(const SweepOptions& options, SharedSweep* shared, WorkerSlot* slot, int pipe) {
  while (!shared->stop.load()) {
    const std::uint64_t index = shared->next.fetch_add(1);
    if (index >= options.seeds) return;
    slot->started_ms.store(MonotonicMs());
    slot->running.store(index + 1);
    RunSeed(options, index, slot, pipe);
    slot->done.fetch_add(1);
    slot->running.store(0);
  }
}

}  // namespace harrow::harness
