#include "sim/harness/sweep/nearby_causes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/harness/scenario_text.h"

namespace harrow::harness {
namespace {

constexpr std::uint64_t kTimeMs = 20'000;

Scenario ScenarioOf(const std::string& text) {
  const absl::StatusOr<Scenario> scenario = ParseScenario("test", "harrow scenario 2\n" + text);
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  return *scenario;
}

constexpr const char* kSmall =
    "keys 2\nlife\n schedule pct seed 3\n fault log sync #9: fail EIO\n explore 0\n end crash keep "
    "torn-last 3\n"
    " client\n  put k0 16 sync\n  get k0\n client\n  put k1 16\n  scan\n";

std::size_t Reads(const Scenario& scenario) {
  std::size_t reads = 0;
  for (const ClientPlan& client : scenario.lives[0].clients) {
    for (const Operation& operation : client.operations) {
      reads += operation.kind == Operation::Kind::kGet || operation.kind == Operation::Kind::kScan
                   ? 1u
                   : 0u;
    }
  }
  return reads;
}

TEST(NearbyScenarios, TakeOutWhatBreaksFirst) {
  const Scenario small = ScenarioOf(kSmall);
  const std::vector<Scenario> variants = NearbyScenarios(small);
  EXPECT_EQ(variants[0], small);
  const auto any = [&variants](auto holds) {
    return std::any_of(variants.begin(), variants.end(), holds);
  };
  const auto is_explored = [](const Scenario& one) { return one.lives[0].explore.every == 1; };
  EXPECT_TRUE(std::all_of(variants.begin() + 1, variants.end(), is_explored));
  EXPECT_TRUE(any([&](const Scenario& one) {
    return Reads(one) == 2 && !one.lives[0].faults.rules.empty() &&
           one.lives[0].schedule != small.lives[0].schedule;
  }));
  EXPECT_TRUE(any([&](const Scenario& one) {
    return Reads(one) == 0 && !one.lives[0].faults.rules.empty() &&
           one.lives[0].schedule == small.lives[0].schedule;
  }));
  EXPECT_TRUE(any([](const Scenario& one) {
    return Reads(one) == 0 && one.lives[0].faults.rules.empty() &&
           one.lives[0].explore.images[0].survivors == faults::Survivors::kZeroTail;
  }));
}

TEST(NearbyCauses, NamesWhatTheVariantsBreak) {
  EXPECT_EQ(NearbyCauses(ScenarioOf(kSmall), kTimeMs), std::vector<std::string>());
  const std::vector<std::string> causes =
      NearbyCauses(ScenarioOf(std::string("step-limit 20\n") + kSmall), kTimeMs);
  ASSERT_EQ(causes.size(), 1u);
  EXPECT_TRUE(causes[0].starts_with("rule live: ")) << causes[0];
}

TEST(NearbyCauses, EndsWithItsTime) {
  EXPECT_EQ(NearbyCauses(ScenarioOf(std::string("step-limit 20\n") + kSmall), 0),
            std::vector<std::string>());
}

}  // namespace
}  // namespace harrow::harness
