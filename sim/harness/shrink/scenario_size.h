// How large a scenario is: in words for a reader, and as an order for the shrinker.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_SHRINK_SCENARIO_SIZE_H_
#define HARROW_SIM_HARNESS_SHRINK_SCENARIO_SIZE_H_

#include <compare>
#include <cstdint>
#include <string>

#include "sim/harness/scenario.h"

namespace harrow::harness {

// What a reader of a scenario has to keep in mind.
struct ScenarioSize {
  std::uint64_t lives = 0;
  std::uint64_t clients = 0;
  std::uint64_t operations = 0;
  std::uint64_t faults = 0;
  std::uint64_t preemptions = 0;      // departures from the default schedule that are written down
  std::uint64_t drawn_schedules = 0;  // lives whose departures are drawn from a seed instead
};
ScenarioSize Measure(const Scenario& scenario);
// "4 operations of 2 clients in 1 life, 1 fault, 2 preemptions"; a drawn schedule is named as well.
std::string ToText(const ScenarioSize& size);

// The order that shrinking follows: less to keep in mind first, then fewer departures from the default schedule, then plainer
// details. A schedule that is drawn from a seed weighs more than any that is written down.
struct ScenarioWeight {
  std::uint64_t structure = 0;
  std::uint64_t schedule = 0;
  std::uint64_t detail = 0;
  auto operator<=>(const ScenarioWeight&) const = default;
};
ScenarioWeight SizeOf(const Scenario& scenario);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SHRINK_SCENARIO_SIZE_H_
