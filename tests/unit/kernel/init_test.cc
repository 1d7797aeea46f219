// Futures, once, function-local statics and exceptions on tasks.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <exception>
#include <future>
#include <latch>
#include <mutex>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/kernel/options.h"

namespace harrow::kernel {
namespace {

TEST(FutureTest, PromiseReachesTheWaiter) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    int got = 0;
    const Outcome outcome = Simulate(Walk(seed), [&] {
      std::promise<int> promise;
      std::future<int> future = promise.get_future();
      std::thread setter([&] { promise.set_value(7); });
      got = future.get();
      setter.join();
      std::future<int> later = std::async(std::launch::async, [] { return 35; });
      got += later.get();
    });
    ASSERT_EQ(outcome.end, End::kFinished) << outcome.detail;
    ASSERT_EQ(got, 42);
  }
}

TEST(FutureTest, TimedWaitTakesVirtualTime) {
  std::future_status status = std::future_status::ready;
  const Outcome outcome = Simulate(Walk(1), [&] {
    std::promise<void> promise;
    status = promise.get_future().wait_for(std::chrono::minutes(1));
  });
  EXPECT_EQ(outcome.end, End::kFinished) << outcome.detail;
  EXPECT_EQ(status, std::future_status::timeout);
  EXPECT_GE(outcome.virtual_ns, 60'000'000'000U);
}

TEST(FutureTest, BrokenPromiseIsADeadlockOnAFutex) {
  const Outcome outcome = Simulate(Walk(1), [] {
    std::promise<void> promise;
    promise.get_future().wait();
  });
  EXPECT_EQ(outcome.end, End::kDeadlock);
  EXPECT_EQ(outcome.detail, "task 0 waits for a wake-up on futex 1");
}

TEST(FutureTest, AtomicWaitLatchAndSemaphore) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    int inside_most = 0;
    const Outcome outcome = Simulate(Walk(seed), [&] {
      std::atomic<int> stage = 0;
      std::latch ready(3);
      std::counting_semaphore<2> slots(2);
      std::atomic<int> inside = 0;
      std::mutex mutex;
      std::vector<std::thread> threads;
      for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
          stage.wait(0);
          ready.count_down();
          slots.acquire();
          {
            const std::lock_guard<std::mutex> lock(mutex);
            inside_most = std::max(inside_most, ++inside);
          }
          std::this_thread::yield();
          --inside;
          slots.release();
        });
      }
      stage = 1;
      stage.notify_all();
      ready.wait();
      for (std::thread& thread : threads) thread.join();
    });
    ASSERT_EQ(outcome.end, End::kFinished) << outcome.detail;
    ASSERT_LE(inside_most, 2);
    ASSERT_GE(inside_most, 1);
  }
}

TEST(OnceTest, RunsOnceAndTheOthersWaitForIt) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    int runs = 0;
    std::atomic<bool> early = false;
    const Outcome outcome = Simulate(Walk(seed), [&] {
      std::once_flag once;
      bool ready = false;
      const auto use = [&] {
        std::call_once(once, [&] {
          ++runs;
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
          ready = true;
        });
        if (!ready) early = true;
      };
      std::thread a(use);
      std::thread b(use);
      a.join();
      b.join();
      use();
    });
    ASSERT_EQ(outcome.end, End::kFinished) << outcome.detail;
    ASSERT_EQ(runs, 1);
    ASSERT_FALSE(early);
  }
}

TEST(OnceTest, AThrowingRoutineIsTriedAgain) {
  int runs = 0;
  const Outcome outcome = Simulate(Walk(2), [&] {
    std::once_flag once;
    const auto use = [&] {
      try {
        std::call_once(once, [&] {
          if (++runs == 1) throw std::runtime_error("first");
        });
      } catch (const std::runtime_error&) {
      }
    };
    std::thread a(use);
    a.join();
    std::thread b(use);
    b.join();
    use();
  });
  EXPECT_EQ(outcome.end, End::kFinished) << outcome.detail;
  EXPECT_EQ(runs, 2);
}

int g_constructed = 0;

struct Slow {
  Slow() : text(200, 'x') {
    ++g_constructed;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::string text;
};

Slow& TheSlow() {
  static Slow slow;
  return slow;
}

// Its memory is the host's: it is intact after later runs reused the run's heap.
TEST(StaticTest, IsMadeOnceAndOutlivesTheRun) {
  std::uint64_t hashes[3];
  for (std::uint64_t& hash : hashes) {
    hash = HashOf(Walk(3), [] {
      std::mutex mutex;
      std::vector<std::thread> threads;
      for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
          if (TheSlow().text.size() != 200) Abort("half-made static");
          const std::lock_guard<std::mutex> lock(mutex);
        });
      }
      for (std::thread& thread : threads) thread.join();
    });
    Simulate(Walk(1), [] { const std::vector<char> waste(100'000, 'w'); });
  }
  EXPECT_EQ(g_constructed, 1);
  EXPECT_EQ(TheSlow().text, std::string(200, 'x'));
  EXPECT_EQ(hashes[1], hashes[2]);
}

struct Quick {
  Quick() {
    const std::lock_guard<std::mutex> lock(mutex);
    text.assign(100, 'q');
  }
  std::mutex mutex;
  std::string text;
};

// A constructor that need not wait leaves no trace: the first run is like the second.
TEST(StaticTest, MakingItIsNotPartOfTheSchedule) {
  const auto program = [] {
    static Quick quick;
    std::thread other([] { std::this_thread::yield(); });
    std::this_thread::yield();
    other.join();
  };
  const std::uint64_t first = HashOf(Walk(3), program);
  EXPECT_EQ(first, HashOf(Walk(3), program));
}

// A run that stops half-way through a construction leaves it to the next one.
TEST(StaticTest, ConstructionCutShortStartsAgain) {
  static int tries = 0;
  static int done = 0;
  const auto program = [](bool stop) {
    return Simulate(Walk(1), [stop] {
      struct Cut {
        explicit Cut(bool now) {
          ++tries;
          if (now) Abort("cut");
          ++done;
        }
      };
      static Cut cut(stop);
    });
  };
  EXPECT_EQ(program(true).end, End::kAborted);
  EXPECT_EQ(program(false).end, End::kFinished);
  EXPECT_EQ(tries, 2);
  EXPECT_EQ(done, 1);
}

TEST(ExceptionTest, TwoTasksInTheirHandlersKeepTheirOwn) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::atomic<int> right = 0;
    const Outcome outcome = Simulate(Walk(seed), [&] {
      const auto work = [&](const std::string& name) {
        for (int i = 0; i < 3; ++i) {
          try {
            throw std::runtime_error(name);
          } catch (const std::runtime_error&) {
            std::this_thread::yield();
            try {
              throw;
            } catch (const std::runtime_error& again) {
              std::this_thread::yield();
              if (again.what() == name && std::uncaught_exceptions() == 0) ++right;
            }
          }
          if (std::current_exception() != nullptr) right = -1000;
        }
      };
      std::thread a(work, "a");
      std::thread b(work, "b");
      work("c");
      a.join();
      b.join();
    });
    ASSERT_EQ(outcome.end, End::kFinished) << outcome.detail;
    ASSERT_EQ(right, 9);
  }
}

TEST(ExceptionTest, LeavingATaskEndsTheRunAndIsNamed) {
  const Outcome outcome = Simulate(Walk(1), [] {
    std::thread other([] { throw std::runtime_error("lost"); });
    other.join();
  });
  EXPECT_EQ(outcome.end, End::kAborted);
  EXPECT_EQ(outcome.detail, "an exception left task 1: lost");
  EXPECT_EQ(std::current_exception(), nullptr);
}

TEST(LimitsTest, AreTheSameOnEveryMachine) {
  rlimit files{};
  rlimit memory{};
  Simulate(Walk(1), [&] {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
    EXPECT_EQ(getrlimit(RLIMIT_AS, &memory), 0);
    EXPECT_EQ(sysconf(_SC_PAGESIZE), 4096);
    EXPECT_EQ(geteuid(), 0U);
  });
  EXPECT_EQ(files.rlim_cur, 1024U);
  EXPECT_EQ(files.rlim_max, 1U << 20);
  EXPECT_EQ(memory.rlim_cur, RLIM_INFINITY);
}

// The process that simulates stays as it was.
TEST(PriorityTest, ChangesNothing) {
  const int before = getpriority(PRIO_PROCESS, 0);
  Simulate(Walk(1), [] {
    EXPECT_EQ(nice(7), 7);
    EXPECT_EQ(nice(100), 19);
    EXPECT_EQ(setpriority(PRIO_PROCESS, 0, 9), 0);
    EXPECT_EQ(getpriority(PRIO_PROCESS, 0), 0);
  });
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), before);
}

TEST(ErrnoTest, BelongsToTheTask) {
  std::atomic<int> wrong = 0;
  Simulate(Walk(3), [&] {
    const auto work = [&](int value) {
      for (int i = 0; i < 20; ++i) {
        errno = value;
        std::this_thread::yield();
        if (errno != value) ++wrong;
      }
    };
    std::thread a(work, 11);
    std::thread b(work, 22);
    a.join();
    b.join();
  });
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace harrow::kernel
