// Scenarios in a rapidcheck property:
//
//   RC_GTEST_PROP(Store, KeepsItsPromises, (const harrow::harness::Scenario& scenario)) {
//     HARROW_RC_SIMULATE(scenario);
//   }
//
// The generator draws a seed; a counterexample shrinks by the steps of the command line, and prints as a scenario file.
//
// Threading: main thread of a test.
#ifndef HARROW_SIM_HARNESS_TESTING_RAPIDCHECK_H_
#define HARROW_SIM_HARNESS_TESTING_RAPIDCHECK_H_

#include <rapidcheck.h>

#include <cstdint>
#include <ostream>
#include <string>

#include "sim/harness/generator.h"
#include "sim/harness/scenario.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/shrink/shrink_steps.h"
#include "sim/harness/testing/simulate.h"

namespace harrow::harness {

// Found by rapidcheck through the namespace of its argument.
inline void showValue(  // NOLINT(readability-identifier-naming)
    const Scenario& scenario, std::ostream& out) {
  out << "\n" << ToText(scenario);
}

// Scenarios of the generator, within what the caller pins.
inline rc::Gen<Scenario> AnyScenario(const GeneratorLimits& limits = {}) {
  const auto smaller = [](const Scenario& scenario) {
    return rc::seq::fromContainer(SmallerScenarios(scenario));
  };
  const auto expand = [limits](std::uint64_t seed) { return GenerateScenario(seed, limits); };
  return rc::gen::shrink(
      rc::gen::noShrink(rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), expand)), smaller);
}

// As Simulate(), leaving the shrinking to rapidcheck.
inline Simulated SimulateInProperty(const Scenario& scenario, SimulateOptions options = {}) {
  options.shrink_ms = 0;
  return Simulate(scenario, options);
}

}  // namespace harrow::harness

template <>
struct rc::Arbitrary<harrow::harness::Scenario> {
  static Gen<harrow::harness::Scenario> arbitrary() {  // NOLINT(readability-identifier-naming)
    return harrow::harness::AnyScenario();
  }
};

// In the body of a property; options may follow.
#define HARROW_RC_SIMULATE(...)                                 \
  do {                                                          \
    const ::harrow::harness::Simulated harrow_simulated =       \
        ::harrow::harness::SimulateInProperty(__VA_ARGS__);     \
    if (!harrow_simulated.ok) RC_FAIL(harrow_simulated.report); \
  } while (false)

#endif  // HARROW_SIM_HARNESS_TESTING_RAPIDCHECK_H_
