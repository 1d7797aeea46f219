#include "sim/harness/sweep/sweep.h"

#include <gtest/gtest.h>

#include <string>

namespace harrow::harness {
namespace {

struct Swept {
  SweepResults results;
  SweepEnd end;
};

SweepOptions Small(std::uint64_t seeds, std::uint32_t jobs) {
  SweepOptions options;
  options.space.seeds = seeds;
  options.jobs = jobs;
  return options;
}

Swept RunAll(const SweepOptions& options) {
  Swept swept;
  swept.results.header.space = options.space;
  swept.results.header.shards = {options.shard};
  swept.end = RunSweep(options, &swept.results, {});
  return swept;
}

TEST(Sweep, RunsEverySeedOnce) {
  const Swept swept = RunAll(Small(60, 2));
  EXPECT_EQ(swept.end.done, 60u);
  EXPECT_EQ(swept.end.claimed, 60u);
  EXPECT_EQ(swept.end.session.reason, EndReason::kComplete);
  EXPECT_TRUE(swept.end.session.unfinished.empty());
  EXPECT_EQ(swept.results.total.done, 60u);
  EXPECT_EQ(swept.results.total.rechecked, 3u);
  EXPECT_EQ(swept.results.MissingSeeds(), 0u);
  EXPECT_TRUE(swept.results.failures.empty());
  EXPECT_GT(swept.results.total.counts.Get(Count::kLives), 150u);
}

TEST(Sweep, WhatItAddsUpToDoesNotDependOnTheNumberOfWorkers) {
  const Swept one = RunAll(Small(40, 1));
  const Swept three = RunAll(Small(40, 3));
  EXPECT_TRUE(one.results.total == three.results.total);
  EXPECT_EQ(FormatCounts(one.results.total.counts), FormatCounts(three.results.total.counts));
}

TEST(Sweep, ShardsAddUpToTheWhole) {
  const Swept whole = RunAll(Small(50, 2));
  Tally sum;
  for (std::uint32_t shard = 0; shard < 3; ++shard) {
    SweepOptions options = Small(50, 1);
    options.space.shard_count = 3;
    options.shard = shard;
    const Swept part = RunAll(options);
    EXPECT_EQ(part.results.MissingSeeds(), 0u);
    sum.Add(part.results.total);
  }
  EXPECT_TRUE(sum == whole.results.total);
}

TEST(Sweep, LeavesOutWhatIsDone) {
  const Swept whole = RunAll(Small(40, 1));
  Swept later;
  later.results.header.space.seeds = 40;
  later.results.done[0].Add({5, 30});
  SweepOptions options = Small(40, 2);
  later.end = RunSweep(options, &later.results, {});
  EXPECT_EQ(later.end.done, 15u);
  EXPECT_EQ(later.end.session.reason, EndReason::kComplete);
  EXPECT_EQ(later.results.MissingSeeds(), 0u);
  EXPECT_NE(later.results.total.digest, whole.results.total.digest);
  const SweepEnd nothing = RunSweep(options, &later.results, {});
  EXPECT_EQ(nothing.done, 0u);
  EXPECT_EQ(nothing.session.reason, EndReason::kComplete);
}

TEST(Sweep, EndsWhenTheTimeIsOver) {
  SweepOptions options = Small(SeedSpace::kNoBound, 1);
  options.time_ms = 300;
  const Swept swept = RunAll(options);
  EXPECT_EQ(swept.end.session.reason, EndReason::kTime);
  EXPECT_GT(swept.end.done, 0u);
  EXPECT_LT(swept.end.session.elapsed_ms, 5000u);
  EXPECT_EQ(swept.end.done + swept.end.session.unfinished.size(), swept.end.claimed);
}

// What the generator no longer reaches is no longer tested, and nothing else would say so.
TEST(Sweep, ReachesEverythingThatIsCounted) {
  SweepOptions options = Small(400, 2);
  options.recheck_one_in = 0;
  const Swept swept = RunAll(options);
  for (std::size_t index = 0; index < Counts::kSize; ++index) {
    const auto which = static_cast<Count>(index);
    if (which == Count::kUnknown) {
      EXPECT_EQ(swept.results.total.counts.Get(which), 0u);
    } else {
      EXPECT_GT(swept.results.total.counts.Get(which), 0u) << ToText(which);
    }
  }
}

}  // namespace
}  // namespace harrow::harness
