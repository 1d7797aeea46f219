// Runs engine code on a simulated disk: from an image, under a fault plan, to the images that a power
// loss or a clean end leaves. What the code hands out must be allocated under kernel::HostMemory.
#ifndef HARROW_TESTS_UNIT_ENGINE_SIMULATED_MACHINE_H_
#define HARROW_TESTS_UNIT_ENGINE_SIMULATED_MACHINE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/info_log.h"
#include "faults/plan.h"
#include "sim/disk/disk.h"
#include "sim/disk/image.h"
#include "sim/disk/posix.h"
#include "sim/kernel/simulation.h"
#include "sim/targets/leveldb_names.h"

namespace harrow::engine {

inline const std::string kSimulatedPath = std::string(disk::kMountPrefix) + "/db";

struct SimulatedRun {
  kernel::Outcome outcome;
  disk::Image cache;                 // what the next process finds when the machine stays up
  std::vector<disk::Image> crashed;  // what a power loss at the end may leave; first the least
  std::vector<faults::Fired> fired;
};

inline SimulatedRun RunSimulated(const disk::Image& start, disk::ProfileName profile,
                                 const faults::Plan& plan, const std::function<void()>& body,
                                 disk::Observer* observer = nullptr,
                                 const kernel::StrategySpec& strategy = {}) {
  disk::DiskOptions options;
  options.profile = profile;
  options.classify = targets::ClassifyLevelDbPath;
  options.plan = plan;
  disk::Disk disk(options, start);
  kernel::Trace trace(false);
  const disk::Mount mount(&disk, observer);
  SimulatedRun run;
  kernel::SimulationOptions simulation;
  simulation.strategy = strategy;
  run.outcome = kernel::RunSimulation(simulation, trace, body);
  run.cache = disk.Everything();
  run.crashed.push_back(disk.Crash({}));
  run.crashed.push_back(disk.Crash({.survivors = faults::Survivors::kNamesOnly}));
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    run.crashed.push_back(disk.Crash({.survivors = faults::Survivors::kRandom, .seed = seed}));
  }
  run.fired = disk.injector().fired();
  return run;
}

// Keeps the lines of one run.
class KeptLog final : public InfoLog {
 public:
  void Log(std::string_view line) override {
    const kernel::HostMemory host;
    lines_.append(line).push_back('\n');
  }
  const std::string& lines() const { return lines_; }

 private:
  std::string lines_;
};

}  // namespace harrow::engine

#endif  // HARROW_TESTS_UNIT_ENGINE_SIMULATED_MACHINE_H_
