// One program and one seed give one trace: in this process, in others, whatever the addresses, the
// compiler, the optimisation and the sanitizer.
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/kernel/options.h"

namespace harrow::kernel {
namespace {

// A little of everything.
void Program() {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<int, std::unique_ptr<std::mutex>> locks;
  int ready = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      std::unique_lock<std::mutex> lock(mutex);
      locks[i] = std::make_unique<std::mutex>();
      ++ready;
      changed.notify_all();
      changed.wait(lock, [&] { return ready == 3; });
      for (auto& [id, own] : locks) {
        const std::lock_guard<std::mutex> guard(*own);
        std::this_thread::sleep_for(std::chrono::microseconds(i));
      }
    });
  }
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  threads.emplace_back([&] { promise.set_value(1); });
  future.get();
  for (std::thread& thread : threads) thread.join();
}

std::uint64_t CombinedHash() {
  std::uint64_t combined = 0;
  for (const StrategyKind kind : {StrategyKind::kDefault, StrategyKind::kRandomWalk,
                                  StrategyKind::kPct, StrategyKind::kPos}) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      SimulationOptions options = With(kind, seed);
      options.spurious_wakeup_one_in = 4;
      combined = combined * 31 + HashOf(options, Program);
    }
  }
  return combined;
}

std::string Print(std::uint64_t hash) {
  char text[32];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

// What another process prints that runs this program's PrintsItsHash.
std::string HashElsewhere(const std::string& prefix) {
  const std::string command =
      prefix + " /proc/" + std::to_string(getpid()) +
      "/exe --gtest_color=no --gtest_filter=DeterminismTest.PrintsItsHash 2>/dev/null";
  std::FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "cannot start " + command;
  std::string output;
  char buffer[4096];
  for (std::size_t size; (size = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0;) {
    output.append(buffer, size);
  }
  pclose(pipe);
  const std::size_t at = output.find("trace hash ");
  return at == std::string::npos ? "no hash in: " + output : output.substr(at + 11, 16);
}

TEST(DeterminismTest, PrintsItsHash) {
  const std::uint64_t hash = CombinedHash();
  std::printf("trace hash %s\n", Print(hash).c_str());
  EXPECT_EQ(hash, CombinedHash());
}

TEST(DeterminismTest, OtherProcessesAgree) {
  const std::string here = Print(CombinedHash());
  EXPECT_EQ(HashElsewhere(""), here);
  EXPECT_EQ(HashElsewhere("setarch -R"), here);
  EXPECT_EQ(
      HashElsewhere("env MALLOC_ARENA_MAX=1 MALLOC_PERTURB_=165 LONG=" + std::string(5000, 'x')),
      here);
}

// The same in every build. It changes when a scheduling point, a strategy or the trace's hash does:
// then every recorded schedule changes its meaning, and the commit says so.
TEST(DeterminismTest, OtherBuildsAgree) { EXPECT_EQ(Print(CombinedHash()), "02e1e15406eef470"); }

TEST(DeterminismTest, RecordingChangesNothing) {
  Trace plain;
  Trace recorded(true);
  RunSimulation(Walk(3), plain, Program);
  RunSimulation(Walk(3), recorded, [] {
    CurrentTrace().Note(0, std::string(50, 'n'));
    Program();
    CurrentTrace().Annotate(std::string(50, 'a'));
  });
  EXPECT_EQ(plain.hash(), recorded.hash());
  EXPECT_EQ(plain.step(), recorded.step());
  EXPECT_TRUE(plain.events().empty());
  ASSERT_EQ(recorded.events().size(), recorded.step() + 1);
  EXPECT_EQ(recorded.events().back().hash, recorded.hash());
  EXPECT_EQ(recorded.events().back().kind, OpKind::kExit);
  EXPECT_EQ(recorded.events()[1].text, std::string(50, 'n'));
}

TEST(DeterminismTest, SeedsDiffer) {
  std::map<std::uint64_t, int> hashes;
  for (std::uint64_t seed = 0; seed < 100; ++seed) ++hashes[HashOf(Walk(seed), Program)];
  EXPECT_GT(hashes.size(), 95U);
}

// Off a task threads are real, before, between and after runs.
TEST(DeterminismTest, RealThreadsWorkOutsideARun) {
  for (int round = 0; round < 3; ++round) {
    std::mutex mutex;
    std::condition_variable changed;
    int ready = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        const std::vector<int> block(1000, 1);
        std::unique_lock<std::mutex> lock(mutex);
        ++ready;
        changed.notify_all();
        changed.wait(lock, [&] { return ready == 4; });
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(ready, 4);
    EXPECT_EQ(std::async(std::launch::async, [] { return 5; }).get(), 5);
    EXPECT_FALSE(OnTask());
    EXPECT_EQ(HashOf(Walk(1), Program), HashOf(Walk(1), Program));
  }
}

}  // namespace
}  // namespace harrow::kernel
