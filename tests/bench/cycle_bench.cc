// Verified crash cycles per CPU second, and beside each the same work on the bare engine: real mutexes, files on /dev/shm, one
// thread, no simulator.
//
//   ten puts       10 puts of 100 bytes, one client; crash, recovery, full read-back and check
//   full cycle     4 clients, 200 operations, a random schedule, rotation at 64 KiB; crash at their end, recovery, check
//   crash states   24 synced puts of 6 KB, a crash after every file operation; each state recovered from and checked
//
// "Bare" opens an empty directory, does the puts, closes, opens again and scans; for crash states it opens and scans a copy of
// the directory as it stood after each put (the copying is not counted).
#include <gflags/gflags.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/harness/payload.h"
#include "sim/harness/run.h"
#include "sim/harness/scenario.h"
#include "sim/harness/workload.h"
#include "sim/kernel/random.h"
#include "sim/targets/target.h"

DEFINE_double(seconds, 2.0, "CPU seconds for each measurement");
DEFINE_string(only, "",
              "one of ten, full, states: that row only, without the bare engine; for profiling");

namespace harrow::harness {
namespace {

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void Require(bool condition, const std::string& what) {
  if (condition) return;
  std::fprintf(stderr, "cycle_bench: %s\n", what.c_str());
  std::exit(1);
}

Operation Put(models::KeyId key, std::uint32_t size, bool sync) {
  Operation operation;
  operation.sync = sync;
  operation.entries = {{key, false, size}};
  return operation;
}

Scenario OneLife(std::uint32_t keys, std::vector<ClientPlan> clients) {
  Scenario scenario;
  scenario.key_count = keys;
  scenario.lives.resize(1);
  scenario.lives[0].clients = std::move(clients);
  return scenario;
}

ClientPlan Puts(std::uint32_t count, std::uint32_t size) {
  ClientPlan client;
  for (models::KeyId key = 0; key < count; ++key) client.operations.push_back(Put(key, size, true));
  return client;
}

ClientPlan MixedOperations(std::uint32_t count, const kernel::Random& stream) {
  constexpr std::uint32_t kKeys = 32;
  kernel::Random random = stream;
  ClientPlan client;
  for (std::uint32_t index = 0; index < count; ++index) {
    const auto key = static_cast<models::KeyId>(random.Below(kKeys));
    if (random.OneIn(5)) {
      Operation get;
      get.kind = Operation::Kind::kGet;
      get.key = key;
      client.operations.push_back(get);
    } else {
      const auto size = static_cast<std::uint32_t>(random.Between(100, 1000));
      client.operations.push_back(Put(key, size, random.OneIn(4)));
    }
  }
  return client;
}

Scenario FullCycle(std::uint64_t number) {
  const kernel::Random random(number);
  std::vector<ClientPlan> clients;
  for (int client = 0; client < 4; ++client) {
    clients.push_back(MixedOperations(50, random.Child("client").Child(std::to_string(client))));
  }
  Scenario scenario = OneLife(32, std::move(clients));
  scenario.options.write_buffer_bytes = 64 << 10;
  LifePlan& life = scenario.lives[0];
  life.schedule.strategy.kind = kernel::StrategyKind::kRandomWalk;
  life.schedule.strategy.seed = number;
  life.end.image = {faults::Survivors::kRandom, 0, number};
  return scenario;
}

struct Rate {
  double per_second = 0;
  std::uint64_t units = 0;
};

// Calls `cycle` with 0, 1, 2, …; each returns how many units of work it was.
Rate Measure(const std::function<std::uint64_t(std::uint64_t)>& cycle) {
  cycle(0);
  Rate rate;
  const double start = CpuSeconds();
  double elapsed = 0;
  for (std::uint64_t number = 1; elapsed < FLAGS_seconds; ++number) {
    rate.units += cycle(number);
    elapsed = CpuSeconds() - start;
  }
  rate.per_second = static_cast<double>(rate.units) / elapsed;
  return rate;
}

std::uint64_t Simulate(const Scenario& scenario, Count unit) {
  const RunResult result = RunScenario(scenario);
  Require(result.verdict.ok(), "a rule was broken: " + result.verdict.violation.found);
  return result.counts.Get(unit);
}

// A directory on /dev/shm for the bare engine.
class BareDirectory {
 public:
  BareDirectory() : root_("/dev/shm/harrow-bench-" + std::to_string(getpid())) {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
  }
  ~BareDirectory() { std::filesystem::remove_all(root_); }
  std::string Path(const std::string& name) const { return root_ + "/" + name; }

 private:
  const std::string root_;
};

std::unique_ptr<targets::Target> OpenBare(const std::string& path,
                                          const targets::TargetOptions& options) {
  std::unique_ptr<targets::Target> target;
  const absl::Status status = targets::FindTarget("harrow")->open(path, options, nullptr, &target);
  Require(status.ok(), status.ToString());
  return target;
}

void ScanBare(targets::Target* target, std::size_t at_least) {
  std::size_t seen = 0;
  const absl::Status status = target->Scan(
      nullptr, targets::ScanPath::kForward,
      [&seen](std::string_view, std::string_view value) { seen += value.empty() ? 0 : 1; });
  Require(status.ok() && seen >= at_least, "the bare engine lost something");
}

void PerformBare(targets::Target* target, const Operation& operation) {
  std::string value;
  if (operation.kind == Operation::Kind::kGet) {
    target->Get(KeyName(operation.key), nullptr, &value).IgnoreError();
    return;
  }
  const PlannedEntry& planned = operation.entries[0];
  value.resize(planned.value_size);
  FillValue(0, 0, planned.value_size, value.data());
  const targets::TargetEntry entry{KeyName(planned.key), value, false};
  const absl::Status status = target->Write({&entry, 1}, operation.sync);
  Require(status.ok(), status.ToString());
}

// Everything a scenario's clients do, one after the other, then open and scan.
void RunBare(const std::string& path, const Scenario& scenario) {
  std::filesystem::remove_all(path);
  {
    const std::unique_ptr<targets::Target> target = OpenBare(path, scenario.options);
    for (const ClientPlan& client : scenario.lives[0].clients) {
      for (const Operation& operation : client.operations) PerformBare(target.get(), operation);
    }
  }
  ScanBare(OpenBare(path, scenario.options).get(), 1);
}

void PrintRow(const char* name, const Rate& simulated, const Rate& bare) {
  std::printf("%-14s %10.0f /s   bare %10.0f /s   ratio %5.2f\n", name, simulated.per_second,
              bare.per_second, simulated.per_second / bare.per_second);
  std::fflush(stdout);
}

Scenario TenPuts() { return OneLife(10, {Puts(10, 100)}); }

Rate SimulateTenPuts() {
  Scenario scenario = TenPuts();
  return Measure([&](std::uint64_t number) {
    scenario.lives[0].end.image = {faults::Survivors::kRandom, 0, number};
    return Simulate(scenario, Count::kCrashStates);
  });
}

void BenchTenPuts(const BareDirectory& directory) {
  const Scenario scenario = TenPuts();
  const Rate simulated = SimulateTenPuts();
  const Rate bare = Measure([&](std::uint64_t) {
    RunBare(directory.Path("ten"), scenario);
    return 1;
  });
  PrintRow("ten puts", simulated, bare);
}

Rate SimulateFullCycles() {
  return Measure(
      [](std::uint64_t number) { return Simulate(FullCycle(number), Count::kCrashStates); });
}

void BenchFullCycles(const BareDirectory& directory) {
  const Rate bare = Measure([&](std::uint64_t number) {
    RunBare(directory.Path("full"), FullCycle(number));
    return 1;
  });
  PrintRow("full cycle", SimulateFullCycles(), bare);
}

// The directory after each of the scenario's puts.
std::vector<std::string> StatesOf(const BareDirectory& directory, const Scenario& scenario) {
  std::vector<std::string> states;
  const std::string path = directory.Path("grown");
  const std::unique_ptr<targets::Target> target = OpenBare(path, scenario.options);
  for (const Operation& operation : scenario.lives[0].clients[0].operations) {
    PerformBare(target.get(), operation);
    states.push_back(directory.Path("state" + std::to_string(states.size())));
    std::filesystem::copy(path, states.back(), std::filesystem::copy_options::recursive);
  }
  return states;
}

Rate MeasureBareStates(const BareDirectory& directory, const Scenario& scenario) {
  const std::vector<std::string> states = StatesOf(directory, scenario);
  const std::string scratch = directory.Path("scratch");
  Rate rate;
  double elapsed = 0;
  while (elapsed < FLAGS_seconds) {
    for (const std::string& state : states) {
      std::filesystem::remove_all(scratch);
      std::filesystem::copy(state, scratch, std::filesystem::copy_options::recursive);
      const double start = CpuSeconds();
      ScanBare(OpenBare(scratch, scenario.options).get(), 1);
      elapsed += CpuSeconds() - start;
      ++rate.units;
    }
  }
  rate.per_second = static_cast<double>(rate.units) / elapsed;
  return rate;
}

Scenario SyncedPuts() {
  Scenario scenario = OneLife(24, {Puts(24, 6000)});
  scenario.options.write_buffer_bytes = 4 << 20;
  scenario.lives[0].explore.every = 1;
  scenario.lives[0].explore.images = {{faults::Survivors::kRandom, 0, 0}};
  return scenario;
}

Rate SimulateCrashStates() {
  Scenario scenario = SyncedPuts();
  return Measure([&](std::uint64_t number) {
    scenario.lives[0].explore.images[0].seed = number;
    return Simulate(scenario, Count::kCrashStates);
  });
}

void BenchCrashStates(const BareDirectory& directory) {
  const Rate simulated = SimulateCrashStates();
  PrintRow("crash states", simulated, MeasureBareStates(directory, SyncedPuts()));
}

int BenchOnly(const std::string& row) {
  Rate rate;
  if (row == "ten") rate = SimulateTenPuts();
  if (row == "full") rate = SimulateFullCycles();
  if (row == "states") rate = SimulateCrashStates();
  Require(rate.units > 0, "--only: expected ten, full or states, found \"" + row + "\"");
  std::printf("%s %.0f /s\n", row.c_str(), rate.per_second);
  return 0;
}

}  // namespace
}  // namespace harrow::harness

int main(int argc, char** argv) {
  google::ParseCommandLineFlags(&argc, &argv, true);
  const harrow::harness::BareDirectory directory;
  if (!FLAGS_only.empty()) return harrow::harness::BenchOnly(FLAGS_only);
  std::printf("per CPU second of one core:\n");
  harrow::harness::BenchTenPuts(directory);
  harrow::harness::BenchFullCycles(directory);
  harrow::harness::BenchCrashStates(directory);
  return 0;
}
