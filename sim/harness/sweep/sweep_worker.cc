#include "sim/harness/sweep/sweep_worker.h"

#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "sim/harness/generator.h"
#include "sim/harness/run.h"
#include "sim/harness/run_text.h"
#include "sim/harness/scenario.h"
#include "sim/harness/sweep/recheck.h"

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
void Send(int fd, MessageHeader header, const std::string& text) {
  header.text_size = text.size();
  std::string message(sizeof(header), '\0');
  std::memcpy(message.data(), &header, sizeof(header));
  message += text;
  WriteAll(fd, message.data(), message.size());
}

void SendFailure(int fd, std::uint64_t seed, FailureKind kind, std::uint64_t hash,
                 const std::string& text) {
  MessageHeader header;
  header.seed = seed;
  header.kind = kind;
  header.hash = hash;
  Send(fd, header, text);
}

void SendUnknown(int fd, std::uint64_t seed) {
  MessageHeader header;
  header.seed = seed;
  header.message = MessageKind::kUnknown;
  Send(fd, header, "");
}

// Takes the next seed: its index is on record before it is taken, so that a worker killed in between loses none.
bool Claim(const SweepOptions& options, SharedSweep* shared, WorkerSlot* slot) {
  std::uint64_t index = shared->next.load();
  do {
    if (index >= options.seeds) {
      slot->running.store(0);
      return false;
    }
    slot->started_ms.store(MonotonicMs());
    slot->running.store(index + 1);
  } while (!shared->next.compare_exchange_weak(index, index + 1));
  return true;
}

void RunSeed(const SweepOptions& options, std::uint64_t index, WorkerSlot* slot, int pipe) {
  const std::uint64_t seed = options.first_seed + index;
  const Scenario scenario = GenerateScenario(seed, options.limits);
  const RunResult result = RunScenario(scenario);
  if (result.failed()) {
    FailureKind kind = FailureKind::kRule;
    if (result.failure.kind == FailureClass::Kind::kMemory) kind = FailureKind::kMemory;
    if (result.failure.kind == FailureClass::Kind::kUnserved) kind = FailureKind::kUnserved;
    SendFailure(pipe, seed, kind, result.hash, DescribeFailure(scenario, result));
  } else if (result.counts.Get(Count::kUnknown) != 0) {
    SendUnknown(pipe, seed);
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
    if (!Claim(options, shared, slot)) return;
    RunSeed(options, slot->running.load() - 1, slot, pipe);
    slot->done.fetch_add(1);
    slot->running.store(0);
  }
}

}  // namespace harrow::harness
