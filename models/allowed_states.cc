// One key asks for one last writer. The smallest set that has it in is what was promised and the writer itself, closed over
// what took effect before any of them was called; a larger set only adds writes that might have to come later. Within the set
// the writer can be the key's last unless real time puts another of the key's writers after it: edges that all lead into one
// call make no circle with an interval order, which is transitive.
#include "models/allowed_states.h"

#include <algorithm>
#include <cstdint>

#include "models/check.h"
#include "models/recovery_problem.h"

namespace harrow::models {
namespace {

bool Promised(const RecoveryProblem& problem, const RecoveryItem& item) {
  if (item.acknowledged == kNever) return false;
  const RecoverySegment& segment = problem.segments[item.segment];
  return item.sync || segment.keeps_all || item.acknowledged < segment.sync_invoked ||
         item.acknowledged < segment.flush_invoked;
}

// The latest call of each segment among the writes that must be in, and `with`.
std::vector<Time> ReachOf(const RecoveryProblem& problem, std::uint32_t with) {
  std::vector<Time> reach(problem.segments.size(), 0);
  for (std::uint32_t i = 0; i < problem.items.size(); ++i) {
    const RecoveryItem& item = problem.items[i];
    if (i == with || Promised(problem, item))
      reach[item.segment] = std::max(reach[item.segment], item.invoked);
  }
  return reach;
}

// True if the item is in whenever `with` (kNone: nothing) and all that was promised are.
bool MustBeIn(const RecoveryProblem& problem, const std::vector<Time>& reach, std::uint32_t item,
              std::uint32_t with) {
  const RecoveryItem& it = problem.items[item];
  return item == with || Promised(problem, it) || it.effective < reach[it.segment];
}

bool TouchedWithout(const RecoveryProblem& problem, KeyId key) {
  const std::vector<Time> reach = ReachOf(problem, kNone);
  return std::any_of(problem.touches.begin(), problem.touches.end(),
                     [&](const RecoveryTouch& touch) {
                       return touch.key == key && MustBeIn(problem, reach, touch.item, kNone);
                     });
}

bool CanBeLast(const RecoveryProblem& problem, const RecoveryTouch& last) {
  const std::vector<Time> reach = ReachOf(problem, last.item);
  return std::none_of(problem.touches.begin(), problem.touches.end(),
                      [&](const RecoveryTouch& touch) {
                        return touch.key == last.key && touch.item != last.item &&
                               MustBeIn(problem, reach, touch.item, last.item) &&
                               problem.items[last.item].latest < problem.items[touch.item].invoked;
                      });
}

}  // namespace

std::vector<std::vector<Cell>> AllowedCells(const History& history, std::span<const Cell> base,
                                            WriteId first_write, Time at, ImageKind image) {
  MODELS_CHECK(base.size() == history.key_count);
  RecoveryProblem problem;
  problem.Build(history, first_write, at, image);
  std::vector<std::vector<Cell>> allowed(history.key_count);
  for (KeyId key = 0; key < history.key_count; ++key) {
    std::vector<Cell>& cells = allowed[key];
    bool absent = false;
    std::vector<Cell> values;
    if (!TouchedWithout(problem, key)) {
      absent = base[key].kind == Cell::Kind::kAbsent;
      if (!absent) values.push_back(base[key]);
    }
    for (const RecoveryTouch& touch : problem.touches) {
      if (touch.key != key || !CanBeLast(problem, touch)) continue;
      const Cell value = {Cell::Kind::kValue, problem.items[touch.item].write, touch.entry};
      if (touch.deletion) {
        absent = true;
      } else {
        values.push_back(value);
      }
    }
    if (absent) cells.push_back(Cell{});
    cells.insert(cells.end(), values.begin(), values.end());
    MODELS_CHECK(!cells.empty());
  }
  return allowed;
}

}  // namespace harrow::models
