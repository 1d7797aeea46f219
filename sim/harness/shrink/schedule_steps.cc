// A schedule that is drawn becomes the default one, and one that is written down loses departures: by halves, by quarters, … down
// to one. Where some are left, a single other one in place of several of them may do.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

#include "sim/harness/shrink/shrink_steps.h"

namespace harrow::harness {
namespace {

void MakeDefault(SchedulePlan* schedule) {
  schedule->strategy = {};
  schedule->spurious_wakeup_one_in = 0;
  schedule->replay = false;
  schedule->deviations.clear();
}

// By halves, quarters, … down to one.
void AddDeviationSteps(std::size_t life, std::size_t count, std::vector<ShrinkStep>* steps) {
  for (std::size_t size = (count + 1) / 2; size > 0; size = size == 1 ? 0 : (size + 1) / 2) {
    for (std::size_t first = 0; first < count; first += size) {
      steps->emplace_back([=](Scenario* scenario) {
        EraseRange(&scenario->lives[life].schedule.deviations, first,
                   std::min(size, count - first));
      });
    }
  }
}

// Every switch from and to the tasks that the schedule names, at every step up to a little past the last that it names: alone, and
// together with each of the old ones.
void AddOtherDeviations(std::size_t life, const SchedulePlan& schedule,
                        std::vector<ShrinkStep>* steps) {
  constexpr std::uint64_t kPast = 10;
  constexpr std::uint64_t kMostSteps = 150;
  constexpr std::size_t kMostTogether = 2000;
  const std::vector<kernel::Deviation>& old = schedule.deviations;
  if (!schedule.replay || old.size() < 2) return;
  std::set<std::uint64_t> tasks;
  std::uint64_t last = 0;
  for (const kernel::Deviation& deviation : old) {
    tasks.insert(deviation.task);
    if (deviation.kind == kernel::Deviation::Kind::kSwitch) tasks.insert(deviation.to);
    last = std::max(last, deviation.step);
  }
  const auto add = [&](const std::vector<kernel::Deviation>& kept) {
    for (const std::uint64_t task : tasks) {
      for (std::uint64_t step = 1; step <= std::min(last + kPast, kMostSteps); ++step) {
        for (const std::uint64_t to : tasks) {
          if (to == task) continue;
          steps->emplace_back([=](Scenario* scenario) {
            SchedulePlan& changed = scenario->lives[life].schedule;
            changed.deviations = kept;
            changed.deviations.push_back({kernel::Deviation::Kind::kSwitch, task, step, to});
          });
        }
      }
    }
  };
  const std::size_t before = steps->size();
  add({});
  const std::size_t alone = steps->size() - before;
  if (old.size() < 3 || alone * old.size() > kMostTogether) return;
  for (const kernel::Deviation& kept : old) add({kept});
}

}  // namespace

std::vector<ShrinkStep> ScheduleSteps(const Scenario& scenario) {
  std::vector<ShrinkStep> steps;
  steps.emplace_back([](Scenario* smaller) {
    for (LifePlan& life : smaller->lives) MakeDefault(&life.schedule);
  });
  for (std::size_t life = 0; life < scenario.lives.size(); ++life) {
    const SchedulePlan& schedule = scenario.lives[life].schedule;
    if (schedule == SchedulePlan{}) continue;
    steps.emplace_back([life](Scenario* smaller) { MakeDefault(&smaller->lives[life].schedule); });
    steps.emplace_back(
        [life](Scenario* smaller) { smaller->lives[life].schedule.spurious_wakeup_one_in = 0; });
    if (schedule.replay) {
      // The strategy is not asked, but its seed still feeds other draws of the life.
      steps.emplace_back(
          [life](Scenario* smaller) { smaller->lives[life].schedule.strategy = {}; });
    }
  }
  for (std::size_t life = 0; life < scenario.lives.size(); ++life)
    AddDeviationSteps(life, scenario.lives[life].schedule.deviations.size(), &steps);
  return steps;
}

std::vector<ShrinkStep> RescheduleSteps(const Scenario& scenario) {
  std::vector<ShrinkStep> steps;
  for (std::size_t life = 0; life < scenario.lives.size(); ++life)
    AddOtherDeviations(life, scenario.lives[life].schedule, &steps);
  return steps;
}

}  // namespace harrow::harness
