// Stock SQLite as a control in both directions: in each of its modes, seeds without faults must lose what the mode is documented
// to lose, and nothing else.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/harness/generator.h"
#include "sim/harness/run.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {
namespace {

enum Journal : std::uint64_t { kDelete, kTruncate, kPersist, kLog };
enum Synchronous : std::uint64_t { kOff, kNormal, kFull, kExtra };

struct Modes {
  Journal journal;
  Synchronous synchronous;
};

Scenario Without(const Modes& modes, disk::ProfileName profile, std::uint64_t seed) {
  GeneratorLimits limits;
  limits.target = "sqlite";
  limits.profile = profile;
  Scenario scenario = GenerateScenario(seed, limits);
  scenario.options.journal = modes.journal;
  scenario.options.synchronous = modes.synchronous;
  scenario.options.paranoid_checks = 1;
  for (LifePlan& life : scenario.lives) life.faults.rules.clear();
  return scenario;
}

// How many seeds ended in what.
struct Tally {
  std::uint64_t whole = 0;
  std::uint64_t last_commits_lost = 0;
  std::uint64_t corrupt = 0;  // anything else
  std::uint64_t crash_states = 0;
  std::string first_corrupt;
};

Tally RunSeeds(const Modes& modes, disk::ProfileName profile, std::uint64_t seeds) {
  Tally tally;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const RunResult result = RunScenario(Without(modes, profile, seed));
    tally.crash_states += result.counts.Get(Count::kCrashStates);
    const models::Rule rule = result.failure.rule;
    const bool lost = rule == models::Rule::kDurable || rule == models::Rule::kDurableBefore ||
                      rule == models::Rule::kIndeterminate || rule == models::Rule::kIdempotent;
    if (!result.failed()) {
      ++tally.whole;
    } else if (result.failure.kind == FailureClass::Kind::kRule && lost) {
      ++tally.last_commits_lost;
    } else {
      if (tally.corrupt++ == 0)
        tally.first_corrupt = "seed " + std::to_string(seed) + ": " + ToText(result.failure) +
                              ": " + result.verdict.violation.found + result.failure_detail;
    }
  }
  return tally;
}

constexpr std::uint64_t kSeeds = 20;
constexpr disk::ProfileName kPoles[] = {disk::ProfileName::kExt4, disk::ProfileName::kStrict};

void Print(const Modes& modes, disk::ProfileName profile, const Tally& tally) {
  constexpr const char* kJournals[] = {"delete", "truncate", "persist", "wal"};
  constexpr const char* kSyncs[] = {"off", "normal", "full", "extra"};
  testing::Test::RecordProperty(std::string(ToText(profile)) + "_" + kJournals[modes.journal] +
                                    "_" + kSyncs[modes.synchronous],
                                std::to_string(tally.crash_states) + " crash states, " +
                                    std::to_string(tally.last_commits_lost) + " losses, " +
                                    std::to_string(tally.corrupt) + " corrupt");
}

TEST(SqliteControls, ModesThatPromiseEverythingKeepIt) {
  constexpr Modes kWhole[] = {{kDelete, kExtra}, {kTruncate, kFull}, {kTruncate, kExtra},
                              {kPersist, kFull}, {kPersist, kExtra}, {kLog, kFull},
                              {kLog, kExtra}};
  for (const disk::ProfileName profile : kPoles) {
    for (const Modes& modes : kWhole) {
      const Tally tally = RunSeeds(modes, profile, kSeeds);
      Print(modes, profile, tally);
      EXPECT_EQ(tally.whole, kSeeds) << ToText(profile) << " " << modes.journal << " "
                                     << modes.synchronous << " " << tally.first_corrupt;
      EXPECT_GT(tally.crash_states, 500U);
    }
  }
}

TEST(SqliteControls, ModesThatLoseTheLastCommitsLoseNothingElse) {
  constexpr Modes kLosing[] = {
      {kDelete, kFull}, {kDelete, kNormal}, {kTruncate, kNormal}, {kLog, kNormal}};
  for (const disk::ProfileName profile : kPoles) {
    for (const Modes& modes : kLosing) {
      const Tally tally = RunSeeds(modes, profile, kSeeds);
      Print(modes, profile, tally);
      EXPECT_GT(tally.last_commits_lost, kSeeds / 10) << modes.journal;
      // Where metadata operations survive in any order, the cut that a VACUUM makes may outlive the removal of a journal.
      if (profile == disk::ProfileName::kStrict && modes.journal != kLog) continue;
      EXPECT_EQ(tally.corrupt, 0U) << ToText(profile) << " " << modes.journal << " "
                                   << modes.synchronous << " " << tally.first_corrupt;
    }
  }
}

TEST(SqliteControls, WithoutSyncsItIsCorrupt) {
  for (const Journal journal : {kDelete, kTruncate, kPersist, kLog}) {
    const Tally tally = RunSeeds({journal, kOff}, disk::ProfileName::kExt4, kSeeds);
    Print({journal, kOff}, disk::ProfileName::kExt4, tally);
    EXPECT_GT(tally.corrupt, 0U) << journal;
  }
}

// What the library keeps in variables, and its random numbers, are of one run.
TEST(SqliteControls, OneScenarioOneHashWhateverRanBefore) {
  std::vector<std::uint64_t> hashes;
  for (std::uint64_t seed = 1; seed <= 12; ++seed)
    hashes.push_back(
        RunScenario(GenerateScenario(seed, {.target = "sqlite", .profile = {}, .strategy = {}}))
            .hash);
  for (std::uint64_t seed = 12; seed >= 1; --seed)
    EXPECT_EQ(
        RunScenario(GenerateScenario(seed, {.target = "sqlite", .profile = {}, .strategy = {}}))
            .hash,
        hashes[seed - 1]);
}

}  // namespace
}  // namespace harrow::harness
