// The representative of a cause is the failure with the smallest scenario among the first few.
#include "sim/harness/sweep/shrink_causes.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "sim/harness/scenario_text.h"
#include "sim/harness/shrink/fingerprint.h"
#include "sim/harness/shrink/shrink.h"
#include "sim/harness/sweep/cause_groups.h"
#include "sim/harness/sweep/nearby_causes.h"
#include "sim/harness/sweep/sweep_worker.h"

namespace harrow::harness {
namespace {

bool CanShrink(FailureClass::Kind kind) {
  return kind == FailureClass::Kind::kRule || kind == FailureClass::Kind::kDied ||
         kind == FailureClass::Kind::kUnserved;
}

std::uint64_t Weight(const Scenario& scenario) {
  const ScenarioSize size = Measure(scenario);
  return size.lives + size.operations + size.faults;
}

struct Representative {
  std::string cause;
  std::optional<Scenario> scenario;
};

// Of the first group that nothing was shrunk for; `tried` are causes of which nothing came.
std::optional<Representative> NextRepresentative(const SweepResults& results,
                                                 const std::set<std::string>& tried,
                                                 const GeneratorLimits& limits) {
  for (const CauseGroup& group : GroupByCause(results)) {
    if (group.smallest != nullptr || group.first == nullptr || !CanShrink(group.first->what.kind) ||
        tried.contains(group.causes[0]))
      continue;
    Representative one;
    one.cause = group.causes[0];
    for (const std::uint64_t seed : group.seeds) {
      Scenario scenario = GenerateScenario(seed, limits);
      if (!one.scenario.has_value() || Weight(scenario) < Weight(*one.scenario))
        one.scenario = std::move(scenario);
    }
    if (one.scenario.has_value()) return one;
  }
  return std::nullopt;
}

ShrunkCause MakeShrunk(const Representative& one, const ShrinkResult& result,
                       std::uint64_t nearby_ms) {
  ShrunkCause shrunk;
  shrunk.cause = one.cause;
  shrunk.seed = one.scenario->seed;
  shrunk.fingerprint = Fingerprint(result.smallest, result.failure, result.text);
  shrunk.nearby = NearbyCauses(result.smallest, nearby_ms);
  shrunk.size = Measure(result.smallest);
  shrunk.finished = result.finished;
  shrunk.text = result.text;
  shrunk.scenario = ToText(result.smallest);
  return shrunk;
}

}  // namespace

void ShrinkCauses(const ShrinkCausesOptions& options, SweepRecord* record) {
  const std::uint64_t begun_ms = MonotonicMs();
  std::set<std::string> tried;
  // What one shows may join others to it, which then need none of their own.
  while (const std::optional<Representative> one =
             NextRepresentative(record->results(), tried, options.limits)) {
    const std::uint64_t spent_ms = MonotonicMs() - begun_ms;
    if (spent_ms >= options.total_ms || options.stopped()) return;
    tried.insert(one->cause);
    options.progressed(tried.size(), GroupByCause(record->results()).size());
    ShrinkOptions shrink;
    shrink.time_ms = std::min(options.each_ms, options.total_ms - spent_ms);
    shrink.hang_ms = shrink.time_ms;
    shrink.jobs = options.jobs;
    shrink.any_failure = true;
    shrink.known = options.known;
    const ShrinkResult result = Shrink(*one->scenario, shrink);
    if (result.failure.kind == FailureClass::Kind::kNone) continue;
    record->Shrunk(MakeShrunk(*one, result, options.each_ms / 4));
  }
}

}  // namespace harrow::harness
