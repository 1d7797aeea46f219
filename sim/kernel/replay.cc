// The list is sorted by place and searched by halves; the first of two departures at one place wins,
// and the other counts as a misfit.
#include "sim/kernel/replay.h"

#include <algorithm>
#include <tuple>

namespace harrow::kernel {
namespace {

auto Place(const Deviation& deviation) {
  return std::make_tuple(deviation.task, deviation.step, deviation.kind);
}

}  // namespace

Replay::Replay(const std::vector<Deviation>& deviations) : sorted_(deviations) {
  std::stable_sort(sorted_.begin(), sorted_.end(),
                   [](const Deviation& a, const Deviation& b) { return Place(a) < Place(b); });
}

const Deviation* Replay::Find(Deviation::Kind kind, std::uint64_t task, std::uint64_t step) const {
  const auto wanted = std::make_tuple(task, step, kind);
  const auto found = std::lower_bound(
      sorted_.begin(), sorted_.end(), wanted,
      [](const Deviation& deviation, const auto& place) { return Place(deviation) < place; });
  return found != sorted_.end() && Place(*found) == wanted ? &*found : nullptr;
}

}  // namespace harrow::kernel
