// The schedule's steps, and all steps together.
#include "sim/harness/shrink/shrink_steps.h"

#include <algorithm>
#include <utility>

namespace harrow::harness {
namespace {

void MakeDefault(SchedulePlan* schedule) {
  schedule->strategy = {};
  schedule->spurious_wakeup_one_in = 0;
  schedule->replay = false;
  schedule->deviations.clear();
}

// By halves, quarters, … down to one.
void AddDeviationSteps(std::size_t life, std::size_t count, std::vector<ShrinkStep>* steps) {
  for (std::size_t size = (count + 1) / 2; size > 0; size = size == 1 ? 0 : (size + 1) / 2) {
    for (std::size_t first = 0; first < count; first += size) {
      steps->push_back([=](Scenario* scenario) {
        EraseRange(&scenario->lives[life].schedule.deviations, first,
                   std::min(size, count - first));
      });
    }
  }
}

}  // namespace

std::vector<ShrinkStep> ScheduleSteps(const Scenario& scenario) {
  std::vector<ShrinkStep> steps;
  steps.push_back([](Scenario* smaller) {
    for (LifePlan& life : smaller->lives) MakeDefault(&life.schedule);
  });
  for (std::size_t life = 0; life < scenario.lives.size(); ++life) {
    const SchedulePlan& schedule = scenario.lives[life].schedule;
    if (schedule == SchedulePlan{}) continue;
    steps.push_back([life](Scenario* smaller) { MakeDefault(&smaller->lives[life].schedule); });
    steps.push_back(
        [life](Scenario* smaller) { smaller->lives[life].schedule.spurious_wakeup_one_in = 0; });
    if (schedule.replay) {
      // The strategy is not asked, but its seed still feeds other draws of the life.
      steps.push_back([life](Scenario* smaller) { smaller->lives[life].schedule.strategy = {}; });
    }
  }
  for (std::size_t life = 0; life < scenario.lives.size(); ++life)
    AddDeviationSteps(life, scenario.lives[life].schedule.deviations.size(), &steps);
  return steps;
}

std::vector<ShrinkStep> DetailSteps(const Scenario& scenario) {
  std::vector<ShrinkStep> steps;
  AddSettingSteps(scenario, &steps);
  AddCrashSteps(scenario, &steps);
  AddFaultSteps(scenario, &steps);
  AddWorkloadSteps(scenario, &steps);
  return steps;
}

std::vector<Scenario> SmallerScenarios(const Scenario& scenario) {
  const ScenarioWeight weight = SizeOf(scenario);
  std::vector<Scenario> candidates;
  for (const auto& list : {&StructureSteps, &ScheduleSteps, &DetailSteps}) {
    for (const ShrinkStep& step : list(scenario)) {
      Scenario candidate = scenario;
      step(&candidate);
      if (SizeOf(candidate) < weight) candidates.push_back(std::move(candidate));
    }
  }
  return candidates;
}

}  // namespace harrow::harness
