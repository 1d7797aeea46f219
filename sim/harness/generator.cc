#include "sim/harness/generator.h"

#include <algorithm>
#include <array>

#include "sim/harness/fault_mix.h"
#include "sim/harness/option_list.h"
#include "sim/harness/workload.h"
#include "sim/kernel/random.h"

namespace harrow::harness {
namespace {

struct Swarm {
  WorkloadSwarm workload;
  FaultSwarm faults;
  bool several_clients = true;
  bool spurious_wakeups = false;
  bool clean_closes = false;
  bool explore = true;
};

Swarm DrawSwarm(kernel::Random random) {
  Swarm swarm;
  swarm.workload = DrawWorkloadSwarm(&random);
  swarm.faults = DrawFaultSwarm(&random);
  swarm.several_clients = !random.OneIn(4);
  swarm.spurious_wakeups = random.OneIn(2);
  swarm.clean_closes = random.OneIn(3);
  swarm.explore = !random.OneIn(6);
  return swarm;
}

kernel::StrategyKind DrawStrategyKind(kernel::Random* random) {
  const std::uint64_t draw = random->Below(20);
  if (draw < 8) return kernel::StrategyKind::kPos;
  if (draw < 13) return kernel::StrategyKind::kPct;
  if (draw < 18) return kernel::StrategyKind::kRandomWalk;
  return kernel::StrategyKind::kDefault;
}

SchedulePlan DrawSchedule(const Swarm& swarm, const GeneratorLimits& limits,
                          std::uint64_t operations, kernel::Random random) {
  constexpr std::array<std::uint32_t, 3> kDepths = {2, 3, 5};
  SchedulePlan schedule;
  const kernel::StrategyKind drawn = DrawStrategyKind(&random);
  schedule.strategy.kind = limits.strategy.value_or(drawn);
  schedule.strategy.seed = random.Next();
  schedule.strategy.depth = kDepths[random.Below(kDepths.size())];
  schedule.strategy.expected_steps = 40 + operations * 12;
  if (swarm.spurious_wakeups) schedule.spurious_wakeup_one_in = random.Between(5, 100);
  return schedule;
}

faults::CrashImageChoice DrawImage(kernel::Random* random) {
  constexpr std::array kKinds = {
      faults::Survivors::kNone,     faults::Survivors::kAll,         faults::Survivors::kNamesOnly,
      faults::Survivors::kTornLast, faults::Survivors::kLeaveOneOut, faults::Survivors::kZeroTail,
      faults::Survivors::kRandom,   faults::Survivors::kRandom,      faults::Survivors::kRandom};
  faults::CrashImageChoice image;
  image.survivors = kKinds[random->Below(kKinds.size())];
  // Only the field that the kind uses is set: the text form holds no other.
  const std::uint64_t cut = random->OneIn(2) ? random->Below(16) : random->Below(40'000);
  const std::uint64_t seed = random->Next();
  if (image.survivors == faults::Survivors::kTornLast) image.cut = cut;
  if (image.survivors == faults::Survivors::kLeaveOneOut) image.cut = cut;
  if (image.survivors == faults::Survivors::kRandom) image.seed = seed;
  return image;
}

// Crashes inside recoveries, and inside what follows those: each level multiplies what the one before costs.
void DrawNested(kernel::Random random, ExplorePlan* explore) {
  constexpr std::array<std::uint64_t, 4> kEvery = {3, 5, 7, 11};
  if (!random.OneIn(10)) return;
  explore->nested_depth = random.OneIn(3) ? 2 : 1;
  explore->nested_every = kEvery[random.Below(kEvery.size())];
  explore->every = std::max<std::uint64_t>(explore->every, 21);
}

ExplorePlan DrawExplore(kernel::Random random) {
  constexpr std::array<std::uint64_t, 6> kEvery = {3, 5, 8, 13, 21, 34};
  ExplorePlan explore;
  explore.every = kEvery[random.Below(kEvery.size())];
  const std::uint64_t images = random.Between(1, 3);
  for (std::uint64_t index = 0; index < images; ++index)
    explore.images.push_back(DrawImage(&random));
  DrawNested(random.Child("nested"), &explore);
  // Dear, and so at few moments.
  if (random.OneIn(24)) {
    explore.every = std::max<std::uint64_t>(explore.every, 13);
    explore.images.push_back({faults::Survivors::kEverySubset, 0, 0});
  }
  return explore;
}

EndPlan DrawEnd(const Swarm& swarm, std::uint64_t operations, bool crash_in_recovery,
                kernel::Random random) {
  EndPlan end;
  end.image = DrawImage(&random);
  if (crash_in_recovery) {
    end.before_mutation = random.Between(1, 16);
  } else if (swarm.clean_closes && random.OneIn(2)) {
    end.kind = EndPlan::Kind::kClose;
    end.image = faults::CrashImageChoice{};
    end.idle = random.Child("idle").OneIn(2);
  } else if (!random.OneIn(3)) {
    end.before_mutation = random.Between(1, 20 + operations * 2);
  }
  return end;
}

std::uint64_t DrawOperations(kernel::Random* random) {
  return random->OneIn(8) ? random->Between(40, 120) : random->Between(1, 40);
}

LifePlan DrawLife(const Swarm& swarm, const GeneratorLimits& limits, std::uint32_t key_count,
                  bool crash_in_recovery, const kernel::Random& stream) {
  kernel::Random shape = stream.Child("shape");
  LifePlan life;
  const std::uint64_t clients =
      swarm.several_clients ? shape.Between(2, shape.OneIn(4) ? 8 : 4) : 1;
  const std::uint64_t operations =
      DrawOperations(&shape) + (swarm.workload.reader || swarm.workload.narrow ? 40 : 0);
  Workload workload(swarm.workload, key_count, stream.Child("workload"));
  for (std::uint64_t client = 0; client < clients; ++client) {
    const std::uint64_t share = std::max<std::uint64_t>(1, operations / clients);
    life.clients.push_back(workload.MakeClient(static_cast<std::uint32_t>(share)));
  }
  life.faults = DrawFaultPlan(swarm.faults, stream.Child("faults"));
  life.schedule = DrawSchedule(swarm, limits, operations, stream.Child("schedule"));
  if (swarm.explore) life.explore = DrawExplore(stream.Child("explore"));
  life.end = DrawEnd(swarm, operations, crash_in_recovery, stream.Child("end"));
  return life;
}

void DrawSeeks(kernel::Random random, targets::TargetOptions* options) {
  constexpr std::array<std::uint64_t, 4> kWasted = {1, 2, 3, 8};
  options->wasted_seeks = kWasted[random.Below(kWasted.size())];
}

// Levels so small that a few writes fill them; one seed in three has LevelDB's sizes.
void DrawLevels(kernel::Random random, targets::TargetOptions* options) {
  constexpr std::array<std::uint64_t, 4> kTriggers = {1, 2, 2, 4};
  constexpr std::array<std::uint64_t, 4> kBases = {2 << 10, 8 << 10, 32 << 10, 10 << 20};
  constexpr std::array<std::uint64_t, 3> kFactors = {2, 3, 10};
  const std::uint64_t trigger = kTriggers[random.Below(kTriggers.size())];
  const std::uint64_t slowdown = trigger + random.Below(3);
  const std::uint64_t stop = slowdown + random.Below(2);
  const std::uint64_t base = kBases[random.Below(kBases.size())];
  const std::uint64_t factor = kFactors[random.Below(kFactors.size())];
  if (random.OneIn(3)) return;
  options->level0_compaction_trigger = trigger;
  options->level0_slowdown_trigger = slowdown;
  options->level0_stop_trigger = stop;
  options->level_base_bytes = base;
  options->level_factor = factor;
}

void DrawTables(kernel::Random random, targets::TargetOptions* options) {
  constexpr std::array<std::uint64_t, 4> kBloomBits = {0, 0, 1, 10};
  constexpr std::array<std::uint64_t, 4> kCaches = {0, 2 << 10, 16 << 10, 8 << 20};
  constexpr std::array<std::uint64_t, 4> kRestarts = {1, 2, 16, 16};
  options->compression = random.Below(2);
  options->bloom_bits = kBloomBits[random.Below(kBloomBits.size())];
  options->block_cache_bytes = kCaches[random.Below(kCaches.size())];
  options->restart_interval = kRestarts[random.Below(kRestarts.size())];
  constexpr std::array<std::uint64_t, 4> kYields = {0, 0, 1, 3};
  options->writer_yields = kYields[random.Below(kYields.size())];
  options->info_log = random.OneIn(12) ? 1 : 0;
}

void DrawHabits(kernel::Random random, targets::TargetOptions* options) {
  options->reuse_logs = random.OneIn(4) ? 1 : 0;
  options->paranoid_checks = random.OneIn(4) ? 1 : 0;
}

// One seed in six never syncs, and cannot be judged by much.
void DrawModes(kernel::Random random, targets::TargetOptions* options) {
  constexpr std::array<std::uint64_t, 6> kSynchronous = {0, 1, 2, 2, 3, 3};
  options->journal = random.Below(4);
  options->synchronous = kSynchronous[random.Below(kSynchronous.size())];
}

targets::TargetOptions DrawOptions(kernel::Random* random) {
  constexpr std::array<std::uint64_t, 6> kWriteBuffers = {4 << 10,  8 << 10,  16 << 10,
                                                          64 << 10, 64 << 10, 256 << 10};
  constexpr std::array<std::uint64_t, 3> kBlocks = {256, 1024, 4096};
  constexpr std::array<std::uint64_t, 4> kFiles = {2 << 10, 8 << 10, 64 << 10, 2 << 20};
  constexpr std::array<std::uint64_t, 4> kOpenTables = {1, 2, 500, 500};
  targets::TargetOptions options;
  options.max_open_tables = kOpenTables[random->Below(kOpenTables.size())];
  options.write_buffer_bytes = kWriteBuffers[random->Below(kWriteBuffers.size())];
  options.block_bytes = kBlocks[random->Below(kBlocks.size())];
  options.max_file_bytes = kFiles[random->Below(kFiles.size())];
  return options;
}

// What means nothing to the target is not drawn.
void KeepTakenOptions(const std::string& target, targets::TargetOptions* options) {
  const targets::TargetKind* const kind = targets::FindTarget(target);
  const targets::TargetOptions usual;
  for (const OptionName& option : kOptionNames) {
    if (kind != nullptr && !kind->Takes(option.member))
      options->*option.member = usual.*option.member;
  }
}

// Half of all seeds have the profile of most machines or the one that allows the most.
disk::ProfileName DrawProfile(bool common, kernel::Random random) {
  if (random.OneIn(2)) return common ? disk::ProfileName::kExt4 : disk::ProfileName::kStrict;
  return disk::kAllProfiles[random.Below(disk::kAllProfiles.size())];
}

}  // namespace

Scenario GenerateScenario(std::uint64_t seed, const GeneratorLimits& limits) {
  const kernel::Random root(seed);
  kernel::Random shape = root.Child("scenario");
  const Swarm swarm = DrawSwarm(root.Child("swarm"));
  Scenario scenario;
  scenario.seed = seed;
  scenario.target = limits.target;
  scenario.options = DrawOptions(&shape);
  if (swarm.workload.reader) DrawSeeks(root.Child("seeks"), &scenario.options);
  // Where sizes ask for compactions all the time, seeks seldom do.
  if (!swarm.workload.reader || root.Child("reader").OneIn(3))
    DrawLevels(root.Child("levels"), &scenario.options);
  DrawTables(root.Child("tables"), &scenario.options);
  DrawHabits(root.Child("habits"), &scenario.options);
  DrawModes(root.Child("modes"), &scenario.options);
  KeepTakenOptions(limits.target, &scenario.options);
  const bool common = shape.OneIn(2);
  scenario.profile = limits.profile.value_or(DrawProfile(common, root.Child("profile")));
  scenario.key_count =
      static_cast<std::uint32_t>(shape.OneIn(3) ? shape.Between(1, 4) : shape.Between(5, 40));
  if (root.Child("keys").OneIn(3)) scenario.key_style = KeyStyle::kVaried;
  const std::uint64_t lives = shape.Between(3, shape.OneIn(4) ? 6 : 4);
  for (std::uint64_t index = 0; index < lives; ++index) {
    // A recovery is worth crashing in once there is something to recover.
    const bool crash_in_recovery = index > 0 && shape.OneIn(3);
    const kernel::Random stream = root.Child("life").Child(std::to_string(index));
    scenario.lives.push_back(
        DrawLife(swarm, limits, scenario.key_count, crash_in_recovery, stream));
  }
  return scenario;
}

}  // namespace harrow::harness
