// Expands a seed into a scenario. Swarm testing (Groce et al., ISSTA 2012): each seed switches features on and off and weighs
// the rest, so that a sweep holds runs that do little but one thing beside runs that do everything.
//
// Threading: pure function.
// Invariants:
//  1. The same (seed, limits) gives the same scenario in every build.
//  2. Each part (workload, faults, schedule, crash) draws from a stream of its own.
#ifndef HARROW_SIM_HARNESS_GENERATOR_H_
#define HARROW_SIM_HARNESS_GENERATOR_H_

#include <cstdint>
#include <optional>
#include <string>

#include "sim/disk/profile.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

// What the caller pins; the rest is the seed's to choose.
struct GeneratorLimits {
  std::string target = "harrow";
  std::optional<disk::ProfileName> profile;
  std::optional<kernel::StrategyKind> strategy;
};

Scenario GenerateScenario(std::uint64_t seed, const GeneratorLimits& limits);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_GENERATOR_H_
