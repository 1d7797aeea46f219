// Ordinary std::thread programs on the simulated machine.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/kernel/simulation.h"

namespace harrow::kernel {
namespace {

SimulationOptions Walk(std::uint64_t seed) {
  SimulationOptions options;
  options.strategy.kind = StrategyKind::kRandomWalk;
  options.strategy.seed = seed;
  return options;
}

TEST(ThreadsTest, MutexKeepsTasksApart) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    int counter = 0;
    int inside = 0;
    bool overlapped = false;
    Trace trace;
    const Outcome outcome = RunSimulation(Walk(seed), trace, [&] {
      std::mutex mutex;
      std::vector<std::thread> threads;
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
          for (int j = 0; j < 5; ++j) {
            const std::lock_guard<std::mutex> lock(mutex);
            overlapped |= ++inside != 1;
            const int seen = counter;
            std::this_thread::yield();
            counter = seen + 1;
            --inside;
          }
        });
      }
      for (std::thread& thread : threads) thread.join();
    });
    ASSERT_EQ(outcome.end, End::kFinished) << outcome.detail;
    ASSERT_EQ(counter, 20);
    ASSERT_FALSE(overlapped);
    ASSERT_EQ(outcome.tasks, 5U);
  }
}

TEST(ThreadsTest, ConditionVariablePingPong) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    int turns = 0;
    Trace trace;
    const Outcome outcome = RunSimulation(Walk(seed), trace, [&] {
      std::mutex mutex;
      std::condition_variable changed;
      int turn = 0;
      const auto play = [&](int me) {
        for (int i = 0; i < 10; ++i) {
          std::unique_lock<std::mutex> lock(mutex);
          changed.wait(lock, [&] { return turn == me; });
          turn = 1 - me;
          ++turns;
          changed.notify_one();
        }
      };
      std::thread other(play, 1);
      play(0);
      other.join();
    });
    ASSERT_EQ(outcome.end, End::kFinished) << outcome.detail;
    ASSERT_EQ(turns, 20);
  }
}

}  // namespace
}  // namespace harrow::kernel
