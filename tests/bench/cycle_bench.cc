// What a CPU second of one core verifies, for our engine and for stock LevelDB, and beside each the same work without the
// simulator: real mutexes, files on /dev/shm, one thread.
//
//   ten puts       10 puts of 100 bytes, one client; crash, recovery, full read-back and check
//   full cycle     4 clients, 200 operations, a random schedule, rotation at 64 KiB; crash at their end, recovery, check
//   crash states   24 synced puts of 6 KB, a crash after every file operation; each state recovered from and checked
//   puts           4,000 puts of 100 bytes, one client, not synced; no crash, and the final state recovered from and checked
//
// "Bare" opens an empty directory, does the puts, closes, opens again and scans; for crash states it opens and scans a copy of
// the directory as it stood after each put (the copying is not counted). It runs in a process of its own: what a store keeps in
// its statics for real threads is not what it keeps for simulated ones.
#include <gflags/gflags.h>
#include <sys/stat.h>
#include <sys/wait.h>
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
DEFINE_uint64(units, 0,
              "with --only, so many units of the row instead, of which none may break a rule");
DEFINE_string(
    only, "",
    "one of ten, full, states, puts: that row only, without the bare store; for profiling");
DEFINE_string(target, "", "with --only, the store; else both, ours and stock LevelDB");

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

ClientPlan Puts(std::uint32_t count, std::uint32_t size, bool sync) {
  constexpr models::KeyId kKeys = 64;
  ClientPlan client;
  for (std::uint32_t put = 0; put < count; ++put)
    client.operations.push_back(Put(put % kKeys, size, sync));
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
  const auto goes_on = [&] {
    return FLAGS_units == 0 ? elapsed < FLAGS_seconds : rate.units < FLAGS_units;
  };
  for (std::uint64_t number = 1; goes_on(); ++number) {
    rate.units += cycle(number);
    elapsed = CpuSeconds() - start;
  }
  rate.per_second = static_cast<double>(rate.units) / elapsed;
  return rate;
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

class Bare {
 public:
  explicit Bare(const std::string& target) : kind_(*targets::FindTarget(target)) {}

  std::unique_ptr<targets::Target> Open(const std::string& path,
                                        const targets::TargetOptions& options) const {
    std::unique_ptr<targets::Target> target;
    const absl::Status status = kind_.open(path, options, nullptr, &target);
    Require(status.ok(), status.ToString());
    return target;
  }

  // Everything a scenario's clients do, one after the other, then open and scan.
  void Run(const std::string& path, const Scenario& scenario) const {
    std::filesystem::remove_all(path);
    {
      const std::unique_ptr<targets::Target> target = Open(path, scenario.options);
      for (const ClientPlan& client : scenario.lives[0].clients) {
        for (const Operation& operation : client.operations) Perform(target.get(), operation);
      }
    }
    Scan(Open(path, scenario.options).get());
  }

  // The directory after each of the scenario's puts.
  std::vector<std::string> StatesOf(const Scenario& scenario) const {
    std::vector<std::string> states;
    const std::string path = directory_.Path("grown");
    const std::unique_ptr<targets::Target> target = Open(path, scenario.options);
    for (const Operation& operation : scenario.lives[0].clients[0].operations) {
      Perform(target.get(), operation);
      states.push_back(directory_.Path("state" + std::to_string(states.size())));
      std::filesystem::copy(path, states.back(), std::filesystem::copy_options::recursive);
    }
    return states;
  }

  static void Scan(targets::Target* target) {
    std::size_t seen = 0;
    const absl::Status status = target->Scan(
        nullptr, targets::ScanPath::kForward,
        [&seen](std::string_view, std::string_view value) { seen += value.empty() ? 0 : 1; });
    Require(status.ok() && seen > 0, "the bare store lost something");
  }

  std::string Path(const std::string& name) const { return directory_.Path(name); }

 private:
  static void Perform(targets::Target* target, const Operation& operation) {
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

  const targets::TargetKind& kind_;
  const BareDirectory directory_;
};

// In a child, which may start threads.
double RateInChild(const std::function<double()>& measure) {
  int ends[2];
  Require(pipe(ends) == 0, "pipe failed");
  std::fflush(nullptr);
  const pid_t child = fork();
  Require(child >= 0, "fork failed");
  if (child == 0) {
    const double rate = measure();
    _exit(write(ends[1], &rate, sizeof(rate)) == sizeof(rate) ? 0 : 1);
  }
  close(ends[1]);
  double rate = 0;
  const bool whole = read(ends[0], &rate, sizeof(rate)) == sizeof(rate);
  close(ends[0]);
  int status = 0;
  Require(waitpid(child, &status, 0) == child && status == 0 && whole, "the bare store failed");
  return rate;
}

// What is measured: scenarios by number, and what of a run counts.
struct Row {
  const char* name;
  const char* word;  // --only
  Scenario (*scenario)(std::uint64_t number);
  Count unit;
  std::uint64_t units_of_a_bare_run;  // 0: the states of a run are opened and scanned
  bool leveldb_keeps_the_rules;       // otherwise a run up to the first that is broken counts
};

Scenario TenPuts(std::uint64_t number) {
  Scenario scenario = OneLife(10, {Puts(10, 100, true)});
  scenario.lives[0].end.image = {faults::Survivors::kRandom, 0, number};
  return scenario;
}

Scenario SyncedPuts(std::uint64_t number) {
  Scenario scenario = OneLife(24, {Puts(24, 6000, true)});
  scenario.options.write_buffer_bytes = 4 << 20;
  scenario.lives[0].explore.every = 1;
  scenario.lives[0].explore.images = {{faults::Survivors::kRandom, 0, number}};
  return scenario;
}

constexpr std::uint32_t kManyPuts = 4000;

Scenario ManyPuts(std::uint64_t) {
  Scenario scenario = OneLife(64, {Puts(kManyPuts, 100, false)});
  scenario.options.write_buffer_bytes = 4 << 20;
  scenario.lives[0].end.image = {faults::Survivors::kAll, 0, 0};
  return scenario;
}

constexpr Row kRows[] = {
    {"ten puts", "ten", &TenPuts, Count::kCrashStates, 1, true},
    {"full cycle", "full", &FullCycle, Count::kCrashStates, 1, false},
    {"crash states", "states", &SyncedPuts, Count::kCrashStates, 0, true},
    {"puts", "puts", &ManyPuts, Count::kWrites, kManyPuts, true},
};

Rate SimulatedRate(const Row& row, const std::string& target) {
  return Measure([&](std::uint64_t number) {
    Scenario scenario = row.scenario(number);
    scenario.target = target;
    const RunResult result = RunScenario(scenario);
    if (target == "harrow" || row.leveldb_keeps_the_rules)
      Require(result.verdict.ok(), "a rule was broken: " + result.verdict.violation.found);
    return result.counts.Get(row.unit);
  });
}

double BareStatesRate(const Bare& bare, const Scenario& scenario) {
  const std::vector<std::string> states = bare.StatesOf(scenario);
  const std::string scratch = bare.Path("scratch");
  std::uint64_t units = 0;
  double elapsed = 0;
  while (elapsed < FLAGS_seconds) {
    for (const std::string& state : states) {
      std::filesystem::remove_all(scratch);
      std::filesystem::copy(state, scratch, std::filesystem::copy_options::recursive);
      const double start = CpuSeconds();
      bare.Scan(bare.Open(scratch, scenario.options).get());
      elapsed += CpuSeconds() - start;
      ++units;
    }
  }
  return static_cast<double>(units) / elapsed;
}

double BareRate(const Row& row, const std::string& target) {
  return RateInChild([&] {
    const Bare bare(target);
    if (row.units_of_a_bare_run == 0) return BareStatesRate(bare, row.scenario(0));
    return Measure([&](std::uint64_t number) {
             bare.Run(bare.Path("run"), row.scenario(number));
             return row.units_of_a_bare_run;
           })
        .per_second;
  });
}

int BenchOnly(const std::string& word) {
  const std::string target = FLAGS_target.empty() ? "harrow" : FLAGS_target;
  Require(targets::FindTarget(target) != nullptr, "--target: no " + target + " here");
  for (const Row& row : kRows) {
    if (word != row.word) continue;
    const Rate rate = SimulatedRate(row, target);
    std::printf("%s %.0f /s, %" PRIu64 " in all\n", row.word, rate.per_second, rate.units);
    return 0;
  }
  Require(false, "--only: expected ten, full, states or puts, found \"" + word + "\"");
  return 1;
}

void BenchAll() {
  std::printf("per CPU second of one core:\n%-14s %-8s %12s %12s %7s\n", "", "", "simulated",
              "bare", "ratio");
  for (const Row& row : kRows) {
    for (const char* target : {"harrow", "leveldb"}) {
      if (targets::FindTarget(target) == nullptr) continue;
      const double bare = BareRate(row, target);
      const double simulated = SimulatedRate(row, target).per_second;
      std::printf("%-14s %-8s %12.0f %12.0f %7.2f\n", row.name, target, simulated, bare,
                  simulated / bare);
      std::fflush(stdout);
    }
  }
}

}  // namespace
}  // namespace harrow::harness

int main(int argc, char** argv) {
  google::ParseCommandLineFlags(&argc, &argv, true);
  if (!FLAGS_only.empty()) return harrow::harness::BenchOnly(FLAGS_only);
  harrow::harness::BenchAll();
  return 0;
}
