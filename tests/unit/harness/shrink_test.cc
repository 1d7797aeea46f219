#include "sim/harness/shrink/shrink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/harness/run.h"
#include "sim/harness/shrink/fingerprint.h"
#include "sim/harness/shrink/trial_pool.h"
#include "tests/unit/harness/scenarios.h"

namespace harrow::harness {
namespace {

// The engine is sound; what fails is a life of more steps than it may take.
constexpr const char* kTooManySteps =
    "step-limit 60\nkeys 4\n"
    "life\n end crash before 12 keep all\n client\n  put k0 16\n"
    "life\n client\n  put k0 16 sync\n  put k1 500 sync\n  get k0\n client\n  put k2 16 sync\n  "
    "flush\n"
    "life\n client\n  put k0 16\n";

ShrinkResult ShrinkWith(std::uint32_t jobs, const std::string& text) {
  ShrinkOptions options;
  options.jobs = jobs;
  options.time_ms = 60'000;
  return Shrink(ScenarioOf(text), options);
}

TrialPoolOptions PoolOf(std::uint32_t jobs) {
  TrialPoolOptions options;
  options.jobs = jobs;
  options.stopped = [] { return false; };
  options.late = [] { return false; };
  options.tick = [] {};
  return options;
}

// In a process of its own: a run that ends at its step limit abandons its tasks, and a sanitizer calls what they held leaked.
bool FailsAs(const FailureClass& failure, const Scenario& scenario) {
  TrialPool pool(PoolOf(1));
  pool.Want(failure, TrialMode::kOnce);
  return pool.First(1, [&scenario](std::size_t) { return scenario; }).has_value();
}

TEST(Shrink, TheSmallestFailsByTheSameRuleWithTheHashItSays) {
  const ShrinkResult result = ShrinkWith(1, kTooManySteps);
  EXPECT_EQ(result.failure.kind, FailureClass::Kind::kRule);
  EXPECT_EQ(result.failure.rule, models::Rule::kLive);
  EXPECT_TRUE(result.finished);
  EXPECT_FALSE(result.interrupted);
  EXPECT_LT(SizeOf(result.smallest), SizeOf(ScenarioOf(kTooManySteps)));
  // In a process of its own, as in FailsAs.
  const Trial again = TrialPool(PoolOf(1)).RunFresh(result.smallest, TrialMode::kOnce).trial;
  EXPECT_EQ(again.failure, result.failure);
  EXPECT_EQ(again.hash, result.hash);
  EXPECT_NE(result.text.find("rule live broken"), std::string::npos) << result.text;
}

TEST(Shrink, TheNumberOfJobsDoesNotMatter) {
  const ShrinkResult one = ShrinkWith(1, kTooManySteps);
  const ShrinkResult three = ShrinkWith(3, kTooManySteps);
  EXPECT_EQ(one.smallest, three.smallest) << ToText(one.smallest) << ToText(three.smallest);
  EXPECT_NE(one.hash, 0u);
  EXPECT_EQ(one.hash, three.hash);
}

TEST(Shrink, WhatDoesNotFailIsLeftAlone) {
  const std::string sound = "life\n client\n  put k0 16 sync\n";
  const ShrinkResult result = ShrinkWith(1, sound);
  EXPECT_EQ(result.failure.kind, FailureClass::Kind::kNone);
  EXPECT_EQ(result.smallest, ScenarioOf(sound));
  EXPECT_EQ(result.tried, 1u);
}

TEST(Shrink, WhatIsKnownCountsAsNoFailure) {
  const auto with = [](const char* known) {
    ShrinkOptions options;
    options.time_ms = 60'000;
    options.any_failure = true;
    options.known = *ParseKnownFindings("known", known);
    return Shrink(ScenarioOf(kTooManySteps), options);
  };
  EXPECT_EQ(with("live in any: on record").failure.kind, FailureClass::Kind::kNone);
  EXPECT_EQ(with("durable in any: on record").failure.rule, models::Rule::kLive);
}

TEST(Shrink, ReportsEachStepDown) {
  std::vector<Scenario> seen;
  ShrinkOptions options;
  options.progressed = [&seen](const ShrinkProgress& progress) { seen.push_back(*progress.best); };
  const ShrinkResult result = Shrink(ScenarioOf(kTooManySteps), options);
  ASSERT_GT(seen.size(), 2u);
  EXPECT_EQ(seen.front(), ScenarioOf(kTooManySteps));
  EXPECT_EQ(seen.back(), result.smallest);
  for (const Scenario& scenario : seen) EXPECT_TRUE(FailsAs(result.failure, scenario));
}

TEST(Shrink, EndsWhenTheTimeIsOver) {
  ShrinkOptions options;
  options.time_ms = 1;
  const ShrinkResult result = Shrink(ScenarioOf(kTooManySteps), options);
  EXPECT_FALSE(result.finished);
  EXPECT_EQ(result.failure.rule, models::Rule::kLive);
  EXPECT_TRUE(FailsAs(result.failure, result.smallest));
  EXPECT_LT(result.elapsed_ms, 5000u);
}

// Too few steps: fails by the rule live.
Scenario WithSteps(std::uint64_t steps) {
  Scenario scenario = ScenarioOf("life\n client\n  put k0 16 sync\n");
  scenario.step_limit = steps;
  return scenario;
}

TEST(TrialPool, FindsTheFirstInOrderWithAnyNumberOfJobs) {
  FailureClass live;
  live.kind = FailureClass::Kind::kRule;
  live.rule = models::Rule::kLive;
  for (const std::uint32_t jobs : {1u, 2u, 5u}) {
    TrialPool pool(PoolOf(jobs));
    pool.Want(live, TrialMode::kOnce);
    const auto candidate = [](std::size_t index) {
      return WithSteps(index < 7 ? 100'000 + index : 20 + index);
    };
    const std::optional<Found> found = pool.First(40, candidate);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->index, 7u);
    EXPECT_EQ(found->scenario, WithSteps(27));
    // What was tried in vain is not tried again.
    const std::uint64_t tried = pool.tried();
    EXPECT_FALSE(pool.First(7, candidate).has_value());
    EXPECT_EQ(pool.tried(), tried);
  }
}

TEST(TrialPool, WhatIsWantedAgainIsFoundAgain) {
  TrialPool pool(PoolOf(1));
  for (int round = 0; round < 2; ++round) {
    pool.WantAnyFailure(TrialMode::kOnce);
    EXPECT_TRUE(pool.First(1, [](std::size_t) { return WithSteps(20); }).has_value());
  }
}

TEST(TrialPool, SaysWhatGaveNoVerdict) {
  TrialPool pool(PoolOf(2));
  pool.WantAnyFailure(TrialMode::kOnce);
  const auto candidate = [](std::size_t index) {
    Scenario scenario = WithSteps(100'000 + index);
    if (index >= 3) scenario.lives.clear();  // outside the format
    return scenario;
  };
  EXPECT_FALSE(pool.First(5, candidate).has_value());
  EXPECT_EQ(pool.undecided(), 3u);
  EXPECT_FALSE(pool.First(3, candidate).has_value());
  EXPECT_FALSE(pool.undecided().has_value());
}

TEST(TrialPool, AnotherClassIsNoFind) {
  FailureClass durable;
  durable.kind = FailureClass::Kind::kRule;
  durable.rule = models::Rule::kDurable;
  TrialPool pool(PoolOf(1));
  pool.Want(durable, TrialMode::kOnce);
  const auto candidate = [](std::size_t index) { return WithSteps(20 + index); };
  EXPECT_FALSE(pool.First(3, candidate).has_value());
  TrialPool any(PoolOf(1));
  any.WantAnyFailure(TrialMode::kOnce);
  EXPECT_TRUE(any.First(3, candidate).has_value());
}

TEST(TrialPool, ARecordedScheduleReplaysTheRun) {
  Scenario drawn = ScenarioOf(
      "life\n schedule random seed 0x3\n client\n  put k0 16 sync\n  put k1 16\n client\n  put k2 "
      "16 sync\n  flush\n");
  TrialPool pool(PoolOf(1));
  const Deviations deviations = pool.Record(drawn);
  ASSERT_EQ(deviations.size(), 1u);
  ASSERT_GT(deviations[0].size(), 2u);
  const std::uint64_t hash = RunScenario(drawn).hash;
  drawn.lives[0].schedule.replay = true;
  EXPECT_NE(RunScenario(drawn).hash, hash);
  drawn.lives[0].schedule.deviations = deviations[0];
  EXPECT_EQ(RunScenario(drawn).hash, hash);
}

TEST(ScenarioSize, SaysWhatToKeepInMind) {
  EXPECT_EQ(
      ToText(Measure(ScenarioOf("life\n fault log sync #1: fail EIO\n replay\n switch 0x1 2 0x3\n"
                                " client\n  put k0 16\n  flush\nlife\n client\n client\n"))),
      "2 operations of 3 clients in 2 lives, 1 fault, 1 preemption");
  EXPECT_EQ(
      ToText(Measure(ScenarioOf("life\n schedule random seed 0x7\n client\n  flush\n"))),
      "1 operation of 1 client in 1 life, 0 faults, 0 preemptions, 1 schedule drawn from a seed");
}

TEST(ScenarioSize, StructureWeighsMoreThanScheduleAndScheduleMoreThanDetail) {
  const ScenarioWeight two_puts = SizeOf(ScenarioOf("life\n client\n  put k0 16\n  put k0 16\n"));
  const ScenarioWeight one_put =
      SizeOf(ScenarioOf("life\n schedule random seed 0x7\n client\n  put k0 9000\n"));
  const ScenarioWeight written = SizeOf(ScenarioOf(
      "life\n replay\n switch 0x1 2 0x3\n switch 0x3 2 0x1\n client\n  put k0 90000 sync\n"));
  const ScenarioWeight plain = SizeOf(ScenarioOf("life\n client\n  put k0 90000 sync\n"));
  EXPECT_LT(one_put, two_puts);
  EXPECT_LT(written, one_put);
  EXPECT_LT(plain, written);
}

FailureClass RuleClass(models::Rule rule) {
  FailureClass failure;
  failure.kind = FailureClass::Kind::kRule;
  failure.rule = rule;
  return failure;
}

TEST(Fingerprint, LeavesOutSeedsSizesNamesAndNumbers) {
  const Scenario one = ScenarioOf(
      "seed 5\nlife\n fault log sync #2: fail EIO\n end crash before 9 keep random 0x7\n client\n  "
      "put k0 70000 sync\n");
  const Scenario other = ScenarioOf(
      "seed 6\nprofile strict\nkeys 9\nlife\n fault log sync #4..: error ENOSPC\n end crash keep "
      "random 0x3\n"
      " client\n  put k3 600 sync\n  put k1 9 sync\n  flush\n");
  const std::string expected = "log sync error; sync; full memtable; crash keep random -> durable";
  EXPECT_EQ(Fingerprint(one, RuleClass(models::Rule::kDurable)), expected);
  EXPECT_EQ(Fingerprint(other, RuleClass(models::Rule::kDurable)), expected);
}

TEST(Fingerprint, TellsCausesApart) {
  const Scenario one_client = ScenarioOf("life\n client\n  put k0 16 sync\n");
  const Scenario two_clients =
      ScenarioOf("life\n client\n  put k0 16 sync\n client\n  put k0 16\n");
  const FailureClass durable = RuleClass(models::Rule::kDurable);
  EXPECT_EQ(Fingerprint(one_client, durable), "sync; crash keep none -> durable");
  EXPECT_EQ(Fingerprint(two_clients, durable), "clients; sync; crash keep none -> durable");
  EXPECT_EQ(Fingerprint(one_client, durable, "  found:    k0 is absent after recovery, and no"),
            "sync; crash keep none -> durable: absent");
  EXPECT_EQ(Fingerprint(one_client, RuleClass(models::Rule::kPoisoned)), "sync -> poisoned");
}

TEST(Fingerprint, TheTargetsOwnErrorNamesTheCause) {
  const Scenario scenario = ScenarioOf("life\n client\n  put k0 16 sync\n  flush\n");
  EXPECT_EQ(
      Fingerprint(
          scenario, RuleClass(models::Rule::kOpen),
          "  found:    opening failed: DATA_LOSS: /harrow-disk/db/000017.log: cut header at 12\n"),
      "-> open: DATA_LOSS: /harrow-disk/db/#.log: cut header at #");
  FailureClass died;
  died.kind = FailureClass::Kind::kDied;
  died.signal = 11;
  EXPECT_EQ(Fingerprint(scenario, died), "full memtable -> died of signal 11 (Segmentation fault)");
}

}  // namespace
}  // namespace harrow::harness
