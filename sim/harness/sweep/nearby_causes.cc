// A run ends at the first rule that breaks, so what breaks first is taken out in turn: reads break rules while a life runs, images
// after it. The child writes each new cause as it finds it.
#include "sim/harness/sweep/nearby_causes.h"

#include <algorithm>
#include <cstddef>
#include <set>

#include "sim/harness/run.h"
#include "sim/harness/shrink/text_from_child.h"
#include "sim/harness/sweep/cause.h"

namespace harrow::harness {
namespace {

using faults::CrashImageChoice;
using faults::Survivors;

constexpr std::uint64_t kSchedules = 6;  // the scenario's own, and others

constexpr Survivors kImages[] = {Survivors::kNone, Survivors::kAll, Survivors::kZeroTail,
                                 Survivors::kLeaveOneOut};

bool IsRead(const Operation& operation) {
  switch (operation.kind) {
    case Operation::Kind::kGet:
    case Operation::Kind::kScan:
    case Operation::Kind::kSnapshot:
    case Operation::Kind::kSnapshotGet:
    case Operation::Kind::kSnapshotScan:
    case Operation::Kind::kRelease:
    case Operation::Kind::kIterator:
    case Operation::Kind::kSnapshotIterator:
    case Operation::Kind::kSeek:
    case Operation::Kind::kSeekFirst:
    case Operation::Kind::kSeekLast:
    case Operation::Kind::kNext:
    case Operation::Kind::kPrev:
    case Operation::Kind::kDrop:
    case Operation::Kind::kInspect:
      return true;
    default:
      return false;
  }
}

void RemoveReads(Scenario* scenario) {
  for (LifePlan& life : scenario->lives) {
    for (ClientPlan& client : life.clients) std::erase_if(client.operations, &IsRead);
  }
}

void RemoveFaults(Scenario* scenario) {
  for (LifePlan& life : scenario->lives) life.faults = {};
}

// Every crash point of the last life, with one way for the medium to keep things.
void Explore(Scenario* scenario, Survivors survivors) {
  LifePlan& last = scenario->lives.back();
  CrashImageChoice choice;
  choice.survivors = survivors;
  last.explore.every = 1;
  last.explore.images = {choice};
}

void Redraw(Scenario* scenario, std::uint64_t draw) {
  for (LifePlan& life : scenario->lives) {
    if (life.clients.size() < 2) continue;
    life.schedule = {};
    life.schedule.strategy.kind = kernel::StrategyKind::kRandomWalk;
    life.schedule.strategy.seed = draw;
  }
}

void RunVariants(const Scenario& smallest, const TextWriter& write) {
  std::set<std::string> known;
  for (const Scenario& variant : NearbyScenarios(smallest)) {
    const RunResult result = RunScenario(variant);
    if (result.failure.kind != FailureClass::Kind::kRule) continue;
    const std::string cause = CauseOfRun(result);
    if (known.insert(cause).second) write(cause + "\n");
  }
}

std::vector<std::string> Lines(const std::string& text) {
  std::set<std::string> lines;
  std::size_t at = 0;
  // A line that was cut off does not count.
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', at)) {
    lines.insert(text.substr(at, end - at));
    at = end + 1;
  }
  return {lines.begin(), lines.end()};
}

}  // namespace

std::vector<Scenario> NearbyScenarios(const Scenario& smallest) {
  std::vector<Scenario> variants = {smallest};
  if (smallest.lives.empty()) return variants;
  for (std::uint64_t draw = 0; draw < kSchedules; ++draw) {
    for (const Survivors survivors : kImages) {
      Scenario variant = smallest;
      if (draw != 0) Redraw(&variant, draw);
      Explore(&variant, survivors);
      variants.push_back(variant);
      RemoveReads(&variant);
      variants.push_back(variant);
      RemoveFaults(&variant);
      variants.push_back(std::move(variant));
    }
  }
  return variants;
}

std::vector<std::string> NearbyCauses(const Scenario& smallest, std::uint64_t time_ms) {
  const ChildBounds bounds = {time_ms, [] { return false; }};
  return Lines(TextFromChild(
      bounds, [&smallest](const TextWriter& write) { RunVariants(smallest, write); }));
}

}  // namespace harrow::harness
