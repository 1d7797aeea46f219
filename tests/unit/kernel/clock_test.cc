// Virtual time and what else a program could read from the real machine.
#include <gtest/gtest.h>
#include <sys/random.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "tests/unit/kernel/options.h"

namespace harrow::kernel {
namespace {

using std::chrono::hours;
using std::chrono::steady_clock;
using std::chrono::system_clock;

TEST(ClockTest, AnHourCostsNothing) {
  const auto begin = steady_clock::now();
  std::int64_t steady_seconds = 0;
  std::int64_t system_seconds = 0;
  const Outcome outcome = Simulate(Walk(1), [&] {
    const auto steady = steady_clock::now();
    const auto system = system_clock::now();
    std::this_thread::sleep_for(hours(1));
    steady_seconds =
        std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - steady).count();
    system_seconds =
        std::chrono::duration_cast<std::chrono::seconds>(system_clock::now() - system).count();
  });
  EXPECT_EQ(outcome.virtual_ns, 3'600'000'000'000U);
  EXPECT_EQ(steady_seconds, 3600);
  EXPECT_EQ(system_seconds, 3600);
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(60));
}

TEST(ClockTest, SleepersWakeInTheOrderOfTheirDeadlines) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    std::string order;
    Simulate(Walk(seed), [&] {
      const auto sleeper = [&](int ms, char name) {
        timespec duration{0, ms * 1'000'000};
        nanosleep(&duration, nullptr);
        const HostMemory host;
        order += name;
      };
      std::thread c(sleeper, 30, 'c');
      std::thread a(sleeper, 10, 'a');
      std::thread b(sleeper, 20, 'b');
      a.join();
      b.join();
      c.join();
    });
    ASSERT_EQ(order, "abc");
  }
}

// Time stands still while anybody can run: the spinner gets its turns, the sleeper none.
TEST(ClockTest, TimeMovesOnlyWhenNothingCanRun) {
  std::uint64_t busy_until = 1;
  Simulate(Walk(1), [&] {
    std::thread sleeper([] { std::this_thread::sleep_for(std::chrono::nanoseconds(1)); });
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    busy_until = NowNs();
    sleeper.join();
  });
  EXPECT_EQ(busy_until, 0U);
}

TEST(ClockTest, AllClocksAgreeAndEveryRunStartsAtTheSameMoment) {
  const auto read = [] {
    std::string seen;
    Simulate(Walk(1), [&] {
      usleep(1'500'000);
      timespec coarse{};
      clock_gettime(CLOCK_REALTIME_COARSE, &coarse);
      timeval day{};
      gettimeofday(&day, nullptr);
      const HostMemory host;
      seen = std::to_string(time(nullptr)) + " " + std::to_string(coarse.tv_sec) + "." +
             std::to_string(coarse.tv_nsec) + " " + std::to_string(day.tv_usec) + " " +
             std::to_string(getpid());
    });
    return seen;
  };
  EXPECT_EQ(read(), "1600000001 1600000001.500000000 500000 4242");
  EXPECT_EQ(read(), read());
}

TEST(ClockTest, RandomDevicesFollowTheSeed) {
  const auto draw = [](std::uint64_t seed, std::optional<std::uint64_t> entropy = {}) {
    std::uint64_t drawn[2] = {0, 0};
    SimulationOptions options = Walk(seed);
    options.entropy_seed = entropy;
    Simulate(options, [&] {
      std::random_device device;
      drawn[0] = device();
      if (getrandom(&drawn[1], sizeof(drawn[1]), 0) != sizeof(drawn[1])) drawn[1] = 0;
    });
    return std::to_string(drawn[0]) + " " + std::to_string(drawn[1]);
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
  EXPECT_NE(draw(1), draw(1, 2));
  EXPECT_EQ(draw(1, 2), draw(2, 2));
}

// Off a task all of it is the real thing.
TEST(ClockTest, OutsideARunClocksAreReal) {
  EXPECT_GT(time(nullptr), 1'700'000'000);
  EXPECT_NE(getpid(), 4242);
  std::random_device device;
  EXPECT_NE(std::to_string(device()) + std::to_string(device()),
            std::to_string(device()) + std::to_string(device()));
}

}  // namespace
}  // namespace harrow::kernel
