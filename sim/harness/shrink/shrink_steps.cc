// Structure before schedule before details: the order in which they weigh.
#include "sim/harness/shrink/shrink_steps.h"

#include <utility>

namespace harrow::harness {

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
