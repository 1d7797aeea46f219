// Structure counts things, each by how much it asks of a reader. Detail adds up how far each thing is from its plainest form.
#include "sim/harness/shrink/scenario_size.h"

#include <algorithm>
#include <cerrno>

#include "sim/harness/option_list.h"

namespace harrow::harness {
namespace {

std::string Counted(std::uint64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

bool IsDrawn(const SchedulePlan& schedule) {
  return !schedule.replay && schedule.strategy.kind != kernel::StrategyKind::kDefault;
}

std::uint64_t StructureOf(const LifePlan& life) {
  std::uint64_t weight = 10'000 + life.faults.rules.size() * 10;
  weight += (life.explore.every != 0 ? 50u : 0u) + life.explore.images.size();
  for (const ClientPlan& client : life.clients) {
    weight += 100;
    for (const Operation& operation : client.operations)
      weight += 10 + (operation.entries.size() > 1 ? 3 * operation.entries.size() : 0);
  }
  return weight;
}

std::uint64_t ScheduleOf(const SchedulePlan& schedule) {
  constexpr std::uint64_t kDrawn = 1'000'000'000;
  std::uint64_t weight = schedule.deviations.size() + (schedule.replay ? 1 : 0);
  if (IsDrawn(schedule)) weight += kDrawn;
  if (schedule.spurious_wakeup_one_in != 0) weight += kDrawn;
  return weight;
}

std::uint64_t DetailOf(const Operation& operation) {
  std::uint64_t weight = operation.sync ? 20 : 0;
  if (operation.path != targets::ScanPath::kForward) weight += 5;
  if (operation.kind == Operation::Kind::kScan) weight += 10;
  if (operation.kind == Operation::Kind::kSnapshotScan) weight += 10;
  if (operation.kind == Operation::Kind::kCompact) weight += 30;
  if (operation.kind == Operation::Kind::kSnapshotIterator) weight += 5;
  weight += operation.count + operation.from.value_or(0) + operation.to.value_or(0);
  weight += (operation.from.has_value() ? 2u : 0u) + (operation.to.has_value() ? 2u : 0u);
  if (operation.kind == Operation::Kind::kSleep) weight += 1 + operation.sleep_us;
  weight += operation.key;
  // No entries: plain to look at, but odd.
  if (operation.kind == Operation::Kind::kWrite && operation.entries.empty()) weight += 100;
  for (const PlannedEntry& entry : operation.entries)
    weight += entry.key + (entry.deletion ? 50 : entry.value_size);
  return weight;
}

std::uint64_t DetailOf(const faults::Rule& rule) {
  std::uint64_t weight = rule.file == faults::FileKind::kAny ? 500 : 0;
  weight += rule.one_in != 0 ? 100'000 : 0;
  weight += rule.count == faults::Rule::kForever ? 5000 : std::min<std::uint64_t>(rule.count, 4000);
  weight += std::min<std::uint64_t>(rule.first, 4000);
  switch (rule.effect.kind) {
    case faults::EffectKind::kError:
      break;
    case faults::EffectKind::kFailedSync:
      weight += 1;
      break;
    default:
      weight += 1000;
      break;
  }
  weight += rule.effect.error != 0 && rule.effect.error != EIO ? 10 : 0;
  return weight + std::min<std::uint64_t>(rule.effect.amount, 1 << 20);
}

std::uint64_t DetailOf(const faults::CrashImageChoice& image) {
  constexpr std::uint64_t kKind = 1'000'000;
  const std::uint64_t seed = std::min<std::uint64_t>(image.seed, 1000);
  return static_cast<std::uint64_t>(image.survivors) * kKind + std::min(image.cut, kKind / 2) +
         seed;
}

std::uint64_t DetailOf(const EndPlan& end) {
  std::uint64_t weight = end.kind == EndPlan::Kind::kClose ? 1000 : 0;
  weight += end.idle ? 500u : 0u;
  if (end.before_mutation != 0)
    weight += 1000 + std::min<std::uint64_t>(end.before_mutation, 1u << 30);
  return weight + DetailOf(end.image);
}

std::uint64_t DetailOf(const kernel::StrategySpec& strategy) {
  const kernel::StrategySpec plain;
  return (strategy.kind != plain.kind ? 1u : 0u) + (strategy.seed != plain.seed ? 1u : 0u) +
         (strategy.depth != plain.depth ? 1u : 0u) +
         (strategy.expected_steps != plain.expected_steps ? 1u : 0u);
}

std::uint64_t DetailOf(const LifePlan& life) {
  std::uint64_t weight = DetailOf(life.schedule.strategy) + DetailOf(life.end);
  weight += (life.faults.seed != 0 ? 1u : 0u) + life.explore.every;
  weight += 1000 * life.explore.nested_depth + life.explore.nested_every;
  for (const faults::CrashImageChoice& image : life.explore.images) weight += DetailOf(image);
  for (const faults::Rule& rule : life.faults.rules) weight += DetailOf(rule);
  for (const ClientPlan& client : life.clients) {
    for (const Operation& operation : client.operations) weight += DetailOf(operation);
  }
  return weight;
}

std::uint64_t DetailOf(const targets::TargetOptions& options) {
  const targets::TargetOptions plain;
  std::uint64_t weight = 0;
  for (const OptionName& option : kOptionNames)
    weight += options.*option.member != plain.*option.member ? 100 : 0;
  return weight;
}

}  // namespace

ScenarioSize Measure(const Scenario& scenario) {
  ScenarioSize size;
  size.lives = scenario.lives.size();
  for (const LifePlan& life : scenario.lives) {
    size.clients += life.clients.size();
    for (const ClientPlan& client : life.clients) size.operations += client.operations.size();
    size.faults += life.faults.rules.size();
    if (life.schedule.replay) size.preemptions += life.schedule.deviations.size();
    const bool drawn = IsDrawn(life.schedule) || life.schedule.spurious_wakeup_one_in != 0;
    size.drawn_schedules += drawn ? 1 : 0;
  }
  return size;
}

std::string ToText(const ScenarioSize& size) {
  std::string text = Counted(size.operations, "operation", "operations") + " of " +
                     Counted(size.clients, "client", "clients") + " in " +
                     Counted(size.lives, "life", "lives") + ", " +
                     Counted(size.faults, "fault", "faults") + ", " +
                     Counted(size.preemptions, "preemption", "preemptions");
  if (size.drawn_schedules != 0)
    text += ", " + Counted(size.drawn_schedules, "schedule", "schedules") + " drawn from a seed";
  return text;
}

ScenarioWeight SizeOf(const Scenario& scenario) {
  ScenarioWeight weight;
  weight.detail = DetailOf(scenario.options) + scenario.key_count +
                  (scenario.key_style != Scenario{}.key_style ? 100u : 0u) +
                  (scenario.profile != Scenario{}.profile ? 10u : 0u) +
                  (scenario.step_limit != Scenario{}.step_limit ? 1u : 0u);
  for (const LifePlan& life : scenario.lives) {
    weight.structure += StructureOf(life);
    weight.schedule += ScheduleOf(life.schedule);
    weight.detail += DetailOf(life);
  }
  return weight;
}

}  // namespace harrow::harness
