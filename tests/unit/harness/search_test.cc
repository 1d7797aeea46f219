#include "sim/harness/shrink/search.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "sim/harness/generator.h"
#include "sim/harness/shrink/failing_profiles.h"
#include "sim/harness/shrink/scenario_size.h"
#include "sim/harness/shrink/variants.h"
#include "tests/unit/harness/scenarios.h"

namespace harrow::harness {
namespace {

using Kind = FailureClass::Kind;

// Runs nothing: a script says how each scenario fails.
class ScriptedTrials : public Trials {
 public:
  using Script = std::function<Trial(const Scenario&)>;
  ScriptedTrials(Kind wanted, Script script) : wanted_(wanted), script_(std::move(script)) {}

  std::optional<Found> First(std::size_t count, const CandidateAt& candidate) override {
    for (std::size_t index = 0; index < count && !Stopped(); ++index) {
      ++tried_;
      Scenario scenario = candidate(index);
      Trial trial = script_(scenario);
      if (trial.failure.kind == wanted_) return Found{index, std::move(scenario), trial};
    }
    return std::nullopt;
  }
  Deviations Record(const Scenario&) override { return recorded_; }
  bool Stopped() const override { return tried_ >= limit_; }
  bool Late() const override { return tried_ >= late_; }

  Deviations recorded_;
  std::uint64_t limit_ = ~std::uint64_t{0};
  std::uint64_t late_ = ~std::uint64_t{0};
  std::uint64_t tried_ = 0;

 private:
  const Kind wanted_;
  const Script script_;
};

Trial Failing(Kind kind) {
  Trial trial;
  trial.failure.kind = kind;
  return trial;
}

// Operations of a kind, in all lives.
std::size_t CountOf(const Scenario& scenario, Operation::Kind kind) {
  std::size_t count = 0;
  for (const LifePlan& life : scenario.lives) {
    for (const ClientPlan& client : life.clients) {
      for (const Operation& operation : client.operations) count += operation.kind == kind ? 1 : 0;
    }
  }
  return count;
}

// Dies of a flush, hangs when there is a scan and no flush.
Trial FlushDies(const Scenario& scenario) {
  if (CountOf(scenario, Operation::Kind::kFlush) > 0) return Failing(Kind::kDied);
  return Failing(CountOf(scenario, Operation::Kind::kScan) > 0 ? Kind::kHung : Kind::kNone);
}

struct Searched {
  SearchResult result;
  std::vector<Scenario> steps;
};

Searched Search(const Scenario& start, ScriptedTrials* trials, const Trial& trial) {
  Searched searched;
  searched.result = SearchSmallest(
      start, trial, trials,
      [&searched](const Scenario& better, const Trial&) { searched.steps.push_back(better); });
  return searched;
}

constexpr const char* kBusy =
    "keys 5\nwrite-buffer 4096\n"
    "life\n client\n  put k0 5000\n  scan\n  put k3 70 sync\n client\n  get k1\n  put k2 16\n"
    "life\n schedule random seed 0x5\n client\n  put k0 16\n  flush\n  scan\n client\n  delete k4\n"
    "life\n client\n  scan\n";

TEST(Search, KeepsTheClassOfTheFailure) {
  ScriptedTrials dies(Kind::kDied, &FlushDies);
  const Searched died = Search(ScenarioOf(kBusy), &dies, Failing(Kind::kDied));
  EXPECT_EQ(died.result.smallest, ScenarioOf("keys 1\nlife\n client\n  flush\n"))
      << ToText(died.result.smallest);
  EXPECT_TRUE(died.result.finished);
  EXPECT_EQ(died.result.trial.failure.kind, Kind::kDied);

  ScriptedTrials hangs(Kind::kHung, &FlushDies);
  Scenario without_flush = ScenarioOf(kBusy);
  without_flush.lives.erase(without_flush.lives.begin() + 1);
  const Searched hung = Search(without_flush, &hangs, Failing(Kind::kHung));
  EXPECT_EQ(hung.result.smallest, ScenarioOf("keys 1\nlife\n client\n  scan\n"))
      << ToText(hung.result.smallest);
}

TEST(Search, EachStepIsSmaller) {
  ScriptedTrials trials(Kind::kDied, &FlushDies);
  const Searched searched = Search(ScenarioOf(kBusy), &trials, Failing(Kind::kDied));
  ASSERT_GT(searched.steps.size(), 3u);
  for (std::size_t at = 1; at < searched.steps.size(); ++at)
    EXPECT_LT(SizeOf(searched.steps[at]), SizeOf(searched.steps[at - 1]));
  EXPECT_EQ(searched.steps.back(), searched.result.smallest);
}

TEST(Search, TheSmallestIsAFixedPoint) {
  for (std::uint64_t seed = 1; seed < 6; ++seed) {
    const Scenario start = GenerateScenario(seed, {});
    const auto script = [](const Scenario& scenario) {
      const bool fails =
          CountOf(scenario, Operation::Kind::kWrite) >= 2 && scenario.lives.size() > 1;
      return Failing(fails ? Kind::kDied : Kind::kNone);
    };
    ScriptedTrials trials(Kind::kDied, script);
    const Searched once = Search(start, &trials, Failing(Kind::kDied));
    const ScenarioSize size = Measure(once.result.smallest);
    EXPECT_EQ(size.operations, 2u) << ToText(once.result.smallest);
    EXPECT_EQ(size.lives, 2u);
    EXPECT_EQ(size.drawn_schedules, 0u);
    const Searched twice = Search(once.result.smallest, &trials, Failing(Kind::kDied));
    EXPECT_EQ(twice.result.smallest, once.result.smallest);
    EXPECT_TRUE(twice.steps.empty());
  }
}

TEST(Search, StoppedAnywhereTheBestFails) {
  for (std::uint64_t limit = 0; limit < 400; limit += 7) {
    ScriptedTrials trials(Kind::kDied, &FlushDies);
    trials.limit_ = limit;
    const Searched searched = Search(ScenarioOf(kBusy), &trials, Failing(Kind::kDied));
    EXPECT_EQ(FlushDies(searched.result.smallest).failure.kind, Kind::kDied);
    EXPECT_NE(searched.result.finished, trials.Stopped());
  }
}

// Fails in a recovery from the third image of a life with two operations; never by its schedule alone.
Trial ThirdImage(const Scenario& scenario) {
  Trial trial = Failing(Kind::kNone);
  for (std::size_t life = 0; life < scenario.lives.size(); ++life) {
    const LifePlan& plan = scenario.lives[life];
    if (plan.clients.empty() || plan.clients[0].operations.size() < 2) continue;
    const bool ends_there = plan.end.kind == EndPlan::Kind::kCrash &&
                            plan.end.before_mutation == 3 &&
                            plan.end.image.survivors == faults::Survivors::kAll;
    bool explored = false;
    for (const faults::CrashImageChoice& image : plan.explore.images)
      explored = explored || image.survivors == faults::Survivors::kAll;
    explored = explored && plan.explore.every != 0 && 3 % plan.explore.every == 0;
    if (!explored && !ends_there) continue;
    trial.failure.kind = Kind::kRule;
    trial.place.life = static_cast<std::uint32_t>(explored ? life : scenario.lives.size());
    trial.place.explored_image = explored;
    trial.place.before_mutation = explored ? 3 : 0;
    trial.place.choice.survivors = faults::Survivors::kAll;
    return trial;
  }
  return trial;
}

TEST(Search, AnExploredImageBecomesTheEnd) {
  ScriptedTrials trials(Kind::kRule, &ThirdImage);
  const Scenario start = ScenarioOf(
      "life\n explore 3\n image none\n image all\n client\n  put k0 16\n  put k0 16\n  flush\n"
      "life\n client\n  get k0\n");
  const Searched searched = Search(start, &trials, ThirdImage(start));
  EXPECT_EQ(
      searched.result.smallest,
      ScenarioOf("keys 1\nlife\n end crash before 3 keep all\n client\n  put k0 16\n  put k0 16\n"))
      << ToText(searched.result.smallest);
}

// Needs a subset with items 0 and 2, at the end or among the images.
TEST(Search, OneSubsetOfEveryBecomesTheEndAndLosesWhatIsNotNeeded) {
  const auto script = [](const Scenario& scenario) {
    constexpr std::uint64_t kNeeded = 0b101;
    const LifePlan& life = scenario.lives[0];
    bool fails = life.end.image.survivors == faults::Survivors::kSubset &&
                 (life.end.image.cut & kNeeded) == kNeeded;
    for (const faults::CrashImageChoice& image : life.explore.images)
      fails = fails || image.survivors == faults::Survivors::kEverySubset;
    return Failing(fails ? Kind::kRule : Kind::kNone);
  };
  for (const char* const start : {"life\n explore 3\n image every-subset\n client\n  put k0 16\n",
                                  "life\n end crash keep subset 0x3f\n client\n  put k0 16\n"}) {
    ScriptedTrials trials(Kind::kRule, script);
    const Scenario scenario = ScenarioOf(start);
    const Searched searched = Search(scenario, &trials, script(scenario));
    EXPECT_EQ(ToText(searched.result.smallest.lives[0].end.image), "subset 0x5") << start;
    EXPECT_TRUE(searched.result.smallest.lives[0].explore.images.empty());
  }
}

// Needs two clients, and that one of the two recorded switches happens.
TEST(Search, ADrawnScheduleIsWrittenDownAndThinnedOut) {
  const Scenario needed = ScenarioOf("life\n replay\n switch 0x1 2 0x3\n switch 0x3 4 0x1\n");
  const auto script = [&needed](const Scenario& scenario) {
    if (scenario.lives.size() != 1 || scenario.lives[0].clients.size() < 2)
      return Failing(Kind::kNone);
    const SchedulePlan& schedule = scenario.lives[0].schedule;
    const kernel::Deviation& second = needed.lives[0].schedule.deviations[1];
    bool fails = !schedule.replay && schedule.strategy.kind != kernel::StrategyKind::kDefault;
    for (const kernel::Deviation& one : schedule.deviations) fails = fails || one == second;
    return Failing(fails ? Kind::kDied : Kind::kNone);
  };
  // In time, and in a hurry from the first trial on.
  for (const std::uint64_t late : {~std::uint64_t{0}, std::uint64_t{0}}) {
    ScriptedTrials trials(Kind::kDied, script);
    trials.late_ = late;
    trials.recorded_ = {needed.lives[0].schedule.deviations};
    const Searched searched =
        Search(ScenarioOf("life\n schedule pos seed 0x9 spurious 7\n client\n  flush\n client\n"),
               &trials, Failing(Kind::kDied));
    EXPECT_EQ(searched.result.smallest,
              ScenarioOf("keys 1\nlife\n replay\n switch 0x3 4 0x1\n client\n client\n"))
        << ToText(searched.result.smallest);
  }
}

TEST(Variants, ExploreTheLastLifeAndDrawOtherSchedules) {
  const Scenario scenario =
      ScenarioOf("life\nlife\n schedule random seed 0x5\n end crash before 4 keep all\n");
  EXPECT_EQ(VariantOf(scenario, 0), scenario);
  const Scenario explored = VariantOf(scenario, 1);
  EXPECT_EQ(explored.lives[0], scenario.lives[0]);
  EXPECT_EQ(explored.lives[1].explore.every, 1u);
  ASSERT_EQ(explored.lives[1].explore.images.size(), 2u);
  EXPECT_EQ(explored.lives[1].schedule, scenario.lives[1].schedule);
  EXPECT_EQ(VariantOf(scenario, 2).lives[1].schedule, SchedulePlan{});
  const SchedulePlan other = VariantOf(scenario, 3).lives[1].schedule;
  EXPECT_NE(other.strategy.kind, kernel::StrategyKind::kDefault);
  EXPECT_NE(other, scenario.lives[1].schedule);
  EXPECT_EQ(VariantOf(scenario, 3).lives[0].schedule, SchedulePlan{}) << "nothing to draw there";
}

TEST(Variants, TightenedDropsWhatFollows) {
  const Scenario scenario =
      ScenarioOf("life\n end close\n explore 2\n image none\nlife\n explore 2\n image all\nlife\n");
  Place place;
  place.life = 1;
  EXPECT_EQ(Tightened(scenario, place), ScenarioOf("life\n end close\nlife\n"));
  place.explored_image = true;
  place.before_mutation = 6;
  place.choice.survivors = faults::Survivors::kAll;
  EXPECT_EQ(Tightened(scenario, place),
            ScenarioOf("life\n end close\nlife\n end crash before 6 keep all\n"));
  // After a close there is no mutation left to crash before: the power goes as the next life begins.
  place.life = 0;
  place.before_mutation = 0;
  EXPECT_EQ(Tightened(scenario, place),
            ScenarioOf("life\n end close\nlife\n end crash before 1 keep all\n"));
}

TEST(FailingProfiles, TriesTheScenarioAndThenMoreImages) {
  const Scenario scenario = ScenarioOf("profile btrfs\nlife\n explore 0\n end crash keep none\n");
  ScriptedTrials trials(Kind::kRule, [](const Scenario& candidate) {
    switch (candidate.profile) {
      case disk::ProfileName::kStrict:
        return Failing(Kind::kRule);
      case disk::ProfileName::kXfs:  // only by an image that the scenario does not take
        return Failing(candidate.lives[0].explore.every == 1 ? Kind::kRule : Kind::kNone);
      case disk::ProfileName::kExt4:  // another failure
        return Failing(Kind::kDied);
      default:
        return Failing(Kind::kNone);
    }
  });
  // btrfs is where it failed: there it is not asked again.
  EXPECT_EQ(FailingProfiles(scenario, &trials),
            (std::vector{disk::ProfileName::kStrict, disk::ProfileName::kXfs,
                         disk::ProfileName::kBtrfs}));
  trials.limit_ = trials.tried_ + 3;
  EXPECT_FALSE(FailingProfiles(scenario, &trials).has_value()) << "not all were tried";
}

TEST(FailingProfiles, OneLineNamesThem) {
  EXPECT_EQ(ProfilesLine({disk::ProfileName::kStrict, disk::ProfileName::kUnsafeDevice}),
            "  profiles: fails in strict unsafe-device, not in ext4 ext4-writeback ext4-journal "
            "xfs btrfs process-kill lying\n");
  EXPECT_EQ(ProfilesLine({disk::kAllProfiles.begin(), disk::kAllProfiles.end()}),
            "  profiles: fails in all of them\n");
}

TEST(Variants, TightenedMakesACrashInsideARecoveryALifeOfItsOwn) {
  const Scenario scenario = ScenarioOf(
      "life\n explore 2\n image all\n image none\n nested 2 every 1\n end close\nlife\n explore "
      "0\n");
  Place place;
  place.explored_image = true;
  place.before_mutation = 6;
  place.nested[0] = {3, {faults::Survivors::kAll, 0, 0}};
  place.nested[1] = {0, {}};
  place.nested_depth = 2;
  EXPECT_EQ(Tightened(scenario, place), ScenarioOf("life\n end crash before 6 keep none\n"
                                                   "life\n end crash before 3 keep all\n"
                                                   "life\n end crash keep none\n"));
}

}  // namespace
}  // namespace harrow::harness
