// What a number of seeds add up to, all of it plain sums: the same in whatever order and by however many workers they ran.
//
// Threading: values.
#ifndef HARROW_SIM_HARNESS_SWEEP_TALLY_H_
#define HARROW_SIM_HARNESS_SWEEP_TALLY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "faults/effect_cells.h"
#include "sim/disk/medium_cell.h"
#include "sim/disk/profile.h"
#include "sim/harness/counts.h"
#include "sim/harness/known_findings.h"
#include "sim/harness/marks.h"
#include "sim/harness/meetings.h"
#include "sim/harness/run.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

struct Tally {
  static constexpr auto kProfiles = disk::kAllProfiles;
  static constexpr std::array kStrategies = {
      kernel::StrategyKind::kDefault, kernel::StrategyKind::kRandomWalk, kernel::StrategyKind::kPct,
      kernel::StrategyKind::kPos};

  // What one seed that ran to its end adds.
  static Tally Of(const Scenario& scenario, const RunResult& result);
  // What one that died adds.
  static Tally OfDeath(const Scenario& scenario);

  void Add(const Tally& other);
  bool operator==(const Tally& other) const;

  std::uint64_t done = 0;       // seeds
  std::uint64_t rechecked = 0;  // of them, run twice
  std::uint64_t digest =
      0;  // the sum of a mix of each seed with its hash (0 where the run did not end)
  std::uint64_t cpu_us = 0;
  std::array<std::uint64_t, kProfiles.size()> profiles{};      // seeds
  std::array<std::uint64_t, kStrategies.size()> strategies{};  // lives
  Counts counts;
  Meetings meetings;
  Marks marks;
  std::array<disk::MediumCells, kProfiles.size()> medium{};  // by ProfileName
  faults::EffectCells effects;
  std::array<std::uint64_t, kKnownFindingsMax>
      known{};  // seeds that show a known finding, by its place in the list
};

static_assert(std::is_trivially_copyable_v<Tally>, "crosses process borders as bytes");

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_TALLY_H_
