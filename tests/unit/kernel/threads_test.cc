// Ordinary std::thread programs on the simulated machine.
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/kernel/options.h"

namespace harrow::kernel {
namespace {

TEST(ThreadsTest, MutexKeepsTasksApart) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    int counter = 0;
    int inside = 0;
    bool overlapped = false;
    const Outcome outcome = Simulate(Walk(seed), [&] {
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

// What the mutex prevents above does happen without it.
TEST(ThreadsTest, UpdatesAreLostWithoutTheMutex) {
  int lost = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::atomic<int> counter = 0;
    Simulate(Walk(seed), [&] {
      const auto increment = [&] {
        const int seen = counter;
        std::this_thread::yield();
        counter = seen + 1;
      };
      std::thread a(increment);
      std::thread b(increment);
      a.join();
      b.join();
    });
    lost += counter == 1 ? 1 : 0;
  }
  EXPECT_GT(lost, 10);
  EXPECT_LT(lost, 50);
}

// The race that needs a delay after an unlock, where no lock is held.
TEST(ThreadsTest, ATaskCanBeDelayedRightAfterAnUnlock) {
  bool delayed = false;
  for (std::uint64_t seed = 0; seed < 50 && !delayed; ++seed) {
    std::atomic<bool> flag = false;
    Simulate(Walk(seed), [&] {
      std::mutex mutex;
      bool released = false;
      std::thread other([&] {
        const std::lock_guard<std::mutex> lock(mutex);
        if (released && !flag) delayed = true;
      });
      mutex.lock();
      released = true;
      mutex.unlock();
      flag = true;
      other.join();
    });
  }
  EXPECT_TRUE(delayed);
}

TEST(ThreadsTest, BoundedQueueDeliversInOrder) {
  for (const StrategyKind kind : kRandomised) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      int next = 0;
      bool ordered = true;
      std::size_t longest = 0;
      const Outcome outcome = Simulate(With(kind, seed), [&] {
        std::mutex mutex;
        std::condition_variable not_full;
        std::condition_variable not_empty;
        std::deque<int> queue;
        std::thread producer([&] {
          for (int i = 0; i < 12; ++i) {
            std::unique_lock<std::mutex> lock(mutex);
            not_full.wait(lock, [&] { return queue.size() < 3; });
            queue.push_back(i);
            longest = std::max(longest, queue.size());
            not_empty.notify_one();
          }
        });
        for (int i = 0; i < 12; ++i) {
          std::unique_lock<std::mutex> lock(mutex);
          not_empty.wait(lock, [&] { return !queue.empty(); });
          ordered &= queue.front() == next++;
          queue.pop_front();
          not_full.notify_one();
        }
        producer.join();
      });
      ASSERT_EQ(outcome.end, End::kFinished) << outcome.detail;
      ASSERT_EQ(next, 12);
      ASSERT_TRUE(ordered);
      ASSERT_LE(longest, 3U);
    }
  }
}

TEST(ThreadsTest, ReadersShareAndWritersDoNot) {
  std::atomic<int> most_readers = 0;
  std::atomic<bool> broken = false;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Outcome outcome = Simulate(Walk(seed), [&] {
      std::shared_mutex lock;
      std::atomic<int> readers = 0;
      std::atomic<int> writers = 0;
      std::vector<std::thread> threads;
      for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
          const std::shared_lock<std::shared_mutex> shared(lock);
          most_readers = std::max(most_readers.load(), ++readers);
          std::this_thread::yield();
          if (writers != 0) broken = true;
          --readers;
        });
        threads.emplace_back([&] {
          const std::unique_lock<std::shared_mutex> exclusive(lock);
          if (++writers != 1 || readers != 0) broken = true;
          std::this_thread::yield();
          --writers;
        });
      }
      for (std::thread& thread : threads) thread.join();
    });
    ASSERT_EQ(outcome.end, End::kFinished) << outcome.detail;
  }
  EXPECT_FALSE(broken);
  EXPECT_EQ(most_readers, 3);
}

TEST(ThreadsTest, RecursiveMutexAndTryLock) {
  bool held_elsewhere = false;
  bool reentered = false;
  const Outcome outcome = Simulate(Walk(1), [&] {
    std::recursive_mutex mutex;
    mutex.lock();
    reentered = mutex.try_lock();
    mutex.lock();
    std::thread other([&] { held_elsewhere = !mutex.try_lock(); });
    other.join();
    mutex.unlock();
    mutex.unlock();
    mutex.unlock();
    std::thread last([&] {
      mutex.lock();
      mutex.unlock();
    });
    last.join();
  });
  EXPECT_EQ(outcome.end, End::kFinished) << outcome.detail;
  EXPECT_TRUE(held_elsewhere);
  EXPECT_TRUE(reentered);
}

// A spin on try_lock ends under every schedule, since a failed one passes on.
TEST(ThreadsTest, SpinningOnTryLockAndYieldEnds) {
  for (const StrategyKind kind : {StrategyKind::kDefault, StrategyKind::kRandomWalk,
                                  StrategyKind::kPct, StrategyKind::kPos}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      SimulationOptions options = With(kind, seed);
      options.step_limit = 20'000;
      const Outcome outcome = Simulate(options, [] {
        std::mutex mutex;
        std::atomic<int> ready = 0;
        const auto work = [&] {
          while (!mutex.try_lock()) {
          }
          std::this_thread::yield();
          ++ready;
          mutex.unlock();
          while (ready != 3) std::this_thread::yield();
        };
        std::thread a(work);
        std::thread b(work);
        work();
        a.join();
        b.join();
      });
      ASSERT_EQ(outcome.end, End::kFinished)
          << static_cast<int>(kind) << " " << seed << ": " << outcome.detail;
    }
  }
}

TEST(ThreadsTest, IdentityNamesAndSpecificDataBelongToTheTask) {
  std::atomic<int> destroyed = 0;
  std::string seen;
  const Outcome outcome = Simulate(Walk(5), [&] {
    static std::atomic<int>* counter = nullptr;
    counter = &destroyed;
    pthread_key_t key{};
    pthread_key_create(&key, [](void*) { ++*counter; });
    std::set<std::thread::id> ids{std::this_thread::get_id()};
    std::mutex mutex;
    std::vector<std::thread> threads;
    for (long i = 1; i <= 3; ++i) {
      threads.emplace_back([&, i] {
        pthread_setspecific(key, reinterpret_cast<void*>(i));
        const std::string name = "worker" + std::to_string(i);
        pthread_setname_np(pthread_self(), name.c_str());
        std::this_thread::yield();
        const std::lock_guard<std::mutex> lock(mutex);
        ids.insert(std::this_thread::get_id());
        char read_back[16];
        pthread_getname_np(pthread_self(), read_back, sizeof(read_back));
        if (pthread_getspecific(key) == reinterpret_cast<void*>(i) && name == read_back) {
          const HostMemory host;
          seen += "+";
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    const HostMemory host;
    seen += std::to_string(ids.size());
    seen += pthread_getspecific(key) == nullptr ? " none" : " leaked";
  });
  EXPECT_EQ(outcome.end, End::kFinished) << outcome.detail;
  EXPECT_EQ(seen, "+++4 none");
  EXPECT_EQ(destroyed, 3);
}

TEST(ThreadsTest, DetachedThreadsRunToTheirEnd) {
  std::atomic<int> done = 0;
  const Outcome outcome = Simulate(Walk(2), [&] {
    for (int i = 0; i < 3; ++i) {
      std::thread([&] {
        std::this_thread::yield();
        ++done;
      }).detach();
    }
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    pthread_t handle{};
    pthread_create(
        &handle, &detached,
        [](void* counter) -> void* {
          ++*static_cast<std::atomic<int>*>(counter);
          return nullptr;
        },
        &done);
    if (pthread_join(handle, nullptr) != EINVAL) done = -100;
    pthread_attr_destroy(&detached);
  });
  EXPECT_EQ(outcome.end, End::kFinished) << outcome.detail;
  EXPECT_EQ(done, 4);
}

TEST(ThreadsTest, JoinGivesTheResultOfTheTask) {
  long result = 0;
  Simulate(Walk(3), [&] {
    pthread_t handle{};
    pthread_create(
        &handle, nullptr,
        [](void* argument) -> void* {
          sched_yield();
          return static_cast<char*>(argument) + 2;
        },
        reinterpret_cast<void*>(40));
    void* returned = nullptr;
    pthread_join(handle, &returned);
    result = reinterpret_cast<long>(returned);
  });
  EXPECT_EQ(result, 42);
}

TEST(ThreadsTest, AtomicSharedPointersTakeNoLockByAddress) {
  const auto program = [] {
    std::shared_ptr<int> shared = std::make_shared<int>(1);
    std::thread other([&] { std::atomic_store(&shared, std::make_shared<int>(2)); });
    const std::shared_ptr<int> seen = std::atomic_load(&shared);
    other.join();
  };
  EXPECT_EQ(HashOf(Walk(1), program), HashOf(Walk(1), program));
  EXPECT_EQ(Simulate(Walk(1), program).end, End::kFinished);
}

TEST(ThreadsTest, SixtyFourTasksAndNoMore) {
  const auto start = [](int count) {
    return Simulate(Walk(1), [count] {
      std::vector<std::thread> threads;
      for (int i = 0; i < count; ++i) threads.emplace_back([] {});
      for (std::thread& thread : threads) thread.join();
    });
  };
  const Outcome most = start(63);
  EXPECT_EQ(most.end, End::kFinished) << most.detail;
  EXPECT_EQ(most.tasks, 64U);
  const Outcome over = start(64);
  EXPECT_EQ(over.end, End::kUnserved);
  EXPECT_EQ(over.detail, "a run may start at most 64 tasks");
}

}  // namespace
}  // namespace harrow::kernel
