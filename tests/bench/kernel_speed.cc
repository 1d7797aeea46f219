// What the simulated machine costs, in ns: scheduling points, switches, tasks, whole runs, the trace,
// and how the run's heap compares with draining the tasks.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sim/kernel/simulation.h"

namespace harrow::kernel {
namespace {

// CPU time, and the best of ten, so that a neighbour on the machine does not count.
std::uint64_t CpuNs() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

void Measure(const char* name, std::uint64_t operations, const std::function<void()>& body) {
  std::uint64_t best = ~std::uint64_t{0};
  for (int i = 0; i < 10; ++i) {
    const std::uint64_t begin = CpuNs();
    body();
    best = std::min(best, CpuNs() - begin);
  }
  std::printf("%-58s %9.1f ns\n", name,
              static_cast<double>(best) / static_cast<double>(operations));
}

SimulationOptions With(StrategyKind kind) {
  SimulationOptions options;
  options.strategy.kind = kind;
  options.strategy.seed = 1;
  options.step_limit = ~std::uint64_t{0};
  return options;
}

void Run(const SimulationOptions& options, const std::function<void()>& root) {
  Trace trace;
  const Outcome outcome = RunSimulation(options, trace, root);
  if (outcome.end != End::kFinished && outcome.end != End::kStopped) {
    std::printf("unexpected end: %s\n", outcome.detail.c_str());
    std::exit(1);
  }
}

void Points() {
  constexpr std::uint64_t kCount = 400'000;
  const auto points = [] {
    for (std::uint64_t i = 0; i < kCount; ++i) Point(Op{OpKind::kFile, true, 1});
  };
  Measure("point, one task", kCount, [&] { Run(With(StrategyKind::kDefault), points); });
  Measure("lock and unlock of a mutex, one task (two points)", kCount, [&] {
    Run(With(StrategyKind::kDefault), [] {
      std::mutex mutex;
      for (std::uint64_t i = 0; i < kCount; ++i) {
        mutex.lock();
        mutex.unlock();
      }
    });
  });
  const auto two_tasks = [&] {
    std::thread other(points);
    points();
    other.join();
  };
  Measure("point, two tasks, choice without a switch (default)", 2 * kCount,
          [&] { Run(With(StrategyKind::kDefault), two_tasks); });
  Measure("point, two tasks, half of them switch (random walk)", 2 * kCount,
          [&] { Run(With(StrategyKind::kRandomWalk), two_tasks); });
  Measure("point, two tasks, half of them switch (POS)", 2 * kCount,
          [&] { Run(With(StrategyKind::kPos), two_tasks); });
  Measure("yield, two tasks, every one switches", 2 * kCount, [&] {
    Run(With(StrategyKind::kDefault), [] {
      const auto yields = [] {
        for (std::uint64_t i = 0; i < kCount; ++i) std::this_thread::yield();
      };
      std::thread other(yields);
      yields();
      other.join();
    });
  });
}

void Lives() {
  constexpr std::uint64_t kRuns = 20'000;
  Measure("a run of one empty task", kRuns, [] {
    const std::function<void()> nothing = [] {};
    const SimulationOptions options = With(StrategyKind::kRandomWalk);
    for (std::uint64_t i = 0; i < kRuns; ++i) Run(options, nothing);
  });
  Measure("std::thread started and joined, in a run of 60", kRuns / 100 * 60, [] {
    const SimulationOptions options = With(StrategyKind::kDefault);
    for (std::uint64_t i = 0; i < kRuns / 100; ++i) {
      Run(options, [] {
        for (int j = 0; j < 60; ++j) std::thread([] {}).join();
      });
    }
  });
  Measure("Trace::Add, not recorded", 10'000'000, [] {
    Trace trace;
    for (std::uint64_t i = 0; i < 10'000'000; ++i) trace.Add(1, OpKind::kLock, 3, i, 0);
    if (trace.hash() == 1) std::printf("-");
  });
}

// Four tasks that hold a few hundred blocks each and wait; then the run is over.
void Blocks(bool drain, bool glibc) {
  std::mutex mutex;
  std::condition_variable changed;
  bool over = false;
  const auto work = [&] {
    std::optional<HostMemory> host;
    if (glibc) host.emplace();
    std::vector<std::string*> blocks;
    for (std::size_t i = 0; i < 300; ++i) blocks.push_back(new std::string(20 + i % 200, 'b'));
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return over; });
    lock.unlock();
    for (std::string* block : blocks) delete block;
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  if (!drain) Stop();
  {
    const std::lock_guard<std::mutex> lock(mutex);
    over = true;
  }
  changed.notify_all();
  for (std::thread& thread : threads) thread.join();
}

void HeapAgainstDrain() {
  constexpr std::uint64_t kRuns = 500;
  const SimulationOptions options = With(StrategyKind::kRandomWalk);
  Measure("run of 4 x 300 blocks, stopped, run heap", kRuns, [&] {
    for (std::uint64_t i = 0; i < kRuns; ++i) Run(options, [] { Blocks(false, false); });
  });
  Measure("the same, drained, run heap", kRuns, [&] {
    for (std::uint64_t i = 0; i < kRuns; ++i) Run(options, [] { Blocks(true, false); });
  });
  Measure("the same, drained, glibc's heap", kRuns, [&] {
    for (std::uint64_t i = 0; i < kRuns; ++i) Run(options, [] { Blocks(true, true); });
  });
}

}  // namespace
}  // namespace harrow::kernel

int main() {
  harrow::kernel::Points();
  harrow::kernel::Lives();
  harrow::kernel::HeapAgainstDrain();
  return 0;
}
