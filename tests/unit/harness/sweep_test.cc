#include "sim/harness/sweep/sweep.h"

#include <gtest/gtest.h>

#include <string>

namespace harrow::harness {
namespace {

SweepOptions Small(std::uint64_t seeds, std::uint32_t jobs) {
  SweepOptions options;
  options.seeds = seeds;
  options.jobs = jobs;
  return options;
}

TEST(Sweep, RunsEverySeedOnce) {
  const SweepResult result = RunSweep(Small(60, 2), {});
  EXPECT_EQ(result.done, 60u);
  EXPECT_EQ(result.claimed, 60u);
  EXPECT_TRUE(result.unfinished.empty());
  EXPECT_EQ(result.rechecked, 3u);
  EXPECT_TRUE(result.failures.empty());
  EXPECT_GT(result.counts.Get(Count::kLives), 150u);
}

TEST(Sweep, CountsDoNotDependOnTheNumberOfWorkers) {
  const SweepResult one = RunSweep(Small(40, 1), {});
  const SweepResult three = RunSweep(Small(40, 3), {});
  EXPECT_EQ(FormatCounts(one.counts), FormatCounts(three.counts));
}

TEST(Sweep, EndsWhenTheTimeIsOver) {
  SweepOptions options = Small(~std::uint64_t{0}, 1);
  options.time_ms = 300;
  const SweepResult result = RunSweep(options, {});
  EXPECT_GT(result.done, 0u);
  EXPECT_LT(result.elapsed_ms, 5000u);
  EXPECT_EQ(result.done + result.unfinished.size(), result.claimed);
}

// What the generator no longer reaches is no longer tested, and nothing else would say so.
TEST(Sweep, ReachesEverythingThatIsCounted) {
  SweepOptions options = Small(400, 2);
  options.recheck_one_in = 0;
  const SweepResult result = RunSweep(options, {});
  for (std::size_t index = 0; index < Counts::kSize; ++index) {
    const auto which = static_cast<Count>(index);
    if (which == Count::kUnknown) {
      EXPECT_EQ(result.counts.Get(which), 0u);
    } else {
      EXPECT_GT(result.counts.Get(which), 0u) << ToText(which);
    }
  }
}

}  // namespace
}  // namespace harrow::harness
