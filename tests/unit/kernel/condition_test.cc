// Condition variables: spurious and lost wake-ups, timeouts, whom a signal wakes.
#include <gtest/gtest.h>
#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/kernel/options.h"

namespace harrow::kernel {
namespace {

using std::chrono::milliseconds;

TEST(ConditionTest, PingPong) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SimulationOptions options = Walk(seed);
    options.spurious_wakeup_one_in = seed % 3;
    int turns = 0;
    const Outcome outcome = Simulate(options, [&] {
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
    // One in one wakes for ever, but the other task gets its turn.
    ASSERT_EQ(outcome.end, End::kFinished) << outcome.detail;
    ASSERT_EQ(turns, 20);
  }
}

// A wait without a predicate returns before anybody signalled.
TEST(ConditionTest, SpuriousWakeupsHappenOnlyWhenAskedFor) {
  const auto early = [](std::uint64_t one_in, std::uint64_t seed) {
    SimulationOptions options = Walk(seed);
    options.spurious_wakeup_one_in = one_in;
    bool woke_early = false;
    Simulate(options, [&] {
      std::mutex mutex;
      std::condition_variable changed;
      bool signalled = false;
      std::thread waiter([&] {
        std::unique_lock<std::mutex> lock(mutex);
        if (signalled) return;
        changed.wait(lock);
        woke_early = !signalled;
      });
      {
        const std::lock_guard<std::mutex> lock(mutex);
        signalled = true;
      }
      changed.notify_one();
      waiter.join();
    });
    return woke_early;
  };
  int with = 0;
  int without = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    with += early(2, seed) ? 1 : 0;
    without += early(0, seed) ? 1 : 0;
  }
  EXPECT_GT(with, 5);
  EXPECT_EQ(without, 0);
}

TEST(ConditionTest, LostWakeupIsADeadlockThatNamesTheWaiter) {
  int deadlocks = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Outcome outcome = Simulate(Walk(seed), [] {
      std::mutex mutex;
      std::condition_variable changed;
      std::thread waiter([&] {
        pthread_setname_np(pthread_self(), "waiter");
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock);  // no predicate
      });
      changed.notify_one();
      waiter.join();
    });
    if (outcome.end != End::kDeadlock) continue;
    ++deadlocks;
    // The label depends on who used its object first.
    EXPECT_EQ(outcome.detail.substr(0, outcome.detail.size() - 1),
              "task 0 joins task 1 (waiter); task 1 (waiter) waits for a signal on condition ");
  }
  EXPECT_GT(deadlocks, 5);
  EXPECT_LT(deadlocks, 50);
}

TEST(ConditionTest, ASignalWakesTheLongestWaiter) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    std::string waited;
    std::string woken;
    const Outcome outcome = Simulate(Walk(seed), [&] {
      std::mutex mutex;
      std::condition_variable changed;
      std::vector<std::thread> threads;
      std::size_t waiting = 0;
      for (char name = 'a'; name < 'd'; ++name) {
        threads.emplace_back([&, name] {
          std::unique_lock<std::mutex> lock(mutex);
          ++waiting;
          {
            const HostMemory host;
            waited += name;
          }
          changed.wait(lock);
          const HostMemory host;
          woken += name;
        });
      }
      for (int i = 0; i < 3; ++i) {
        // Sleeping: nothing but the sleeper is left to run, so every task waits.
        std::this_thread::sleep_for(milliseconds(1));
        const std::lock_guard<std::mutex> lock(mutex);
        changed.notify_one();
      }
      for (std::thread& thread : threads) thread.join();
    });
    ASSERT_EQ(outcome.end, End::kFinished) << outcome.detail;
    ASSERT_EQ(woken, waited);
  }
}

TEST(ConditionTest, BroadcastWakesAll) {
  const Outcome outcome = Simulate(Walk(9), [] {
    std::mutex mutex;
    std::condition_variable changed;
    bool go = false;
    std::vector<std::thread> threads;
    for (int i = 0; i < 5; ++i) {
      threads.emplace_back([&] {
        std::unique_lock<std::mutex> lock(mutex);
        changed.wait(lock, [&] { return go; });
      });
    }
    std::this_thread::sleep_for(milliseconds(1));
    {
      const std::lock_guard<std::mutex> lock(mutex);
      go = true;
    }
    changed.notify_all();
    for (std::thread& thread : threads) thread.join();
  });
  EXPECT_EQ(outcome.end, End::kFinished) << outcome.detail;
}

TEST(ConditionTest, TimedWaitsEndAtTheirDeadlineOrAtTheSignal) {
  std::cv_status alone = std::cv_status::no_timeout;
  bool told = false;
  std::uint64_t alone_ns = 0;
  std::uint64_t told_ns = 0;
  const Outcome outcome = Simulate(Walk(4), [&] {
    std::mutex mutex;
    std::condition_variable changed;
    std::unique_lock<std::mutex> lock(mutex);
    alone = changed.wait_for(lock, milliseconds(250));
    alone_ns = NowNs();
    bool ready = false;
    std::thread other([&] {
      std::this_thread::sleep_for(milliseconds(10));
      const std::lock_guard<std::mutex> guard(mutex);
      ready = true;
      changed.notify_one();
    });
    told = changed.wait_until(lock, std::chrono::system_clock::now() + milliseconds(500),
                              [&] { return ready; });
    told_ns = NowNs();
    lock.unlock();
    other.join();
  });
  EXPECT_EQ(outcome.end, End::kFinished) << outcome.detail;
  EXPECT_EQ(alone, std::cv_status::timeout);
  EXPECT_EQ(alone_ns, 250'000'000U);
  EXPECT_TRUE(told);
  EXPECT_EQ(told_ns, 260'000'000U);
}

// A waiter that timed out still has to take the mutex back.
TEST(ConditionTest, TimedOutWaiterWaitsForTheMutex) {
  bool overlapped = false;
  const Outcome outcome = Simulate(Walk(6), [&] {
    std::mutex mutex;
    std::condition_variable never;
    bool held = false;
    std::thread waiter([&] {
      std::unique_lock<std::mutex> lock(mutex);
      never.wait_for(lock, milliseconds(5));
      overlapped = held;
    });
    std::this_thread::sleep_for(milliseconds(1));
    {
      const std::lock_guard<std::mutex> lock(mutex);
      held = true;
      std::this_thread::sleep_for(milliseconds(100));
      held = false;
    }
    waiter.join();
  });
  EXPECT_EQ(outcome.end, End::kFinished) << outcome.detail;
  EXPECT_FALSE(overlapped);
  EXPECT_EQ(outcome.virtual_ns, 101'000'000U);
}

TEST(ConditionTest, TimedMutexGivesUp) {
  bool got = true;
  std::uint64_t at = 0;
  const Outcome outcome = Simulate(Walk(6), [&] {
    std::timed_mutex mutex;
    mutex.lock();
    std::thread other([&] {
      got = mutex.try_lock_for(milliseconds(7));
      at = NowNs();
    });
    other.join();
    mutex.unlock();
  });
  EXPECT_EQ(outcome.end, End::kFinished) << outcome.detail;
  EXPECT_FALSE(got);
  EXPECT_EQ(at, 7'000'000U);
}

}  // namespace
}  // namespace harrow::kernel
