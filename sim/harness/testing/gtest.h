// Simulation in a googletest:
//
//   TEST(Store, KeepsItsPromises) {
//     HARROW_SIMULATE("torn_tail.scenario");
//     HARROW_SIMULATE(0x5d);
//     HARROW_SIMULATE_SEEDS(1, 500);
//   }
//
// A failure is one of googletest's, not fatal, and says what harrow run says of a red seed; the shrunk scenario is in it, and in a
// file of googletest's folder for temporary files. What follows in the braces is the options: HARROW_SIMULATE(7, {.shrink_ms = 0}).
//
// Threading: main thread of a test.
#ifndef HARROW_SIM_HARNESS_TESTING_GTEST_H_
#define HARROW_SIM_HARNESS_TESTING_GTEST_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <utility>

#include "sim/harness/testing/simulate.h"

namespace harrow::harness {

// `options` with what the running test knows, where they do not say it.
inline SimulateOptions OfThisTest(SimulateOptions options = {}) {
  const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
  if (test == nullptr) return options;
  if (options.folder.empty()) options.folder = testing::TempDir();
  if (options.test.empty())
    options.test = std::string(test->test_suite_name()) + "." + test->name();
  if (options.rerun.empty()) {
    char program[4096];
    const ssize_t size = readlink("/proc/self/exe", program, sizeof(program));
    if (size > 0) {
      options.rerun = std::string(program, static_cast<std::size_t>(size)) +
                      " --gtest_filter=" + test->test_suite_name() + "." + test->name();
    }
  }
  return options;
}

template <typename What>
Simulated SimulateInTest(const What& what, SimulateOptions options = {}) {
  return Simulate(what, OfThisTest(std::move(options)));
}

inline Simulated SimulateSeedsInTest(std::uint64_t first, std::uint64_t count,
                                     SimulateOptions options = {}) {
  return SimulateSeeds({first, count}, OfThisTest(std::move(options)));
}

}  // namespace harrow::harness

#define HARROW_EXPECT_SIMULATED_(simulated)                                                     \
  GTEST_AMBIGUOUS_ELSE_BLOCKER_                                                                 \
  if (const ::harrow::harness::Simulated harrow_simulated = (simulated); harrow_simulated.ok) { \
  } else                                                                                        \
    ADD_FAILURE() << harrow_simulated.report

// A scenario file, a seed or a harrow::harness::Scenario; options may follow.
#define HARROW_SIMULATE(...) \
  HARROW_EXPECT_SIMULATED_(::harrow::harness::SimulateInTest(__VA_ARGS__))
// The first of so many seeds, and how many; options may follow.
#define HARROW_SIMULATE_SEEDS(...) \
  HARROW_EXPECT_SIMULATED_(::harrow::harness::SimulateSeedsInTest(__VA_ARGS__))

#endif  // HARROW_SIM_HARNESS_TESTING_GTEST_H_
