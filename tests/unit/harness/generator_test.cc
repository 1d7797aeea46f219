#include "sim/harness/generator.h"

#include <gtest/gtest.h>

#include <set>

#include "sim/harness/payload.h"
#include "sim/harness/run_digest.h"
#include "sim/harness/scenario_text.h"

namespace harrow::harness {
namespace {

TEST(Generator, IsAPureFunctionOfTheSeed) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    EXPECT_EQ(GenerateScenario(seed, {}), GenerateScenario(seed, {}));
    EXPECT_NE(ToText(GenerateScenario(seed, {})), ToText(GenerateScenario(seed + 1, {})));
  }
}

TEST(Generator, KeepsToTheLimits) {
  GeneratorLimits limits;
  limits.profile = disk::ProfileName::kStrict;
  limits.strategy = kernel::StrategyKind::kPos;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Scenario scenario = GenerateScenario(seed, limits);
    EXPECT_EQ(scenario.profile, disk::ProfileName::kStrict);
    for (const LifePlan& life : scenario.lives)
      EXPECT_EQ(life.schedule.strategy.kind, kernel::StrategyKind::kPos);
  }
}

TEST(Generator, StaysInBoundsAndReachesEveryFeature) {
  std::set<Operation::Kind> kinds;
  std::set<faults::EffectKind> effects;
  std::set<faults::Survivors> survivors;
  std::set<kernel::StrategyKind> strategies;
  std::set<std::size_t> clients;
  bool crash_early = false;
  std::set<disk::ProfileName> profiles;
  bool closed = false;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const Scenario scenario = GenerateScenario(seed, {});
    ASSERT_GE(scenario.lives.size(), 3u);
    profiles.insert(scenario.profile);
    for (const LifePlan& life : scenario.lives) {
      clients.insert(life.clients.size());
      strategies.insert(life.schedule.strategy.kind);
      survivors.insert(life.end.image.survivors);
      closed |= life.end.kind == EndPlan::Kind::kClose;
      crash_early |= life.end.before_mutation > 0 && life.end.before_mutation < 5;
      for (const faults::Rule& rule : life.faults.rules) effects.insert(rule.effect.kind);
      for (const ClientPlan& client : life.clients) {
        for (const Operation& operation : client.operations) {
          kinds.insert(operation.kind);
          for (const PlannedEntry& entry : operation.entries) {
            ASSERT_LT(entry.key, scenario.key_count);
            if (!entry.deletion) {
              ASSERT_GE(entry.value_size, kMinValueSize);
              ASSERT_LE(entry.value_size, kMaxValueSize);
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(kinds.size(), 21u);
  EXPECT_EQ(effects.size(), 11u);
  EXPECT_EQ(profiles.size(), disk::kAllProfiles.size());
  EXPECT_EQ(survivors.size(), 7u);
  EXPECT_EQ(strategies.size(), 4u);
  EXPECT_EQ(*clients.begin(), 1u);
  EXPECT_EQ(*clients.rbegin(), 8u);
  EXPECT_TRUE(closed);
  EXPECT_TRUE(crash_early);
}

}  // namespace
}  // namespace harrow::harness
