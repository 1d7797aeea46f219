#include "sim/harness/shrink/shrink_steps.h"

#include <gtest/gtest.h>

#include <functional>

#include "sim/harness/generator.h"

namespace harrow::harness {
namespace {

// Follows the first candidate that still holds `property` until there is none.
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

TEST(ShrinkSteps, EveryCandidateIsSmaller) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Scenario scenario = GenerateScenario(seed, {});
    for (const Scenario& candidate : SmallerScenarios(scenario))
      ASSERT_LT(SizeOf(candidate), SizeOf(scenario)) << seed;
  }
}

TEST(ShrinkSteps, ReachTheSmallestScenarioWithAFlush) {
  int shrunk = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Scenario scenario = GenerateScenario(seed, {});
    if (!HasFlush(scenario)) continue;
    const Scenario smallest = Shrink(scenario, HasFlush);
    ASSERT_EQ(smallest.lives.size(), 1u);
    ASSERT_EQ(smallest.lives[0].clients.size(), 1u);
    EXPECT_EQ(smallest.lives[0].clients[0].operations.size(), 1u);
    EXPECT_TRUE(smallest.lives[0].faults.rules.empty());
    EXPECT_EQ(smallest.lives[0].explore, ExplorePlan{});
    ++shrunk;
  }
  EXPECT_GT(shrunk, 5);
}

}  // namespace
}  // namespace harrow::harness
