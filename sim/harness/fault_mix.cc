#include "sim/harness/fault_mix.h"

#include <array>
#include <cerrno>

namespace harrow::harness {
namespace {

using faults::Effect;
using faults::EffectKind;
using faults::FileKind;
using faults::OpKind;
using faults::Rule;

template <typename T, std::size_t N>
T PickOne(kernel::Random* random, const std::array<T, N>& choices) {
  return choices[random->Below(N)];
}

int DrawError(kernel::Random* random) { return random->OneIn(2) ? EIO : ENOSPC; }

// Cuts that have mattered: nothing, inside a record header, its edge, a sector, a page, all but the last byte, anywhere.
std::uint64_t DrawCut(kernel::Random* random) {
  switch (random->Below(6)) {
    case 5:
      return 1 << 30;  // a short write that fails leaves at least one byte
    case 0:
      return 0;
    case 1:
      return random->Between(1, 7);
    case 2:
      return 512;
    case 3:
      return 4096;
    default:
      return random->Between(8, 300);
  }
}

Effect Error(int error) { return {EffectKind::kError, error, 0}; }

// Once, a few times, or from then on.
void DrawExtent(kernel::Random* random, std::uint64_t last, Rule* rule) {
  rule->first = random->Between(1, last);
  const std::uint64_t extent = random->Below(4);
  if (extent < 2) rule->count = 1;
  if (extent == 2) rule->count = random->Between(2, 4);
  if (extent == 3) rule->count = Rule::kForever;
}

// A write that fails before any byte, one that fails after some, or else (odds - 2 in odds) a sync.
void DrawFailedWriteOrSync(kernel::Random* random, std::uint64_t odds, Rule* rule) {
  rule->operation = OpKind::kWrite;
  switch (random->Below(odds)) {
    case 0:
      rule->effect = Error(DrawError(random));
      break;
    case 1:
      rule->effect = {EffectKind::kShortWrite, DrawError(random), 0};
      rule->effect.amount = DrawCut(random);
      break;
    default:
      rule->operation = OpKind::kSync;
      rule->effect = {EffectKind::kFailedSync, DrawError(random), 0};
      break;
  }
}

Rule DrawLogRule(kernel::Random* random) {
  Rule rule;
  rule.file = FileKind::kLog;
  if (random->OneIn(8)) {
    // A log that is made longer, or cut. Where it is not for want of room, it happened all the same.
    DrawExtent(random, 3, &rule);
    rule.operation = random->OneIn(2) ? OpKind::kAllocate : OpKind::kTruncate;
    rule.effect = Error(DrawError(random));
    if (rule.effect.error == EIO) rule.effect.kind = EffectKind::kAppliedError;
    return rule;
  }
  DrawExtent(random, 16, &rule);
  DrawFailedWriteOrSync(random, 4, &rule);
  return rule;
}

Rule DrawTableRule(kernel::Random* random) {
  constexpr std::array kFiles = {FileKind::kTable, FileKind::kManifest, FileKind::kTemporary,
                                 FileKind::kAny};
  Rule rule;
  rule.file = PickOne(random, kFiles);
  DrawExtent(random, 6, &rule);
  DrawFailedWriteOrSync(random, 3, &rule);
  return rule;
}

Rule DrawNameRule(kernel::Random* random) {
  constexpr std::array kFiles = {FileKind::kLog, FileKind::kTable, FileKind::kManifest,
                                 FileKind::kTemporary, FileKind::kAny};
  Rule rule;
  rule.file = PickOne(random, kFiles);
  DrawExtent(random, 5, &rule);
  switch (random->Below(6)) {
    case 0:
      rule.operation = OpKind::kCreate;
      rule.effect = Error(DrawError(random));
      break;
    case 1:
      rule.file = FileKind::kAny;
      rule.operation = OpKind::kRename;
      rule.effect = {random->OneIn(2) ? EffectKind::kError : EffectKind::kAppliedError, EIO, 0};
      break;
    case 2:
      rule.operation = OpKind::kUnlink;
      rule.effect = {random->OneIn(2) ? EffectKind::kError : EffectKind::kAppliedError, EIO, 0};
      break;
    case 3:
      rule.operation = OpKind::kClose;
      rule.effect = {EffectKind::kAppliedError, EIO, 0};
      break;
    default:
      rule.file = FileKind::kAny;
      rule.operation = OpKind::kSyncDir;
      rule.effect = {EffectKind::kFailedSync, DrawError(random), 0};
      break;
  }
  return rule;
}

Rule DrawReadRule(kernel::Random* random) {
  constexpr std::array kFiles = {FileKind::kLog, FileKind::kTable, FileKind::kManifest,
                                 FileKind::kCurrent, FileKind::kAny};
  constexpr std::array kOperations = {OpKind::kRead,    OpKind::kRead, OpKind::kOpen,
                                      OpKind::kStat,    OpKind::kList, OpKind::kMkdir,
                                      OpKind::kLockFile};
  Rule rule;
  rule.operation = PickOne(random, kOperations);
  rule.file = PickOne(random, kFiles);
  const bool of_a_directory = rule.operation == OpKind::kList || rule.operation == OpKind::kMkdir;
  if (of_a_directory || rule.operation == OpKind::kLockFile) rule.file = FileKind::kAny;
  DrawExtent(random, 4, &rule);
  rule.effect = Error(EIO);
  return rule;
}

Rule DrawHarmlessRule(kernel::Random* random) {
  constexpr std::array kInterruptible = {OpKind::kWrite, OpKind::kSync, OpKind::kCreate,
                                         OpKind::kOpen, OpKind::kSyncDir};
  Rule rule;
  // Not every call: one that is always interrupted never ends, and one byte a call takes for ever.
  rule.one_in = random->Between(2, 12);
  switch (random->Below(4)) {
    case 0:
      rule.operation = OpKind::kRead;
      rule.effect = {EffectKind::kShortRead, 0, random->Between(1, 600)};
      break;
    case 1:
      rule.operation = OpKind::kWrite;
      rule.effect = {EffectKind::kShortWrite, 0, random->Between(1, 600)};
      break;
    case 2:
      rule.operation = OpKind::kRead;
      rule.effect = {EffectKind::kInterrupt, 0, 0};
      break;
    default:
      rule.operation = PickOne(random, kInterruptible);
      rule.effect = {EffectKind::kInterrupt, 0, 0};
      break;
  }
  return rule;
}

// The kernel fails to write what was written, and nobody has called a sync.
Rule DrawWritebackRule(kernel::Random* random) {
  constexpr std::array kFiles = {FileKind::kLog, FileKind::kLog, FileKind::kTable,
                                 FileKind::kManifest, FileKind::kAny};
  Rule rule;
  rule.file = PickOne(random, kFiles);
  rule.operation = OpKind::kWrite;
  rule.effect = {EffectKind::kFailedWriteback, DrawError(random), 0};
  DrawExtent(random, 12, &rule);
  return rule;
}

Rule DrawDamageRule(kernel::Random* random) {
  constexpr std::array kFiles = {FileKind::kLog,   FileKind::kTable,    FileKind::kTable,
                                 FileKind::kTable, FileKind::kManifest, FileKind::kCurrent};
  constexpr std::uint64_t kBits = 8 * 4096;
  Rule rule;
  if (random->OneIn(4)) {
    rule.file = FileKind::kDirectory;
    rule.operation = OpKind::kList;
    rule.effect = {EffectKind::kMissedName, 0, random->Below(8)};
    return rule;
  }
  rule.file = PickOne(random, kFiles);
  rule.operation = OpKind::kRead;
  if (random->OneIn(4)) {
    rule.first = random->Between(1, 6);
  } else {
    // Again and again: what is read once while a table is opened is a small part of all reads.
    rule.one_in = random->Between(2, 12);
  }
  rule.effect.kind = random->OneIn(2) ? EffectKind::kFlippedBit : EffectKind::kRot;
  rule.effect.amount = random->Below(kBits);
  return rule;
}

Rule DrawDelayRule(kernel::Random* random) {
  constexpr std::array kOperations = {OpKind::kWrite,  OpKind::kSync,   OpKind::kSync,
                                      OpKind::kCreate, OpKind::kRename, OpKind::kSyncDir,
                                      OpKind::kUnlink, OpKind::kRead};
  Rule rule;
  rule.operation = PickOne(random, kOperations);
  rule.one_in = random->Between(2, 10);
  rule.effect = {EffectKind::kDelay, 0, random->Between(1, 5000)};
  return rule;
}

}  // namespace

FaultSwarm DrawFaultSwarm(kernel::Random* random) {
  FaultSwarm swarm;
  if (random->OneIn(3)) return swarm;
  swarm.log = random->OneIn(2);
  swarm.tables = random->OneIn(4);
  swarm.names = random->OneIn(4);
  swarm.reads = random->OneIn(5);
  swarm.harmless = random->OneIn(4);
  kernel::Random medium = random->Child("medium");
  swarm.writeback = medium.OneIn(5);
  swarm.damage = medium.OneIn(8);
  swarm.delays = medium.OneIn(6);
  return swarm;
}

faults::Plan DrawFaultPlan(const FaultSwarm& swarm, kernel::Random random) {
  faults::Plan plan;
  plan.seed = random.Next();
  if (swarm.log && random.OneIn(2)) plan.rules.push_back(DrawLogRule(&random));
  if (swarm.tables && random.OneIn(2)) plan.rules.push_back(DrawTableRule(&random));
  if (swarm.names && random.OneIn(2)) plan.rules.push_back(DrawNameRule(&random));
  if (swarm.reads && random.OneIn(2)) plan.rules.push_back(DrawReadRule(&random));
  if (swarm.harmless) plan.rules.push_back(DrawHarmlessRule(&random));
  kernel::Random medium = random.Child("medium");
  if (swarm.writeback && medium.OneIn(2)) plan.rules.push_back(DrawWritebackRule(&medium));
  if (swarm.damage && medium.OneIn(2)) plan.rules.push_back(DrawDamageRule(&medium));
  if (swarm.delays) plan.rules.push_back(DrawDelayRule(&medium));
  return plan;
}

}  // namespace harrow::harness
