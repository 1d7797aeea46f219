// Scenarios as text, for tests.
#ifndef HARROW_TESTS_UNIT_HARNESS_SCENARIOS_H_
#define HARROW_TESTS_UNIT_HARNESS_SCENARIOS_H_

#include <gtest/gtest.h>

#include <string>

#include "sim/harness/scenario_text.h"

namespace harrow::harness {

// `body` without its first line.
inline Scenario ScenarioOf(const std::string& body) {
  absl::StatusOr<Scenario> scenario = ParseScenario("test", "harrow scenario 1\n" + body);
  EXPECT_TRUE(scenario.ok()) << scenario.status() << "\n" << body;
  return scenario.ok() ? *std::move(scenario) : Scenario{};
}

}  // namespace harrow::harness

#endif  // HARROW_TESTS_UNIT_HARNESS_SCENARIOS_H_
