// What the strategies promise: distributions, the PCT bound, deadlocks found, recorded and replayed.
#include "sim/kernel/strategy.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/kernel/options.h"

namespace harrow::kernel {
namespace {

Op Make(OpKind kind, std::uint32_t object, bool writes = true) { return Op{kind, writes, object}; }

TEST(RacingTest, DependsOnKindsObjectAndWrites) {
  EXPECT_TRUE(Racing(Make(OpKind::kLock, 1), Make(OpKind::kLock, 1)));
  EXPECT_FALSE(Racing(Make(OpKind::kLock, 1), Make(OpKind::kLock, 2)));
  EXPECT_FALSE(Racing(Make(OpKind::kLock, 0), Make(OpKind::kLock, 0)));
  EXPECT_FALSE(Racing(Make(OpKind::kLock, 1), Make(OpKind::kUnlock, 1)));
  EXPECT_FALSE(Racing(Make(OpKind::kReadLock, 1, false), Make(OpKind::kReadLock, 1, false)));
  EXPECT_TRUE(Racing(Make(OpKind::kReadLock, 1, false), Make(OpKind::kLock, 1)));
  EXPECT_TRUE(Racing(Make(OpKind::kWait, 3), Make(OpKind::kBroadcast, 3)));
  EXPECT_TRUE(Racing(Make(OpKind::kSignal, 3), Make(OpKind::kWait, 3)));
  EXPECT_FALSE(Racing(Make(OpKind::kWait, 3), Make(OpKind::kWait, 3)));
  EXPECT_TRUE(Racing(Make(OpKind::kFile, 4), Make(OpKind::kFile, 4, false)));
  EXPECT_FALSE(Racing(Make(OpKind::kFile, 4, false), Make(OpKind::kFile, 4, false)));
  EXPECT_TRUE(Racing(Make(OpKind::kFutexWait, 5), Make(OpKind::kFutexWake, 5)));
  EXPECT_FALSE(Racing(Make(OpKind::kYield, 0), Make(OpKind::kYield, 0)));
}

// Two tasks of `steps` steps each behind a gate; returns the order as text.
std::string GatedOrder(const SimulationOptions& options, int steps) {
  std::string order;
  Simulate(options, [&] {
    std::mutex mutex;
    std::condition_variable opened;
    bool open = false;
    const auto work = [&](char name) {
      {
        std::unique_lock<std::mutex> lock(mutex);
        opened.wait(lock, [&] { return open; });
      }
      for (int i = 0; i < steps; ++i) {
        Point(Op{OpKind::kFile, true, 1});
        const HostMemory host;
        order += name;
      }
    };
    std::thread a(work, 'a');
    std::thread b(work, 'b');
    std::this_thread::sleep_for(std::chrono::seconds(1));
    {
      const std::lock_guard<std::mutex> lock(mutex);
      open = true;
    }
    opened.notify_all();
    a.join();
    b.join();
  });
  return order;
}

TEST(StrategyTest, RandomisedOnesReachEveryOrderOfTwoTasks) {
  for (const StrategyKind kind : {StrategyKind::kRandomWalk, StrategyKind::kPos}) {
    std::map<std::string, int> counts;
    for (std::uint64_t seed = 0; seed < 6000; ++seed) ++counts[GatedOrder(With(kind, seed), 3)];
    EXPECT_EQ(counts.size(), 20U);  // 6! / (3! 3!)
    for (const auto& [order, count] : counts) EXPECT_GT(count, 20) << order;
  }
}

// PCT with d - 1 change points makes at most d - 1 preemptions (and one switch at the end).
TEST(StrategyTest, PctPreemptsAtMostDepthMinusOneTimes) {
  std::map<std::string, int> counts;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    SimulationOptions options = With(StrategyKind::kPct, seed);
    options.strategy.depth = 1;
    ++counts[GatedOrder(options, 4)];
  }
  EXPECT_EQ(counts.size(), 2U);
  EXPECT_NEAR(counts["aaaabbbb"], 1500, 200);
  EXPECT_NEAR(counts["bbbbaaaa"], 1500, 200);
}

TEST(StrategyTest, DefaultNeverPreempts) {
  EXPECT_EQ(GatedOrder(With(StrategyKind::kDefault, 1), 5), "aaaaabbbbb");
  const Outcome outcome = Simulate(With(StrategyKind::kDefault, 1), [] {
    std::mutex mutex;
    std::thread other([&] { const std::lock_guard<std::mutex> lock(mutex); });
    mutex.lock();
    mutex.unlock();
    other.join();
  });
  EXPECT_EQ(outcome.end, End::kFinished) << outcome.detail;
  EXPECT_EQ(outcome.preemptions, 0U);
}

// A bug of depth 2: b must run between two given steps of a. PCT's bound is 1 / (n k).
TEST(StrategyTest, PctFindsAnOrderingBugAtLeastAsOftenAsItsBound) {
  constexpr std::uint64_t kRuns = 4000;
  std::uint64_t found = 0;
  std::uint64_t most_choices = 0;
  for (std::uint64_t seed = 0; seed < kRuns; ++seed) {
    SimulationOptions options = With(StrategyKind::kPct, seed);
    options.strategy.depth = 2;
    options.strategy.expected_steps = 26;
    std::atomic<bool> bug = false;
    const Outcome outcome = Simulate(options, [&] {
      std::atomic<int> stage = 0;
      std::thread a([&] {
        for (int i = 0; i < 10; ++i) {
          Point(Op{OpKind::kFile, true, 1});
          stage = i;
        }
      });
      std::thread b([&] {
        Point(Op{OpKind::kFile, true, 1});
        if (stage == 7) bug = true;
      });
      a.join();
      b.join();
    });
    found += bug ? 1 : 0;
    most_choices = std::max(most_choices, outcome.choices);
  }
  EXPECT_LE(most_choices, 26U);
  EXPECT_GE(found, kRuns / (3 * 26));
  EXPECT_LT(found, kRuns / 2);
}

void Abba() {
  std::mutex first;
  std::mutex second;
  std::thread a([&] {
    pthread_setname_np(pthread_self(), "a");
    const std::lock_guard<std::mutex> one(first);
    const std::lock_guard<std::mutex> two(second);
  });
  std::thread b([&] {
    pthread_setname_np(pthread_self(), "b");
    const std::lock_guard<std::mutex> two(second);
    const std::lock_guard<std::mutex> one(first);
  });
  a.join();
  b.join();
}

TEST(ReplayTest, DeadlockIsFoundAndItsDeviationsGiveTheSameTrace) {
  for (const StrategyKind kind : kRandomised) {
    int found = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      SimulationOptions options = With(kind, seed);
      options.record_deviations = true;
      Trace trace;
      const Outcome outcome = RunSimulation(options, trace, Abba);
      if (outcome.end == End::kDeadlock) {
        ++found;
        EXPECT_NE(outcome.detail.find("task 1 (a) waits for mutex"), std::string::npos);
        EXPECT_NE(outcome.detail.find(", held by task 2 (b)"), std::string::npos);
        EXPECT_NE(outcome.detail.find(", held by task 1 (a)"), std::string::npos);
      }
      SimulationOptions replay;
      replay.replay = true;
      replay.record_deviations = true;
      replay.deviations = outcome.deviations;
      Trace again;
      const Outcome repeated = RunSimulation(replay, again, Abba);
      ASSERT_EQ(again.hash(), trace.hash());
      ASSERT_EQ(repeated.end, outcome.end);
      ASSERT_EQ(repeated.detail, outcome.detail);
      ASSERT_EQ(repeated.misfits, 0U);
      ASSERT_EQ(repeated.deviations, outcome.deviations);
    }
    EXPECT_GT(found, 5) << "strategy " << static_cast<int>(kind);
    EXPECT_LT(found, 190);
  }
}

void SignalledOnce(int rounds) {
  std::mutex mutex;
  std::condition_variable changed;
  int round = 0;
  std::thread other([&] {
    for (int i = 0; i < rounds; ++i) {
      const std::lock_guard<std::mutex> lock(mutex);
      ++round;
      changed.notify_all();
    }
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return round == rounds; });
  }
  other.join();
}

TEST(ReplayTest, SpuriousWakeupsAreDeviationsToo) {
  bool some = false;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SimulationOptions options = Walk(seed);
    options.spurious_wakeup_one_in = 3;
    options.record_deviations = true;
    Trace trace;
    const Outcome outcome = RunSimulation(options, trace, [] { SignalledOnce(3); });
    for (const Deviation& deviation : outcome.deviations) {
      some |= deviation.kind == Deviation::Kind::kSpuriousWakeup;
    }
    SimulationOptions replay;
    replay.replay = true;
    replay.deviations = outcome.deviations;
    Trace again;
    const Outcome repeated = RunSimulation(replay, again, [] { SignalledOnce(3); });
    ASSERT_EQ(again.hash(), trace.hash());
    ASSERT_EQ(repeated.misfits, 0U);
  }
  EXPECT_TRUE(some);
}

TEST(ReplayTest, IsLenientAndCountsWhatDoesNotFit) {
  SimulationOptions options = Walk(5);
  options.record_deviations = true;
  const Outcome longer = Simulate(options, [] { SignalledOnce(6); });
  ASSERT_GT(longer.deviations.size(), 3U);
  SimulationOptions replay;
  replay.replay = true;
  replay.deviations = longer.deviations;
  // The program became shorter: what is past its end does not fit, and it still ends well.
  const Outcome shorter = Simulate(replay, [] { SignalledOnce(1); });
  EXPECT_EQ(shorter.end, End::kFinished) << shorter.detail;
  EXPECT_GT(shorter.misfits, 0U);
  EXPECT_LT(shorter.misfits, longer.deviations.size());
  // A departure to a task that does not exist, and one at a place that never comes.
  replay.deviations = {
      {Deviation::Kind::kSwitch, 1, 2, 3},
      {Deviation::Kind::kSwitch, longer.deviations[0].task, longer.deviations[0].step, 12345}};
  Trace lenient;
  Trace plain;
  EXPECT_EQ(RunSimulation(replay, lenient, [] { SignalledOnce(6); }).misfits, 2U);
  replay.deviations.clear();
  EXPECT_EQ(RunSimulation(replay, plain, [] { SignalledOnce(6); }).misfits, 0U);
  EXPECT_EQ(lenient.hash(), plain.hash());
}

// Fewer departures, fewer preemptions: what shrinking rests on.
TEST(ReplayTest, EveryPrefixOfTheListRuns) {
  SimulationOptions options = Walk(11);
  options.record_deviations = true;
  const Outcome full = Simulate(options, Abba);
  SimulationOptions replay;
  replay.replay = true;
  for (std::size_t count = 0; count <= full.deviations.size(); ++count) {
    replay.deviations.assign(full.deviations.begin(),
                             full.deviations.begin() + static_cast<std::ptrdiff_t>(count));
    const Outcome outcome = Simulate(replay, Abba);
    EXPECT_LE(outcome.preemptions, count);
  }
}

}  // namespace
}  // namespace harrow::kernel
