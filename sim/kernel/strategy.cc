// Dependency by kind: locks of one mutex, notify against wait of one condition variable, futex wake
// against wait, file operations of one file unless both read, once against once, join against the
// task it waits for. Labels are unique over kinds, except those of tasks (id + 1).
#include "sim/kernel/strategy.h"

#include "sim/kernel/check.h"
#include "sim/kernel/default_schedule.h"
#include "sim/kernel/pct.h"
#include "sim/kernel/pos.h"
#include "sim/kernel/random_walk.h"

namespace harrow::kernel {
namespace {

bool IsLock(OpKind kind) { return kind == OpKind::kLock || kind == OpKind::kReadLock; }
bool IsNotify(OpKind kind) { return kind == OpKind::kSignal || kind == OpKind::kBroadcast; }
bool IsFutex(OpKind kind) { return kind == OpKind::kFutexWait || kind == OpKind::kFutexWake; }
bool IsLife(OpKind kind) {
  return kind == OpKind::kSpawn || kind == OpKind::kJoin || kind == OpKind::kExit;
}

}  // namespace

bool Racing(const Op& a, const Op& b) {
  if (a.object == 0 || a.object != b.object) return false;
  if (IsLock(a.kind)) return IsLock(b.kind) && (a.writes || b.writes);
  if (a.kind == OpKind::kFile) return b.kind == OpKind::kFile && (a.writes || b.writes);
  if (a.kind == OpKind::kWait) return IsNotify(b.kind);
  if (IsNotify(a.kind)) return b.kind == OpKind::kWait || IsNotify(b.kind);
  if (IsFutex(a.kind)) return IsFutex(b.kind) && a.kind != b.kind;
  if (a.kind == OpKind::kOnce) return b.kind == OpKind::kOnce;
  return IsLife(a.kind) && IsLife(b.kind);
}

std::unique_ptr<Strategy> MakeStrategy(const StrategySpec& spec) {
  switch (spec.kind) {
    case StrategyKind::kDefault:
      return std::make_unique<DefaultSchedule>();
    case StrategyKind::kRandomWalk:
      return std::make_unique<RandomWalk>(spec.seed);
    case StrategyKind::kPct:
      return std::make_unique<Pct>(spec.seed, spec.depth, spec.expected_steps);
    case StrategyKind::kPos:
      return std::make_unique<Pos>(spec.seed);
  }
  KERNEL_CHECK(false && "no such strategy");
}

}  // namespace harrow::kernel
