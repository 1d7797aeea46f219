#include "sim/harness/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

#include "sim/harness/generator.h"
#include "sim/harness/replay_text.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/sweep/recheck.h"

namespace harrow::harness {
namespace {

Scenario Parse(const std::string& text) {
  absl::StatusOr<Scenario> scenario = ParseScenario("test", text);
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  return *std::move(scenario);
}

constexpr const char* kThreeLives =
    "harrow scenario 1\n"
    "keys 4\n"
    "life\n"
    "  explore 1\n"
    "  image none\n"
    "  image random 0x7\n"
    "  end crash keep none\n"
    "  client\n"
    "    put k0 100 sync\n"
    "    put k1 40000\n"
    "    put k2 100 sync\n"
    "  client\n"
    "    batch sync { put k3 10, delete k0 }\n"
    "    get k3\n"
    "life\n"
    "  end crash before 4 keep all\n"
    "  client\n"
    "    put k0 50 sync\n"
    "life\n"
    "  end close\n"
    "  client\n"
    "    delete k1 sync\n"
    "    scan\n";

TEST(Run, CountsWhatItExercised) {
  const RunResult result = RunScenario(Parse(kThreeLives));
  EXPECT_TRUE(result.verdict.ok()) << result.verdict.violation.found;
  EXPECT_EQ(result.counts.Get(Count::kLives), 3u);
  EXPECT_EQ(result.counts.Get(Count::kCrashes), 2u);
  EXPECT_EQ(result.counts.Get(Count::kCrashesInRecovery), 1u);
  EXPECT_EQ(result.counts.Get(Count::kCleanCloses), 1u);
  EXPECT_EQ(result.counts.Get(Count::kFragmentedRecords), 1u);
  EXPECT_GT(result.counts.Get(Count::kCrashStates), 10u);
}

TEST(Run, RecoveriesCrashToTheDepthAskedFor) {
  const std::string one_write =
      "harrow scenario 3\nlife\n  explore 4\n  image none\n  image all\n%s  end crash keep none\n"
      "  client\n    put k0 100 sync\n    put k1 100\n";
  const auto counts_with = [&](const char* nested) {
    std::string text = one_write;
    text.replace(text.find("%s"), 2, nested);
    const RunResult result = RunScenario(Parse(text));
    EXPECT_TRUE(result.verdict.ok()) << result.verdict.violation.found;
    return result.counts;
  };
  const Counts none = counts_with("");
  const Counts one = counts_with("  nested 1 every 2\n");
  const Counts two = counts_with("  nested 2 every 2\n");
  // Each life has a recovery of its own, whose crash states are two deep already.
  EXPECT_EQ(none.Get(Count::kCrashStatesDeeper), 0u);
  EXPECT_GT(one.Get(Count::kCrashStatesTwoDeep), none.Get(Count::kCrashStatesTwoDeep));
  EXPECT_EQ(one.Get(Count::kCrashStatesDeeper), 0u);
  EXPECT_GT(two.Get(Count::kCrashStatesDeeper), 10u);
}

TEST(Run, DamageThatALaterLifeMeetsIsNotHeldAgainstARecovery) {
  // The second life would have brought the put back; in the third its only record is read with a bit turned round.
  const RunResult result = RunScenario(
      Parse("harrow scenario 3\nkeys 1\nlife\n  explore 0\n  end crash keep all\n  client\n"
            "    put k0 100\nlife\n  explore 0\n  end crash before 1 keep all\nlife\n"
            "  explore 0\n  fault log read #1: flip 200\n  end crash\n"));
  EXPECT_TRUE(result.verdict.ok()) << result.verdict.violation.found;
  EXPECT_EQ(result.counts.Get(Count::kFaultFlippedBit), 1u);
}

TEST(Run, AnIdleCloseJudgesTheFiles) {
  const RunResult result =
      RunScenario(Parse("harrow scenario 3\nlife\n  explore 0\n  end close idle\n  client\n"
                        "    put k0 3000\n    flush\n    put k0 3000\n    compact\n"));
  EXPECT_TRUE(result.verdict.ok()) << result.verdict.violation.found;
  EXPECT_EQ(result.counts.Get(Count::kIdleCloses), 1u);
}

TEST(Run, EverySubsetHasMoreThanAllAndNone) {
  constexpr const char* kScenario =
      "harrow scenario 3\nprofile %s\nkeys 2\nlife\n  explore 1\n  image %s\n  end close\n  "
      "client\n"
      "    put k0 100 sync\n    put k1 5000\n    put k0 100 sync\n";
  const auto states = [&](const char* profile, const char* image) {
    std::array<char, 400> text{};
    std::snprintf(text.data(), text.size(), kScenario, profile, image);
    const RunResult result = RunScenario(Parse(text.data()));
    EXPECT_TRUE(result.verdict.ok()) << result.verdict.violation.found;
    return result.counts.Get(Count::kCrashStates);
  };
  EXPECT_GT(states("strict", "every-subset"), states("strict", "all\n  image none"));
  EXPECT_GT(states("ext4", "every-subset"), states("ext4", "all\n  image none"));
}

// One write that is not synced, whose log the kernel fails to write; then a close, and a life that reads.
TEST(Run, ACloseOwesTheCacheUnlessAFailedWritebackTookItBack) {
  const auto run = [](const std::string& profile, const std::string& fault) {
    return RunScenario(Parse("harrow scenario 3\nprofile " + profile + "\nkeys 1\nlife\n  fault " +
                             fault +
                             "\n  end close\n  client\n    put k0 100\nlife\n  end close\n"));
  };
  for (const char* const profile : {"btrfs", "ext4"}) {
    const RunResult result = run(profile, "log write #1: writeback-fails EIO");
    EXPECT_TRUE(result.verdict.ok()) << profile << ": " << result.verdict.violation.found;
    EXPECT_EQ(result.counts.Get(Count::kFaultWriteback), 1u) << profile;
  }
}

// Damage excuses a failed open and a lost write, in the life that it hits and in later ones.
TEST(Run, AfterDamageAnOpenMayFail) {
  for (const char* const fault : {"manifest read 1/1: rot 100", "log read 1/1: rot 100",
                                  "log read 1/1: flip 100", "any list #1: miss 0"}) {
    const RunResult result = RunScenario(
        Parse(std::string("harrow scenario 3\nkeys 2\nlife\n  explore 1\n  end crash keep none\n"
                          "  client\n    put k0 100 sync\n    put k1 100 sync\nlife\n  explore 1\n"
                          "  fault ") +
              fault + "\n  end crash keep none\nlife\n  explore 1\n  end crash keep none\n"));
    EXPECT_TRUE(result.verdict.ok()) << fault << ": " << result.verdict.violation.found;
    EXPECT_GT(result.counts.Get(Count::kFaultRot) + result.counts.Get(Count::kFaultFlippedBit) +
                  result.counts.Get(Count::kFaultMissedName),
              0u)
        << fault;
  }
}

TEST(Run, NamesTheClassOfItsFailure) {
  Scenario scenario = Parse(kThreeLives);
  const RunResult good = RunScenario(scenario);
  EXPECT_FALSE(good.failed());
  EXPECT_EQ(ToText(good.failure), "none");
  scenario.step_limit = 50;
  const RunResult cut = RunScenario(scenario);
  EXPECT_TRUE(cut.failed());
  EXPECT_EQ(ToText(cut.failure), "rule live");
  EXPECT_EQ(cut.failure.rule, cut.verdict.violation.rule);
}

TEST(Run, SameScenarioSameHash) {
  const Scenario scenario = Parse(kThreeLives);
  const RunResult first = RunScenario(scenario);
  for (int again = 0; again < 5; ++again) EXPECT_EQ(RunScenario(scenario).hash, first.hash);
  // Recording changes nothing.
  Recording recording;
  EXPECT_EQ(RunScenario(scenario, &recording).hash, first.hash);
  EXPECT_EQ(recording.lives.size(), 3u);
}

TEST(Run, TextFormRunsTheSame) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    const Scenario scenario = GenerateScenario(seed, {});
    EXPECT_EQ(RunScenario(Parse(ToText(scenario))).hash, RunScenario(scenario).hash) << seed;
  }
}

// The deviations that a recorded run lists lead to the same run again, with the default schedule under them.
TEST(Run, RecordedScheduleReplays) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Scenario scenario = GenerateScenario(seed, {});
    Recording recording;
    const RunResult result = RunScenario(scenario, &recording);
    for (std::size_t life = 0; life < recording.lives.size(); ++life) {
      SchedulePlan& schedule = scenario.lives[life].schedule;
      schedule.replay = true;
      schedule.deviations = recording.lives[life].outcome.deviations;
    }
    EXPECT_EQ(RunScenario(scenario).hash, result.hash) << seed;
  }
}

TEST(Run, FailedLogSyncPoisonsTheLife) {
  const RunResult result =
      RunScenario(Parse("harrow scenario 1\nkeys 2\nlife\n  fault log sync #2: fail EIO\n  end "
                        "crash keep none\n  client\n"
                        "    put k0 100 sync\n    put k1 100 sync\n    put k0 100 sync\n    put k1 "
                        "100\n    get k0\n"));
  EXPECT_TRUE(result.verdict.ok()) << result.verdict.violation.found;
  EXPECT_EQ(result.counts.Get(Count::kFaultFailedSync), 1u);
  EXPECT_EQ(result.counts.Get(Count::kBackgroundErrors), 1u);
}

TEST(Run, ReadFaultFailsTheOpenLoudlyAndLosesNothing) {
  const RunResult result = RunScenario(Parse(
      "harrow scenario 1\nkeys 2\nlife\n  end crash keep none\n  client\n    put k0 100 sync\n"
      "life\n  fault log read #1..: error EIO\n  end close\n  client\n    put k1 100 sync\n"
      "life\n  end close\n  client\n    get k0\n"));
  EXPECT_TRUE(result.verdict.ok()) << result.verdict.violation.found;
  EXPECT_EQ(result.counts.Get(Count::kFailedOpens), 1u);
}

TEST(Run, ReplayTellsTheStory) {
  const Scenario scenario = Parse(kThreeLives);
  Recording recording;
  const RunResult result = RunScenario(scenario, &recording);
  const std::string text = ReplayText(scenario, result, recording);
  for (const char* part :
       {"life 1 of 3", "calls #", "put k0 (100 bytes), sync", "-> ok", "append log",
        "the power goes at the end of the life", "; the medium keeps: none", "files that survive",
        "read back: ", "every rule held"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
}

// Whatever a recording says of a life agrees with its trace.
void CheckRecordedLife(const RecordedLife& life) {
  const std::vector<kernel::TraceEvent>& events = life.trace.events();
  std::size_t file = 0;
  std::uint64_t mutation = 0;
  for (std::size_t event = 0; event < events.size(); ++event) {
    if (events[event].note || events[event].kind != kernel::OpKind::kFile) continue;
    ASSERT_LT(file, life.files.size());
    const FileCall& call = life.files[file++];
    EXPECT_EQ(call.event, event);
    if (call.mutation != 0) {
      EXPECT_EQ(call.mutation, ++mutation);
    }
  }
  EXPECT_EQ(file, life.files.size());
  for (const ClientMark& mark : life.marks) EXPECT_TRUE(events[mark.event].note);
  for (const CaptureMark& capture : life.captures) {
    if (capture.before_mutation == 0) continue;
    const auto call = std::find_if(life.files.begin(), life.files.end(), [&](const FileCall& each) {
      return each.event >= capture.event;
    });
    if (call != life.files.end()) {
      EXPECT_EQ(call->mutation, capture.before_mutation);
    }
  }
}

TEST(Run, ARecordingAgreesWithItsTrace) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Recording recording;
    const RunResult result = RunScenario(GenerateScenario(seed, {}), &recording);
    ASSERT_TRUE(result.verdict.ok()) << seed;
    EXPECT_FALSE(recording.failing_crash.has_value());
    EXPECT_FALSE(recording.failing_recovery.has_value());
    for (std::size_t index = 0; index < recording.lives.size(); ++index) {
      const RecordedLife& life = recording.lives[index];
      CheckRecordedLife(life);
      if (life.crash.has_value()) {
        EXPECT_EQ(life.crash->survived.ContentHash(), life.end.ContentHash()) << seed;
      }
      if (index > 0) {
        EXPECT_EQ(life.start.ContentHash(), recording.lives[index - 1].end.ContentHash()) << seed;
      }
    }
  }
}

TEST(Run, ARecordingKnowsEveryCallOfAClient) {
  const Scenario scenario = Parse(kThreeLives);
  Recording recording;
  RunScenario(scenario, &recording);
  const RecordedLife& life = recording.lives[0];
  std::size_t calls = 0;
  std::size_t returns = 0;
  for (const ClientMark& mark : life.marks) {
    (mark.returned ? returns : calls) += 1;
    if (mark.kind == ClientMark::Kind::kWrite) {
      EXPECT_EQ(recording.history.writes[mark.index].client, mark.client);
    }
  }
  EXPECT_EQ(calls, 5u);
  EXPECT_EQ(returns, 5u);
  EXPECT_EQ(recording.lives[1].crash->before_mutation, 4u);
  std::uint64_t last = 0;
  for (const FileCall& call : recording.lives[1].files) last = std::max(last, call.mutation);
  EXPECT_EQ(last, 3u);
  EXPECT_FALSE(recording.lives[2].crash.has_value());
}

TEST(Run, NamesTheFirstStepThatDiffers) {
  const Scenario scenario = Parse(kThreeLives);
  Scenario other = scenario;
  other.lives[0].clients[0].operations[1].entries[0].value_size = 500;
  Recording a;
  Recording b;
  RunScenario(scenario, &a);
  RunScenario(other, &b);
  const std::string text = FirstDifference(a, b);
  EXPECT_NE(text.find("first difference in life 1"), std::string::npos) << text;
  EXPECT_NE(text.find("append log"), std::string::npos) << text;
  EXPECT_EQ(FirstDifference(a, a), "");
}

}  // namespace
}  // namespace harrow::harness
