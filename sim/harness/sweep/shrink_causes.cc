// The representative of a cause is the failure with the smallest scenario among the first few.
#include "sim/harness/sweep/shrink_causes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/harness/scenario_text.h"
#include "sim/harness/shrink/fingerprint.h"
#include "sim/harness/shrink/shrink.h"
#include "sim/harness/sweep/cause_groups.h"
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

std::vector<Representative> Representatives(const SweepResults& results,
                                            const GeneratorLimits& limits) {
  std::vector<Representative> all;
  for (const CauseGroup& group : GroupByCause(results)) {
    if (group.smallest != nullptr || group.first == nullptr || !CanShrink(group.first->what.kind))
      continue;
    Representative one;
    one.cause = group.causes[0];
    for (const std::uint64_t seed : group.seeds) {
      Scenario scenario = GenerateScenario(seed, limits);
      if (!one.scenario.has_value() || Weight(scenario) < Weight(*one.scenario))
        one.scenario = std::move(scenario);
    }
    if (one.scenario.has_value()) all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

void ShrinkCauses(const ShrinkCausesOptions& options, SweepRecord* record) {
  const std::vector<Representative> representatives =
      Representatives(record->results(), options.limits);
  const std::uint64_t begun_ms = MonotonicMs();
  for (std::size_t at = 0; at < representatives.size(); ++at) {
    const std::uint64_t spent_ms = MonotonicMs() - begun_ms;
    if (spent_ms >= options.total_ms || options.stopped()) return;
    options.progressed(at + 1, representatives.size());
    const Representative& one = representatives[at];
    ShrinkOptions shrink;
    shrink.time_ms = std::min(options.each_ms, options.total_ms - spent_ms);
    shrink.hang_ms = shrink.time_ms;
    shrink.jobs = options.jobs;
    shrink.any_failure = true;
    const ShrinkResult result = Shrink(*one.scenario, shrink);
    if (result.failure.kind == FailureClass::Kind::kNone) continue;
    ShrunkCause shrunk;
    shrunk.cause = one.cause;
    shrunk.seed = one.scenario->seed;
    shrunk.fingerprint = Fingerprint(result.smallest, result.failure, result.text);
    shrunk.size = Measure(result.smallest);
    shrunk.finished = result.finished;
    shrunk.text = result.text;
    shrunk.scenario = ToText(result.smallest);
    record->Shrunk(std::move(shrunk));
  }
}

}  // namespace harrow::harness
