// Short ways to write simulation options in tests.
#ifndef HARROW_TESTS_UNIT_KERNEL_OPTIONS_H_
#define HARROW_TESTS_UNIT_KERNEL_OPTIONS_H_

#include <cstdint>
#include <functional>

#include "sim/kernel/simulation.h"

namespace harrow::kernel {

inline SimulationOptions With(StrategyKind kind, std::uint64_t seed) {
  SimulationOptions options;
  options.strategy.kind = kind;
  options.strategy.seed = seed;
  options.strategy.expected_steps = 20;
  return options;
}

inline SimulationOptions Walk(std::uint64_t seed) { return With(StrategyKind::kRandomWalk, seed); }

inline Outcome Simulate(const SimulationOptions& options, const std::function<void()>& root) {
  Trace trace;
  return RunSimulation(options, trace, root);
}

inline std::uint64_t HashOf(const SimulationOptions& options, const std::function<void()>& root) {
  Trace trace;
  RunSimulation(options, trace, root);
  return trace.hash();
}

inline constexpr StrategyKind kRandomised[] = {StrategyKind::kRandomWalk, StrategyKind::kPct,
                                               StrategyKind::kPos};

}  // namespace harrow::kernel

#endif  // HARROW_TESTS_UNIT_KERNEL_OPTIONS_H_
