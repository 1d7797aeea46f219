#include "sim/harness/sweep/shard.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "sim/harness/sweep/seed_space.h"
#include "sim/kernel/random.h"

namespace harrow::harness {
namespace {

using Variables = std::map<std::string, std::string>;

absl::StatusOr<Shard> Choose(const Variables& variables, const std::string& index = "",
                             const std::string& count = "") {
  return ChooseShard(index, count, [&variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

std::string Shown(const absl::StatusOr<Shard>& shard) {
  if (!shard.ok()) return std::string(shard.status().message());
  return std::to_string(shard->index) + "/" + std::to_string(shard->count) + " " + shard->source;
}

TEST(Shard, IsTheWholeWithoutFlagsAndVariables) {
  EXPECT_EQ(Shown(Choose({})), "0/1 ");
  EXPECT_EQ(Shown(Choose({{"GTEST_TOTAL_SHARDS", ""}, {"JOB_COMPLETION_INDEX", ""}})), "0/1 ");
}

TEST(Shard, FlagsWin) {
  EXPECT_EQ(Shown(Choose({}, "2", "3")), "2/3 --shard_index");
  EXPECT_EQ(Shown(Choose({{"GTEST_TOTAL_SHARDS", "x"}}, "2", "3")), "2/3 --shard_index");
  EXPECT_EQ(Shown(Choose({{"JOB_COMPLETION_INDEX", "4"}}, "", "9")), "4/9 JOB_COMPLETION_INDEX");
}

TEST(Shard, ReadsWhatEnginesSet) {
  EXPECT_EQ(Shown(Choose({{"GTEST_TOTAL_SHARDS", "5"}, {"GTEST_SHARD_INDEX", "4"}})),
            "4/5 GTEST_SHARD_INDEX");
  EXPECT_EQ(Shown(Choose({{"SLURM_ARRAY_TASK_ID", "7"},
                          {"SLURM_ARRAY_TASK_MIN", "1"},
                          {"SLURM_ARRAY_TASK_MAX", "9"},
                          {"SLURM_ARRAY_TASK_STEP", "2"},
                          {"SLURM_ARRAY_TASK_COUNT", "5"}})),
            "3/5 SLURM_ARRAY_TASK_ID");
  EXPECT_EQ(Shown(Choose({{"JOB_COMPLETION_INDEX", "0"}, {"JOB_COMPLETIONS", "2"}})),
            "0/2 JOB_COMPLETION_INDEX");
  const auto touched = Choose(
      {{"GTEST_TOTAL_SHARDS", "1"}, {"GTEST_SHARD_INDEX", "0"}, {"GTEST_SHARD_STATUS_FILE", "/f"}});
  EXPECT_EQ(touched->status_file, "/f");
}

TEST(Shard, BadValuesAreNamed) {
  EXPECT_EQ(Shown(Choose({}, "1", "")), "expected both --shard_index and --shard_count");
  EXPECT_EQ(Shown(Choose({}, "", "1")), "expected both --shard_index and --shard_count");
  EXPECT_EQ(Shown(Choose({}, "3", "3")),
            "--shard_index: expected a number below the 3 of --shard_count, found 3");
  EXPECT_EQ(Shown(Choose({}, "-1", "3")),
            "--shard_index: expected a number from 0 to 1000000, found \"-1\"");
  EXPECT_EQ(Shown(Choose({}, "0", "0")),
            "--shard_count: expected a number from 1 to 1000000, found \"0\"");
  EXPECT_EQ(Shown(Choose({{"GTEST_TOTAL_SHARDS", "5"}})),
            "expected both GTEST_SHARD_INDEX and GTEST_TOTAL_SHARDS");
  EXPECT_EQ(Shown(Choose({{"JOB_COMPLETION_INDEX", "1"}})),
            "expected JOB_COMPLETIONS or --shard_count, as JOB_COMPLETION_INDEX is set");
  EXPECT_EQ(Shown(Choose({{"SLURM_ARRAY_TASK_ID", "x\n"}, {"SLURM_ARRAY_TASK_COUNT", "2"}})),
            "SLURM_ARRAY_TASK_ID: expected a number from 0 to 1000000, found \"x\\x0a\"");
  // An array such as 1,5,6.
  EXPECT_EQ(Shown(Choose({{"SLURM_ARRAY_TASK_ID", "5"},
                          {"SLURM_ARRAY_TASK_MIN", "1"},
                          {"SLURM_ARRAY_TASK_MAX", "6"},
                          {"SLURM_ARRAY_TASK_COUNT", "3"}}))
                .substr(0, 19),
            "SLURM_ARRAY_TASK_ID");
}

TEST(SeedSpace, ShardsShareOutEverySeed) {
  for (std::uint64_t seeds = 0; seeds < 30; ++seeds) {
    for (std::uint32_t count = 1; count < 7; ++count) {
      const SeedSpace space{100, seeds, count};
      std::set<std::uint64_t> all;
      for (std::uint32_t shard = 0; shard < count; ++shard) {
        for (std::uint64_t at = 0; at < space.Positions(shard); ++at)
          EXPECT_TRUE(all.insert(space.SeedAt(shard, at)).second);
      }
      EXPECT_EQ(all.size(), seeds);
      if (seeds != 0) {
        EXPECT_EQ(*all.rbegin(), 99 + seeds);
      }
    }
  }
}

TEST(PositionSet, AgreesWithASetOfNumbers) {
  kernel::Random random(5);
  for (int round = 0; round < 200; ++round) {
    PositionSet ranges;
    std::set<std::uint64_t> numbers;
    for (int step = 0; step < 12; ++step) {
      const std::uint64_t begin = random.Below(60);
      const std::uint64_t end = begin + random.Below(9);
      ranges.Add({begin, end});
      for (std::uint64_t at = begin; at < end; ++at) numbers.insert(at);
    }
    EXPECT_EQ(ranges.size(), numbers.size());
    const RemainingPositions remaining(ranges, 64);
    std::uint64_t index = 0;
    for (std::uint64_t at = 0; at < 64; ++at) {
      EXPECT_EQ(ranges.Contains(at), numbers.contains(at));
      if (!numbers.contains(at)) {
        EXPECT_EQ(remaining.At(index++), at);
      }
    }
    EXPECT_EQ(remaining.size(), index);
    const RemainingPositions unbounded(ranges, SeedSpace::kNoBound);
    EXPECT_EQ(unbounded.At(1000), 1000 + numbers.size());
  }
}

}  // namespace
}  // namespace harrow::harness
