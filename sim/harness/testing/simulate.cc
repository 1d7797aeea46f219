// A run in a worker process; after a failure a search for a smaller one, whose scenario is written and printed.
#include "sim/harness/testing/simulate.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "sim/harness/replay_text.h"
#include "sim/harness/run.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"
#include "sim/harness/shrink/shrink.h"
#include "sim/harness/shrink/trial_pool.h"

namespace harrow::harness {
namespace {

Simulated Bad(std::string report) { return {false, std::move(report)}; }

absl::StatusOr<Scenario> ReadScenario(std::string_view path) {
  std::ifstream file(std::string(path), std::ios::binary);
  if (!file.is_open()) return absl::NotFoundError(Printable(path) + ": cannot be read");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return ParseScenario(path, text);
}

TrialPoolOptions PoolOptions(const SimulateOptions& options) {
  TrialPoolOptions pool;
  pool.jobs = options.jobs;
  pool.hang = {options.hang_ms, options.hang_ms};
  pool.bounds = HangBounds::kAsGiven;
  pool.stopped = [] { return false; };
  pool.tick = [] {};
  return pool;
}

// One for all the tests of a program that ask for the same: the memory that it shares with its workers is large.
TrialPool* PoolFor(const SimulateOptions& options) {
  struct Kept {
    std::uint64_t hang_ms = 0;
    std::uint32_t jobs = 0;
    std::unique_ptr<TrialPool> pool;
  };
  static Kept kept;
  if (kept.pool == nullptr || kept.hang_ms != options.hang_ms || kept.jobs != options.jobs)
    kept = {options.hang_ms, options.jobs, std::make_unique<TrialPool>(PoolOptions(options))};
  return kept.pool.get();
}

// The one scenario that the environment asks for, replayed here.
std::optional<Simulated> ReplayAsked() {
  const char* const path = std::getenv("HARROW_SCENARIO");
  if (path == nullptr || *path == '\0') return std::nullopt;
  const absl::StatusOr<Scenario> scenario = ReadScenario(path);
  if (!scenario.ok())
    return Bad("HARROW_SCENARIO: " + std::string(scenario.status().message()) + "\n");
  Recording recording;
  const RunResult result = RunScenario(*scenario, &recording);
  const std::string text = ReplayText(*scenario, result, recording);
  if (result.failed() || !result.verdict.ok()) return Bad(text);
  std::fputs(text.c_str(), stdout);
  return Simulated{};
}

// The name of the file that a failing scenario goes to, or nothing.
std::string Save(const Scenario& scenario, const SimulateOptions& options) {
  if (options.folder.empty() || options.test.empty()) return {};
  std::string name = options.test;
  for (char& byte : name) {
    if (byte == '/') byte = '_';
  }
  std::string path =
      options.folder + (options.folder.ends_with('/') ? "" : "/") + "harrow-" + name + ".scenario";
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << ToText(scenario);
  file.close();
  return file.good() ? path : std::string();
}

// As a sweep prints it, with the scenario.
Simulated Report(const std::string& head, const Scenario& scenario, const Trial& trial,
                 const SimulateOptions& options) {
  std::string text = head + trial.text;
  if (trial.hash != 0) text += "  hash:     " + SeedText(trial.hash) + "\n";
  text += "  size:     " + ToText(Measure(scenario)) + "\n";
  const std::string path = Save(scenario, options);
  if (!path.empty()) {
    text += "  reproduce: harrow replay " + path + "\n";
    if (!options.rerun.empty())
      text += "  or:        HARROW_SCENARIO=" + path + " " + options.rerun + "\n";
  }
  return Bad(text + "  scenario:\n" + ToText(scenario));
}

Simulated Failed(const Scenario& scenario, const Trial& trial, const SimulateOptions& options) {
  const std::string head = "seed " + SeedText(scenario.seed) + " is red\n";
  if (options.shrink_ms == 0) return Report(head, scenario, trial, options);
  ShrinkOptions shrink;
  shrink.time_ms = options.shrink_ms;
  shrink.hang_ms = options.hang_ms;
  shrink.jobs = options.jobs;
  const ShrinkResult found = Shrink(scenario, shrink);
  if (found.failure.kind == FailureClass::Kind::kNone)
    return Report(head + "it did not fail when it ran again\n", scenario, trial, options);
  Trial smaller;
  smaller.failure = found.failure;
  smaller.hash = found.hash;
  smaller.text = found.text;
  return Report(head, found.smallest, smaller, options);
}

}  // namespace

Simulated Simulate(const Scenario& scenario, const SimulateOptions& options) {
  if (std::optional<Simulated> replayed = ReplayAsked()) return *std::move(replayed);
  const Answer answer = PoolFor(options)->RunFresh(scenario, TrialMode::kTwice);
  if (answer.trial.failure.kind != FailureClass::Kind::kNone)
    return Failed(scenario, answer.trial, options);
  if (!answer.understood) return Bad("the scenario is too large, or outside the format's limits\n");
  if (answer.unknown == 0) return {};
  return Bad("no verdict on seed " + SeedText(scenario.seed) + ": " +
             std::to_string(answer.unknown) + " checks reached a bound\n");
}

Simulated Simulate(std::string_view file, const SimulateOptions& options) {
  const absl::StatusOr<Scenario> scenario = ReadScenario(file);
  if (!scenario.ok()) return Bad(std::string(scenario.status().message()) + "\n");
  return Simulate(*scenario, options);
}

Simulated SimulateSeed(std::uint64_t seed, const SimulateOptions& options) {
  return Simulate(GenerateScenario(seed, options.limits), options);
}

Simulated SimulateSeeds(SeedRange seeds, const SimulateOptions& options) {
  if (std::optional<Simulated> replayed = ReplayAsked()) return *std::move(replayed);
  TrialPool* const pool = PoolFor(options);
  pool->WantAnyFailure(TrialMode::kOnce);
  const std::optional<Found> found = pool->First(seeds.count, [&](std::size_t index) {
    return GenerateScenario(seeds.first + index, options.limits);
  });
  if (found.has_value()) return Failed(found->scenario, found->trial, options);
  if (!pool->undecided().has_value()) return {};
  return Bad("no verdict on seed " + SeedText(seeds.first + *pool->undecided()) +
             ": a check reached a bound\n");
}

}  // namespace harrow::harness
