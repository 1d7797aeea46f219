#include "sim/harness/sweep/tally.h"

#include <algorithm>

#include "sim/kernel/random.h"

namespace harrow::harness {

Tally Tally::Of(const Scenario& scenario, const RunResult& result) {
  Tally tally;
  tally.done = 1;
  tally.digest = kernel::Mix(kernel::Mix(scenario.seed), result.hash);
  tally.counts = result.counts;
  tally.meetings = result.meetings;
  tally.marks = result.marks;
  tally.medium[static_cast<std::size_t>(scenario.profile)] = result.medium;
  tally.effects = result.effects;
  for (std::size_t at = 0; at < kProfiles.size(); ++at)
    tally.profiles[at] = scenario.profile == kProfiles[at] ? 1 : 0;
  for (const LifePlan& life : scenario.lives) {
    for (std::size_t at = 0; at < kStrategies.size(); ++at)
      tally.strategies[at] += life.schedule.strategy.kind == kStrategies[at] ? 1 : 0;
  }
  return tally;
}

Tally Tally::OfDeath(const Scenario& scenario) { return Of(scenario, RunResult()); }

void Tally::Add(const Tally& other) {
  done += other.done;
  rechecked += other.rechecked;
  digest += other.digest;
  cpu_us += other.cpu_us;
  for (std::size_t at = 0; at < kProfiles.size(); ++at) profiles[at] += other.profiles[at];
  for (std::size_t at = 0; at < kStrategies.size(); ++at) strategies[at] += other.strategies[at];
  counts.Add(other.counts);
  meetings.Add(other.meetings);
  marks.Add(other.marks);
  for (std::size_t at = 0; at < medium.size(); ++at) medium[at].Add(other.medium[at]);
  effects.Add(other.effects);
  for (std::size_t at = 0; at < known.size(); ++at) known[at] += other.known[at];
}

// All but the time it took.
bool Tally::operator==(const Tally& other) const {
  for (std::size_t index = 0; index < Counts::kSize; ++index) {
    const auto which = static_cast<Count>(index);
    if (counts.Get(which) != other.counts.Get(which)) return false;
  }
  return done == other.done && rechecked == other.rechecked && digest == other.digest &&
         profiles == other.profiles && strategies == other.strategies &&
         meetings == other.meetings && marks == other.marks && medium == other.medium &&
         effects == other.effects && known == other.known;
}

}  // namespace harrow::harness
