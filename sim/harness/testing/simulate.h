// Runs scenarios from a test of any framework, and words a failure as harrow run does: shrunk, with the scenario as a file and as
// text, and the command that runs it again. TESTING.md shows how.
//
// Each runs in a process of its own, so a target that crashes or hangs is a failure like any other. Where the environment variable
// HARROW_SCENARIO names a file, that scenario alone runs instead, in this process, and what it prints is its replay.
//
// Threading: main thread.
#ifndef HARROW_SIM_HARNESS_TESTING_SIMULATE_H_
#define HARROW_SIM_HARNESS_TESTING_SIMULATE_H_

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/harness/generator.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

struct SimulateOptions {
  GeneratorLimits limits;           // what a seed may become
  std::uint64_t shrink_ms = 5'000;  // wall time for a smaller scenario; 0: none is looked for
  std::uint64_t hang_ms = 30'000;   // of one run
  std::uint32_t jobs = 1;           // worker processes
  std::string folder;               // where a failing scenario is written; empty: nowhere
  std::string test;                 // names that file, and the test in its command
  std::string rerun;                // the command that runs the test; empty: no such line
};

// Of one run or several: nothing, or what was wrong. A verdict that reached a bound is no pass.
struct [[nodiscard]] Simulated {
  bool ok = true;
  std::string report;  // lines
};

Simulated Simulate(const Scenario& scenario, const SimulateOptions& options = {});
// A scenario file. One that cannot be read or parsed is a failure.
Simulated Simulate(std::string_view file, const SimulateOptions& options = {});
Simulated SimulateSeed(std::uint64_t seed, const SimulateOptions& options = {});

struct SeedRange {
  std::uint64_t first = 0;
  std::uint64_t count = 1;
};
// Up to the first that fails.
Simulated SimulateSeeds(SeedRange seeds, const SimulateOptions& options = {});

Simulated Simulate(std::integral auto seed, const SimulateOptions& options = {}) {
  return SimulateSeed(static_cast<std::uint64_t>(seed), options);
}

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_TESTING_SIMULATE_H_
