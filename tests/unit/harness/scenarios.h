// Scenarios as text, for tests.
#ifndef HARROW_TESTS_UNIT_HARNESS_SCENARIOS_H_
#define HARROW_TESTS_UNIT_HARNESS_SCENARIOS_H_

#include <gtest/gtest.h>

#include <string>

#include "sim/harness/scenario_text.h"

namespace harrow::harness {

// `body` without its first line. In version 1 a life that does not say so explores nothing; the words that came later need 3.
inline Scenario ScenarioOf(const std::string& body) {
  const bool later =
      body.find("nested") != std::string::npos || body.find("idle") != std::string::npos;
  absl::StatusOr<Scenario> scenario =
      ParseScenario("test", (later ? "harrow scenario 3\n" : "harrow scenario 1\n") + body);
  EXPECT_TRUE(scenario.ok()) << scenario.status() << "\n" << body;
  return scenario.ok() ? *std::move(scenario) : Scenario{};
}

}  // namespace harrow::harness

#endif  // HARROW_TESTS_UNIT_HARNESS_SCENARIOS_H_
