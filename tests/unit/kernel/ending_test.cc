// The ways a run ends early, and that nothing of it reaches the next one.
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sim/kernel/run_heap.h"
#include "sim/kernel/sanitizers.h"
#include "tests/unit/kernel/options.h"

namespace harrow::kernel {
namespace {

// Many tasks, some waiting, one of which stops the machine at its `stop_at`th turn; 0: never.
void Crowd(int stop_at, std::uintptr_t* address) {
  std::mutex mutex;
  std::condition_variable changed;
  int turns = 0;
  std::vector<std::thread> threads;
  const std::string text(100, 't');
  if (address != nullptr) *address = reinterpret_cast<std::uintptr_t>(text.data());
  for (int i = 0; i < 10; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 4; ++j) {
        std::unique_lock<std::mutex> lock(mutex);
        const std::vector<int> block(static_cast<std::size_t>(50 * i + j));
        if (++turns == stop_at) Stop();
        if (Dropped()) return;
        changed.notify_one();
        changed.wait_for(lock, std::chrono::milliseconds(1));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// As LevelDB's worker: let go of, and never ended.
void LetGo(std::mutex* mutex, std::condition_variable* never, int* woken) {
  std::thread([=] {
    std::unique_lock<std::mutex> lock(*mutex);
    never->wait(lock, [woken] { return *woken == 2; });
    for (;;) never->wait(lock);
  }).detach();
}

TEST(EndingTest, AProcessEndsWithItsMainWhateverDetachedThreadsWaitFor) {
  std::mutex mutex;
  std::condition_variable never;
  int woken = 0;
  const Outcome outcome = Simulate(Walk(1), [&] { LetGo(&mutex, &never, &woken); });
  EXPECT_EQ(outcome.end, End::kFinished) << outcome.detail;
}

TEST(EndingTest, AWaitingThreadThatWasNotDetachedIsADeadlock) {
  std::mutex mutex;
  std::condition_variable never;
  int woken = 0;
  const Outcome outcome = Simulate(Walk(1), [&] {
    LetGo(&mutex, &never, &woken);
    std::unique_lock<std::mutex> lock(mutex);
    never.wait(lock, [&] { return woken == 1; });
  });
  EXPECT_EQ(outcome.end, End::kDeadlock);
}

TEST(EndingTest, StopEndsAtOnceAndTheNextRunIsAsTheFirst) {
  std::uintptr_t first_address = 0;
  Trace first;
  RunSimulation(Walk(1), first, [&] { Crowd(0, &first_address); });
  std::vector<std::uint64_t> hashes;
  for (int round = 0; round < 3; ++round) {
    for (int stop_at = 1; stop_at < 30; ++stop_at) {
      Trace cut;
      const Outcome outcome = RunSimulation(Walk(1), cut, [&] { Crowd(stop_at, nullptr); });
      ASSERT_EQ(outcome.end, End::kStopped) << outcome.detail;
      if (round == 0) {
        hashes.push_back(cut.hash());
      } else {
        ASSERT_EQ(hashes[static_cast<std::size_t>(stop_at) - 1], cut.hash());
      }
      ASSERT_EQ(cut.step() < first.step(), true);
    }
    std::uintptr_t address = 0;
    Trace again;
    const Outcome outcome = RunSimulation(Walk(1), again, [&] { Crowd(0, &address); });
    ASSERT_EQ(outcome.end, End::kFinished) << outcome.detail;
    ASSERT_EQ(again.hash(), first.hash());
    if (!kSanitized) {
      ASSERT_EQ(address, first_address);
      ASSERT_TRUE(run_heap::Owns(reinterpret_cast<const void*>(address)));
    }
  }
}

TEST(EndingTest, WhatIsWrittenUnderHostMemoryOutlivesTheRun) {
  std::vector<std::string> kept;
  Simulate(Walk(1), [&] {
    for (int i = 0; i < 20; ++i) {
      const std::string on_task(100, static_cast<char>('a' + i));
      const HostMemory host;
      kept.push_back(on_task);
    }
    Stop();
  });
  Simulate(Walk(1), [] { const std::vector<char> waste(1'000'000, 'w'); });
  ASSERT_EQ(kept.size(), 20U);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(kept[static_cast<std::size_t>(i)], std::string(100, static_cast<char>('a' + i)));
  }
}

TEST(EndingTest, StepLimitEndsASpinAndSaysWho) {
  SimulationOptions options = Walk(1);
  options.step_limit = 500;
  const Outcome outcome = Simulate(options, [] {
    std::atomic<bool> never = false;
    while (!never) std::this_thread::yield();
  });
  EXPECT_EQ(outcome.end, End::kStepLimit);
  EXPECT_EQ(outcome.detail, "step limit of 500 reached by task 0");
  EXPECT_EQ(outcome.steps, 501U);
}

TEST(EndingTest, SelfDeadlockNamesItsHolder) {
  const Outcome outcome = Simulate(Walk(1), [] {
    std::mutex mutex;
    mutex.lock();
    mutex.lock();
  });
  EXPECT_EQ(outcome.end, End::kDeadlock);
  EXPECT_EQ(outcome.detail, "task 0 waits for mutex 1, held by task 0");
}

TEST(EndingTest, MisusedMutexesAreNamed) {
  const Outcome free = Simulate(Walk(1), [] {
    std::mutex mutex;
    mutex.unlock();
  });
  EXPECT_EQ(free.end, End::kAborted);
  EXPECT_EQ(free.detail, "pthread_mutex_unlock: task 0 does not hold mutex 1, which is free");
  const Outcome stolen = Simulate(Walk(1), [] {
    std::mutex mutex;
    mutex.lock();
    std::thread other([&] { mutex.unlock(); });
    other.join();
  });
  EXPECT_EQ(stolen.detail,
            "pthread_mutex_unlock: task 1 does not hold mutex 1, which is held by task 0");
  const Outcome destroyed = Simulate(Walk(1), [] {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    pthread_mutex_destroy(&mutex);
  });
  EXPECT_EQ(destroyed.end, End::kAborted);
  EXPECT_EQ(destroyed.detail, "pthread_mutex_destroy: mutex 1 is held by task 0");
}

TEST(EndingTest, AZeroedOrCopiedMutexIsAFreshOne) {
  bool fresh = false;
  bool copy_free = false;
  const Outcome outcome = Simulate(Walk(1), [&] {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    pthread_mutex_t copy = mutex;
    copy_free = pthread_mutex_trylock(&copy) == 0;
    pthread_mutex_unlock(&copy);
    mutex = PTHREAD_MUTEX_INITIALIZER;
    fresh = pthread_mutex_trylock(&mutex) == 0;
    pthread_mutex_unlock(&mutex);
  });
  EXPECT_EQ(outcome.end, End::kFinished) << outcome.detail;
  EXPECT_TRUE(fresh);
  EXPECT_TRUE(copy_free);
}

#if !defined(HARROW_TSAN)  // which remembers the abandoned task as the holder
// A host's mutex that a stopped run left locked is free outside, and in the next run.
TEST(EndingTest, MutexOfTheHostLeftLockedIsFreeAfterwards) {
  static std::mutex mutex;
  for (int i = 0; i < 3; ++i) {
    const Outcome outcome = Simulate(Walk(1), [] {
      mutex.lock();
      Abort("left locked");
    });
    ASSERT_EQ(outcome.detail, "left locked");
    ASSERT_TRUE(mutex.try_lock());
    mutex.unlock();
  }
}
#endif

TEST(EndingTest, TerminateOnATaskEndsTheRunOnly) {
  const Outcome outcome = Simulate(Walk(1), [] { const std::thread never_joined([] {}); });
  EXPECT_EQ(outcome.end, End::kAborted);
  EXPECT_EQ(outcome.detail, "std::terminate was called on task 0");
  EXPECT_EQ(Simulate(Walk(1), [] {}).end, End::kFinished);
}

TEST(EndingTest, UnsupportedCallsAreNamed) {
  EXPECT_EQ(Simulate(Walk(1), [] { pthread_exit(nullptr); }).detail,
            "pthread_exit is not simulated");
  EXPECT_EQ(Simulate(Walk(1), [] { syscall(1'000'000); }).detail,
            "syscall(1000000) is not simulated");
}

std::size_t ResidentPages() {
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  unsigned long size = 0;
  unsigned long resident = 0;
  if (file == nullptr || std::fscanf(file, "%lu %lu", &size, &resident) != 2) resident = 0;
  if (file != nullptr) std::fclose(file);
  return resident;
}

// Runs that are cut short give everything back: stacks, heap, also a large one.
TEST(EndingTest, MemoryStaysFlat) {
  if (kSanitized) return;  // there a stopped run is drained, and the allocator keeps a quarantine
  const auto runs = [](int count) {
    for (int i = 0; i < count; ++i) {
      Simulate(Walk(static_cast<std::uint64_t>(i)), [i] {
        if (i % 100 == 0) {
          std::vector<char> large(50'000'000, 'l');
          std::this_thread::yield();
        }
        Crowd(1 + i % 25, nullptr);
      });
    }
  };
  runs(101);
  Simulate(Walk(1), [] {});
  const std::size_t before = ResidentPages();
  runs(5000);
  Simulate(Walk(1), [] {});
  EXPECT_LT(ResidentPages(), before + 500) << "pages of 4 KiB, before " << before;
}

}  // namespace
}  // namespace harrow::kernel
