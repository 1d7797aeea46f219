// Each pass walks a list of steps round and round: after a step that worked, the list of the smaller scenario is continued at the
// same place rather than begun again, and the pass ends after one whole round in vain.
#include "sim/harness/shrink/search.h"

#include <algorithm>
#include <utility>

#include "sim/harness/shrink/scenario_size.h"
#include "sim/harness/shrink/shrink_steps.h"
#include "sim/harness/shrink/variants.h"

namespace harrow::harness {
namespace {

using StepList = std::vector<ShrinkStep> (*)(const Scenario&);

class Search {
 public:
  Search(const Scenario& start, const Trial& trial, Trials* trials,
         const std::function<void(const Scenario&, const Trial&)>& better)
      : trials_(trials), better_(better), best_(start), trial_(trial) {}

  SearchResult Run() {
    Tighten();
    for (bool smaller = true; smaller && !trials_->Stopped();) {
      const ScenarioWeight before = SizeOf(best_);
      const bool early = !hurried_;
      // Most of what can go does so without a trace.
      Pass(&StructureSteps, 1);
      Pass(&StructureSteps, VariantCount(best_));
      WriteScheduleDown();
      hurried_ = true;
      Pass(&ScheduleSteps, 2);
      Pass(&DetailSteps, 1);
      // Many steps that seldom work: only when nothing else does.
      if (SizeOf(best_) == before) Pass(&RescheduleSteps, 1);
      // What the first round left early, the second goes on with.
      smaller = SizeOf(best_) < before || (early && trials_->Late());
    }
    return {std::move(best_), std::move(trial_), !trials_->Stopped()};
  }

 private:
  // A search that will not end in time leaves its first pass early, or it would never come to the schedule.
  bool Hurries() const { return !hurried_ && trials_->Late(); }

  void Accept(Found found) {
    best_ = std::move(found.scenario);
    trial_ = std::move(found.trial);
    better_(best_, trial_);
  }

  // Whether it failed as well.
  bool Try(const Scenario& candidate) {
    std::optional<Found> found = trials_->First(1, [&](std::size_t) { return candidate; });
    if (!found.has_value()) return false;
    Accept(*std::move(found));
    return true;
  }

  void Tighten() {
    if (trial_.failure.kind != FailureClass::Kind::kRule) return;
    const Scenario tight = Tightened(best_, trial_.place);
    if (tight != best_) Try(tight);
  }

  // Accepts what was found, or its tight form. False: neither is smaller than the best.
  bool AcceptSmaller(Found found) {
    if (found.trial.failure.kind == FailureClass::Kind::kRule) {
      const Scenario tight = Tightened(found.scenario, found.trial.place);
      if (tight != found.scenario && SizeOf(tight) < SizeOf(best_) && Try(tight)) return true;
    }
    if (!(SizeOf(found.scenario) < SizeOf(best_))) return false;
    Accept(std::move(found));
    return true;
  }

  // Tries steps[first], and on to the end and round, `count` of them. The number of the step that worked.
  std::optional<std::size_t> TrySteps(const std::vector<ShrinkStep>& steps, std::size_t first,
                                      std::size_t count, std::size_t variants) {
    constexpr std::size_t kAtOnce = 64;  // between two looks at the clock
    std::size_t done = 0;                // of count * variants
    const std::size_t all = count * variants;
    const ScenarioWeight weight = SizeOf(best_);
    while (done < all && !trials_->Stopped() && !Hurries()) {
      const std::size_t count_now = std::min(all - done, kAtOnce);
      std::optional<Found> found = trials_->First(count_now, [&](std::size_t index) {
        Scenario candidate = best_;
        steps[(first + (done + index) / variants) % steps.size()](&candidate);
        // No smaller: as good as not tried, since the best itself is known.
        if (!(SizeOf(candidate) < weight)) return best_;
        return VariantOf(candidate, (done + index) % variants);
      });
      if (!found.has_value()) {
        done += count_now;
        continue;
      }
      done += found->index + 1;
      if (AcceptSmaller(*std::move(found))) return (first + (done - 1) / variants) % steps.size();
    }
    return std::nullopt;
  }

  void Pass(StepList list, std::size_t variants) {
    std::vector<ShrinkStep> steps = list(best_);
    std::size_t at = 0;
    while (!steps.empty()) {
      const std::optional<std::size_t> worked = TrySteps(steps, at, steps.size(), variants);
      if (!worked.has_value()) return;
      steps = list(best_);
      at = steps.empty() ? 0 : *worked % steps.size();
    }
  }

  // A drawn schedule as the departures that it took.
  void WriteScheduleDown() {
    if (Measure(best_).drawn_schedules == 0 || trials_->Stopped()) return;
    Scenario plain = best_;
    for (LifePlan& life : plain.lives) life.schedule = {};
    if (Try(plain)) return;
    const Deviations deviations = trials_->Record(best_);
    Scenario written = best_;
    for (std::size_t life = 0; life < std::min(deviations.size(), written.lives.size()); ++life) {
      SchedulePlan& schedule = written.lives[life].schedule;
      schedule.replay = true;
      schedule.spurious_wakeup_one_in = 0;
      schedule.deviations = deviations[life];
    }
    Try(written);
  }

  Trials* const trials_;
  const std::function<void(const Scenario&, const Trial&)>& better_;
  Scenario best_;
  Trial trial_;
  bool hurried_ = false;  // the schedule has had its turn
};

}  // namespace

SearchResult SearchSmallest(const Scenario& start, const Trial& trial, Trials* trials,
                            const std::function<void(const Scenario&, const Trial&)>& better) {
  return Search(start, trial, trials, better).Run();
}

}  // namespace harrow::harness
