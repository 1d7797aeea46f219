// Properties of whole runs: recovered state against the model for generated scenarios, and background-error mode for generated
// programs with a failed sync at any point. Scenarios come from the harness's own generator and shrink by its own steps.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cerrno>
#include <string>
#include <utility>

#include "sim/harness/generator.h"
#include "sim/harness/run.h"
#include "sim/harness/run_text.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/shrink/shrink_steps.h"
#include "sim/harness/workload.h"

namespace harrow::harness {

void showValue(const Scenario& scenario, std::ostream& out) { out << "\n" << ToText(scenario); }

namespace {

rc::Seq<Scenario> Smaller(const Scenario& scenario) {
  return rc::seq::fromContainer(SmallerScenarios(scenario));
}

rc::Gen<Scenario> AnyScenario() {
  const rc::Gen<std::uint64_t> seeds = rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>());
  return rc::gen::shrink(rc::gen::noShrink(rc::gen::map(
                             seeds, [](std::uint64_t seed) { return GenerateScenario(seed, {}); })),
                         &Smaller);
}

// One life whose log syncs fail once, at the Nth, for any N; everything else generated.
Scenario WithFailedSync(std::uint64_t seed, std::uint64_t number, std::uint64_t count) {
  Scenario scenario = GenerateScenario(seed, {});
  scenario.lives.resize(1);
  LifePlan& life = scenario.lives[0];
  faults::Rule rule;
  rule.file = faults::FileKind::kLog;
  rule.operation = faults::OpKind::kSync;
  rule.first = number;
  rule.count = count;
  rule.effect = {faults::EffectKind::kFailedSync, EIO, 0};
  life.faults.rules = {rule};
  life.end.before_mutation = 0;
  for (ClientPlan& client : life.clients) {
    for (std::size_t index = 0; index < client.operations.size(); index += 2)
      client.operations[index].sync = true;
  }
  return scenario;
}

rc::Gen<Scenario> AnyFailedSync() {
  return rc::gen::shrink(
      rc::gen::noShrink(rc::gen::map(
          rc::gen::tuple(rc::gen::arbitrary<std::uint64_t>(),
                         rc::gen::inRange<std::uint64_t>(1, 20),
                         rc::gen::element<std::uint64_t>(1, 3, faults::Rule::kForever)),
          [](const std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>& drawn) {
            return WithFailedSync(std::get<0>(drawn), std::get<1>(drawn), std::get<2>(drawn));
          })),
      &Smaller);
}

TEST(RunProperty, RecoveredStateIsAllowedByTheModel) {
  EXPECT_TRUE(rc::check("every generated scenario keeps every rule", [] {
    const Scenario scenario = *AnyScenario();
    const RunResult result = RunScenario(scenario);
    if (!result.verdict.ok()) RC_FAIL(DescribeFailure(scenario, result));
    RC_ASSERT(RunScenario(scenario).hash == result.hash);
  }));
}

TEST(RunProperty, FailedSyncAtAnyPointEntersBackgroundErrorMode) {
  std::uint64_t entered = 0;
  EXPECT_TRUE(rc::check("a failed sync poisons the life and nothing else", [&entered] {
    const Scenario scenario = *AnyFailedSync();
    const RunResult result = RunScenario(scenario);
    if (!result.verdict.ok()) RC_FAIL(DescribeFailure(scenario, result));
    entered += result.counts.Get(Count::kBackgroundErrors);
  }));
  EXPECT_GT(entered, 10u);
}

}  // namespace
}  // namespace harrow::harness
