#include "sim/harness/shrink/shrink_steps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "sim/harness/generator.h"
#include "tests/unit/harness/scenarios.h"

namespace harrow::harness {
namespace {

struct Dimension {
  const char* name;
  std::string before;
  std::string after;
};

const Dimension kDimensions[] = {
    {"life", "life\n client\n  flush\nlife\n", "life\n"},
    {"lives_before_the_last", "life\n client\n  flush\nlife\nlife\n end close\n",
     "life\n end close\n"},
    {"lives_joined", "life\n client\n  put k0 16\nlife\n end close\n client\n  flush\n",
     "life\n end close\n client\n  put k0 16\n  flush\n"},
    {"client", "life\n client\n  flush\n client\n  put k0 16\n", "life\n client\n  put k0 16\n"},
    {"clients_one_after_the_other", "life\n client\n  flush\n client\n  put k0 16\n  get k0\n",
     "life\n client\n  put k0 16\n  get k0\n  flush\n"},
    {"clients_in_turns", "life\n client\n  flush\n  flush\n client\n  put k0 16\n  get k0\n",
     "life\n client\n  flush\n  put k0 16\n  flush\n  get k0\n"},
    {"client_within_another", "life\n client\n  put k0 16\n  put k0 16 sync\n client\n  flush\n",
     "life\n client\n  put k0 16\n  flush\n  put k0 16 sync\n"},
    {"operation", "life\n client\n  put k0 16\n  flush\n  get k0\n",
     "life\n client\n  put k0 16\n  get k0\n"},
    {"half_of_the_operations", "life\n client\n  flush\n  put k0 16\n  scan\n  get k0\n",
     "life\n client\n  flush\n  put k0 16\n"},
    {"two_operations_apart", "life\n client\n  snapshot\n  put k0 16\n  release\n",
     "life\n client\n  put k0 16\n"},
    {"all_reads", "life\n client\n  get k0\n  flush\nlife\n client\n  scan\n  put k0 16\n",
     "life\n client\n  flush\nlife\n client\n  put k0 16\n"},
    {"writes_into_one", "life\n client\n  put k0 600\n  put k1 500\n",
     "life\n client\n  put k1 1100\n"},
    {"writes_into_a_flush", "life\n client\n  put k0 600\n  put k1 500\n",
     "life\n client\n  flush\n"},
    {"full_memtable_for_a_flush", "life\n client\n  put k0 16\n client\n  flush\n  get k0\n",
     "life\n client\n  put k0 65536\n client\n  get k0\n"},
    {"entry", "life\n client\n  batch { put k0 16, delete k1 }\n", "life\n client\n  put k0 16\n"},
    {"fault", "life\n fault log sync #1: fail EIO\n fault log write #1: error EIO\n",
     "life\n fault log sync #1: fail EIO\n"},
    {"odds_to_one_operation", "life\n fault any read 1/20: short 100\n",
     "life\n fault any read #3: short 100\n"},
    {"range_to_one_operation", "life\n fault log sync #2..: fail EIO\n",
     "life\n fault log sync #2: fail EIO\n"},
    {"late_number", "life\n fault log sync #20: fail EIO\n",
     "life\n fault log sync #10: fail EIO\n"},
    {"kind_of_file", "life\n fault any sync #2: fail EIO\n",
     "life\n fault log sync #1: fail EIO\n"},
    {"effect", "life\n fault log write #1: short 7 then ENOSPC\n",
     "life\n fault log write #1: error EIO\n"},
    {"errno", "life\n fault log sync #1: fail ENOSPC\n", "life\n fault log sync #1: fail EIO\n"},
    {"bytes", "life\n fault any read #1: short 100\n", "life\n fault any read #1: short 1\n"},
    {"survivors", "life\n end crash before 4 keep random 0x7\n",
     "life\n end crash before 4 keep none\n"},
    {"survivors_of_another_kind", "life\n end crash keep random 0x7\n",
     "life\n end crash keep all\n"},
    {"cut", "life\n end crash keep torn-last 30000\n", "life\n end crash keep torn-last 7\n"},
    {"earlier_crash", "life\n end crash before 40 keep none\n",
     "life\n end crash before 39 keep none\n"},
    {"much_earlier_crash", "life\n end crash before 40 keep none\n",
     "life\n end crash before 20 keep none\n"},
    {"close", "life\n end close\n", "life\n end crash keep none\n"},
    {"idle_close", "life\n explore 0\n end close idle\n", "life\n end close\n"},
    {"nested", "life\n explore 3\n image all\n nested 2 every 4\n",
     "life\n explore 3\n image all\n nested 1 every 4\n"},
    {"not_nested", "life\n explore 3\n image all\n nested 1 every 4\n",
     "life\n explore 3\n image all\n"},
    {"explored_image_to_end", "life\n explore 3\n image all\nlife\n",
     "life\n end crash before 6 keep all\n"},
    {"exploration", "life\n explore 3\n image all\n", "life\n"},
    {"explored_image", "life\n explore 1\n image all\n image none\n",
     "life\n explore 1\n image none\n"},
    {"strategy", "life\n schedule pct seed 0x7 depth 5 steps 300\n", "life\n"},
    {"spurious_wakeups", "life\n schedule random seed 0x7 spurious 20\n",
     "life\n schedule random seed 0x7\n"},
    {"departure", "life\n replay\n switch 0x1 2 0x3\n switch 0x3 4 0x1\n",
     "life\n replay\n switch 0x3 4 0x1\n"},
    {"all_departures", "life\n replay\n switch 0x1 2 0x3\n", "life\n"},
    {"value", "life\n client\n  put k0 5000\n", "life\n client\n  put k0 16\n"},
    {"half_a_value", "life\n client\n  put k0 5000\n", "life\n client\n  put k0 2500\n"},
    {"rounded_value", "life\n client\n  put k0 65483\n", "life\n client\n  put k0 60000\n"},
    {"deletion", "life\n client\n  delete k0\n", "life\n client\n  put k0 16\n"},
    {"sync", "life\n client\n  put k0 16 sync\n", "life\n client\n  put k0 16\n"},
    {"path", "life\n client\n  scan winding\n", "life\n client\n  scan\n"},
    {"scan_to_get", "life\n client\n  scan\n", "life\n client\n  get k0\n"},
    {"sleep", "life\n client\n  sleep 500\n", "life\n client\n  yield\n"},
    {"keys_renamed", "keys 9\nlife\n client\n  put k3 16\n  get k7\n",
     "keys 2\nlife\n client\n  put k0 16\n  get k1\n"},
    {"fewer_keys", "keys 9\nlife\n client\n  put k3 16\n", "keys 4\nlife\n client\n  put k3 16\n"},
    {"keys_joined", "keys 2\nlife\n client\n  put k0 16\n  get k1\n",
     "keys 1\nlife\n client\n  put k0 16\n  get k0\n"},
    {"options", "write-buffer 4096\nblock 256\nlife\n", "life\n"},
    {"one_option", "write-buffer 4096\nblock 256\nlife\n", "write-buffer 4096\nlife\n"},
    {"profile", "profile strict\nlife\n", "profile ext4\nlife\n"},
    {"step_limit", "step-limit 100\nlife\n", "life\n"},
};

class ShrinkDimension : public testing::TestWithParam<Dimension> {};

TEST_P(ShrinkDimension, IsOffered) {
  const Scenario before = ScenarioOf(GetParam().before);
  const Scenario after = ScenarioOf(GetParam().after);
  const std::vector<Scenario> candidates = SmallerScenarios(before);
  EXPECT_LT(SizeOf(after), SizeOf(before));
  EXPECT_NE(std::find(candidates.begin(), candidates.end(), after), candidates.end())
      << "not offered:\n"
      << ToText(after);
}

INSTANTIATE_TEST_SUITE_P(All, ShrinkDimension, testing::ValuesIn(kDimensions),
                         [](const testing::TestParamInfo<Dimension>& dimension) {
                           return std::string(dimension.param.name);
                         });

// Never the other way round: with too few steps everything fails to return.
TEST(ShrinkSteps, TheStepLimitOnlyGrows) {
  for (const Scenario& candidate :
       SmallerScenarios(ScenarioOf("step-limit 1000000\nlife\n client\n  flush\n")))
    EXPECT_EQ(candidate.step_limit, 1'000'000u);
}

TEST(ShrinkSteps, EveryCandidateIsSmallerAndSurvivesItsText) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Scenario scenario = GenerateScenario(seed, {});
    std::size_t count = 0;
    for (const Scenario& candidate : SmallerScenarios(scenario)) {
      ASSERT_LT(SizeOf(candidate), SizeOf(scenario)) << seed;
      if (++count % 16 != 0) continue;
      const absl::StatusOr<Scenario> parsed = ParseScenario("candidate", ToText(candidate));
      ASSERT_TRUE(parsed.ok()) << parsed.status();
      ASSERT_EQ(*parsed, candidate) << ToText(candidate);
    }
  }
}

TEST(ShrinkSteps, ReschedulingOffersOneSwitchForSeveral) {
  const Scenario before =
      ScenarioOf("life\n replay\n switch 0x1 2 0x3\n switch 0x3 4 0x1\n switch 0x1 9 0x3\n");
  const Scenario alone = ScenarioOf("life\n replay\n switch 0x3 7 0x1\n");
  const Scenario together = ScenarioOf("life\n replay\n switch 0x1 2 0x3\n switch 0x3 7 0x1\n");
  bool found_alone = false;
  bool found_together = false;
  for (const ShrinkStep& step : RescheduleSteps(before)) {
    Scenario candidate = before;
    step(&candidate);
    EXPECT_LT(SizeOf(candidate), SizeOf(before));
    found_alone = found_alone || candidate == alone;
    found_together = found_together || candidate == together;
  }
  EXPECT_TRUE(found_alone);
  EXPECT_TRUE(found_together);
  EXPECT_TRUE(RescheduleSteps(alone).empty());
}

// Follows the first candidate that still holds `property` until there is none, as rapidcheck does.
Scenario Shrink(Scenario scenario, const std::function<bool(const Scenario&)>& property) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (Scenario& candidate : SmallerScenarios(scenario)) {
      if (!property(candidate)) continue;
      scenario = std::move(candidate);
      smaller = true;
      break;
    }
  }
  return scenario;
}

bool HasFlush(const Scenario& scenario) {
  for (const LifePlan& life : scenario.lives) {
    for (const ClientPlan& client : life.clients) {
      for (const Operation& operation : client.operations) {
        if (operation.kind == Operation::Kind::kFlush) return true;
      }
    }
  }
  return false;
}

TEST(ShrinkSteps, ReachTheSmallestScenarioWithAFlush) {
  int shrunk = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Scenario scenario = GenerateScenario(seed, {});
    if (!HasFlush(scenario)) continue;
    Scenario smallest = Shrink(scenario, HasFlush);
    EXPECT_EQ(smallest.seed, seed);
    smallest.seed = 0;
    EXPECT_EQ(smallest, ScenarioOf("keys 1\nlife\n client\n  flush\n")) << ToText(smallest);
    ++shrunk;
  }
  EXPECT_GT(shrunk, 5);
}

}  // namespace
}  // namespace harrow::harness
