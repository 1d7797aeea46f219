#include "sim/harness/shrink/variants.h"

#include <algorithm>

#include "sim/harness/shrink/scenario_size.h"

namespace harrow::harness {
namespace {

using faults::CrashImageChoice;
using faults::Survivors;

// Every mutation of the last life, with what its end keeps, and with nothing kept.
void Explore(Scenario* scenario) {
  if (scenario->lives.empty()) return;
  LifePlan& last = scenario->lives.back();
  last.explore.every = 1;
  last.explore.images = {CrashImageChoice{}};
  if (last.end.image != CrashImageChoice{}) last.explore.images.push_back(last.end.image);
}

bool IsDefault(const SchedulePlan& schedule) {
  const bool drawn = schedule.strategy.kind != kernel::StrategyKind::kDefault;
  return !drawn && !schedule.replay && schedule.spurious_wakeup_one_in == 0;
}

void Redraw(SchedulePlan* schedule, std::uint64_t seed) {
  constexpr kernel::StrategyKind kKinds[] = {
      kernel::StrategyKind::kRandomWalk, kernel::StrategyKind::kPct, kernel::StrategyKind::kPos};
  schedule->strategy = {};
  schedule->strategy.kind = kKinds[seed % 3];
  schedule->strategy.seed = seed;
  schedule->strategy.expected_steps = 100;
  schedule->replay = false;
  schedule->deviations.clear();
}

}  // namespace

std::size_t VariantCount(const Scenario& scenario) {
  const bool all_default =
      std::all_of(scenario.lives.begin(), scenario.lives.end(),
                  [](const LifePlan& life) { return IsDefault(life.schedule); });
  if (all_default) return 2;
  const std::uint64_t operations = Measure(scenario).operations;
  if (operations > 40) return 4;
  return operations > 12 ? 6 : 15;
}

Scenario VariantOf(const Scenario& candidate, std::size_t variant) {
  Scenario scenario = candidate;
  if (variant == 0) return scenario;
  Explore(&scenario);
  for (LifePlan& life : scenario.lives) {
    if (variant == 2) life.schedule = {};
    if (variant > 2 && !IsDefault(life.schedule)) Redraw(&life.schedule, variant - 2);
  }
  return scenario;
}

Scenario Tightened(const Scenario& scenario, const Place& place) {
  Scenario tight = scenario;
  if (place.life < tight.lives.size()) tight.lives.resize(place.life + 1);
  for (LifePlan& life : tight.lives) life.explore = {};
  if (place.explored_image) {
    EndPlan& end = tight.lives.back().end;
    // Before a mutation, or after a close: then the power goes in a life that has just begun.
    if (place.before_mutation == 0 && end.kind == EndPlan::Kind::kClose) {
      tight.lives.emplace_back();
      tight.lives.back().end = {EndPlan::Kind::kCrash, 1, place.choice};
    } else {
      end = {EndPlan::Kind::kCrash, place.before_mutation, place.choice};
    }
    for (std::uint32_t depth = 0; depth < place.nested_depth; ++depth) {
      const NestedCrash& nested = place.nested[depth];
      tight.lives.emplace_back();
      tight.lives.back().end = {EndPlan::Kind::kCrash, nested.before_mutation, nested.choice};
    }
  }
  return tight;
}

}  // namespace harrow::harness
