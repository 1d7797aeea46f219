// The steps by which a scenario gets smaller: each is the scenario with one thing left out or made plainer. One set for the
// command line and for rapidcheck.
//
// Threading: pure functions.
// Invariants:
//  1. A step of StructureSteps leaves out or joins parts; ScheduleSteps and RescheduleSteps bring the schedule nearer to the
//     default one; DetailSteps make what is left plainer. Within a list, the boldest come first.
//  2. Every candidate of SmallerScenarios is strictly smaller by SizeOf, so that following candidates ends. A step alone may
//     change nothing, or (two writes joined into one) trade structure for detail.
#ifndef HARROW_SIM_HARNESS_SHRINK_SHRINK_STEPS_H_
#define HARROW_SIM_HARNESS_SHRINK_SHRINK_STEPS_H_

#include <cstddef>
#include <functional>
#include <vector>

#include "sim/harness/scenario.h"
#include "sim/harness/shrink/scenario_size.h"

namespace harrow::harness {

using ShrinkStep = std::function<void(Scenario*)>;

// Fewer lives, clients, operations, entries, fault rules, explored images.
std::vector<ShrinkStep> StructureSteps(const Scenario& scenario);
// No drawn schedule, no spurious wake-ups, fewer departures.
std::vector<ShrinkStep> ScheduleSteps(const Scenario& scenario);
// Of schedules that still depart from the default one several times: fewer departures at other places. Many steps.
std::vector<ShrinkStep> RescheduleSteps(const Scenario& scenario);
// Values, keys, kinds of operation, options, profile; rules that name one operation; a plainer and earlier crash.
std::vector<ShrinkStep> DetailSteps(const Scenario& scenario);

// All of them, as scenarios; but RescheduleSteps.
std::vector<Scenario> SmallerScenarios(const Scenario& scenario);

// What DetailSteps is made of.
void AddCrashSteps(const Scenario& scenario, std::vector<ShrinkStep>* steps);
void AddFaultSteps(const Scenario& scenario, std::vector<ShrinkStep>* steps);
void AddWorkloadSteps(const Scenario& scenario, std::vector<ShrinkStep>* steps);
void AddSettingSteps(const Scenario& scenario, std::vector<ShrinkStep>* steps);

// items without `count` of them from `first` on.
template <typename T>
void EraseRange(std::vector<T>* items, std::size_t first, std::size_t count) {
  const auto begin = items->begin() + static_cast<std::ptrdiff_t>(first);
  items->erase(begin, begin + static_cast<std::ptrdiff_t>(count));
}

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SHRINK_SHRINK_STEPS_H_
