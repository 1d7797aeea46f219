// The scheduler. A task stores its pending operation and looks at the enabled mask itself: alone in
// it, it goes on; empty, time moves to the next timer or the run is a deadlock; else the strategy (or
// the replayed list) chooses, and the fibers switch.
#include "sim/kernel/machine.h"

#include <algorithm>
#include <bit>

#include "sim/kernel/check.h"
#include "sim/kernel/coverage_mark.h"
#include "sim/kernel/default_schedule.h"
#include "sim/kernel/pthread_state.h"
#include "sim/kernel/run_heap.h"
#include "sim/kernel/sanitizers.h"

namespace harrow::kernel {

Machine g_machine;

Wake Machine::Wait(WaitKind kind, const void* object, Op op, std::uint64_t deadline) {
  Task& me = *current_;
  me.wait_kind = kind;
  me.wait_object = object;
  me.wait_label = op.object;
  me.wake = Wake::kNone;
  waiting_ |= me.bit;
  pending_[me.id] = op;
  if (!Ready(me)) {
    enabled_ &= ~me.bit;
    if (deadline != kNever) {
      me.deadline = std::max(deadline, now_);
      timers_ |= me.bit;
    }
    me.ticket = ++tickets_;
  }
  PassOn();
  me.wait_kind = WaitKind::kNone;
  waiting_ &= ~me.bit;
  timers_ &= ~me.bit;
  return me.wake;
}

Wake Machine::WaitOnCondition(const void* condition, std::uint32_t label, void* mutex,
                              std::uint32_t mutex_label, std::uint64_t deadline) {
  Task& me = *current_;
  const bool spurious = DrawSpuriousWakeup();
  me.wait_kind = WaitKind::kCondition;
  me.wait_object = condition;
  me.wait_label = label;
  me.mutex = mutex;
  me.wake = Wake::kNone;
  me.ticket = ++tickets_;
  waiting_ |= me.bit;
  enabled_ &= ~me.bit;
  pending_[me.id] = Op{OpKind::kLock, true, mutex_label};
  if (spurious) {
    Reached(Mark::kSpuriousWakeup);
    NotifyTask(me, Wake::kSpurious);
  } else if (deadline != kNever) {
    me.deadline = std::max(deadline, now_);
    timers_ |= me.bit;
  }
  PassOn();
  me.wait_kind = WaitKind::kNone;
  me.reacquires = false;
  waiting_ &= ~me.bit;
  timers_ &= ~me.bit;
  return me.wake;
}

// From here on a waiter of a condition waits for its mutex.
void Machine::NotifyTask(Task& task, Wake wake) {
  timers_ &= ~task.bit;
  task.wake = wake;
  if (task.wait_kind == WaitKind::kCondition) {
    task.wait_kind = WaitKind::kMutex;
    task.wait_object = task.mutex;
    task.wait_label = pending_[task.id].object;
    task.reacquires = true;
    if (Ready(task)) enabled_ |= task.bit;
    return;
  }
  enabled_ |= task.bit;
}

bool Machine::Ready(const Task& task) const {
  switch (task.wait_kind) {
    case WaitKind::kNone:
      return true;
    case WaitKind::kMutex:
      return static_cast<const MutexState*>(task.wait_object)->holder == 0 ||
             (task.wake == Wake::kTimeout && !task.reacquires);
    case WaitKind::kReadLock: {
      const RwLockState state(task.wait_object);
      return *state.writer == 0 || task.wake == Wake::kTimeout;
    }
    case WaitKind::kWriteLock: {
      const RwLockState state(task.wait_object);
      return (*state.writer == 0 && *state.readers == 0) || task.wake == Wake::kTimeout;
    }
    case WaitKind::kJoin:
      return static_cast<const Task*>(task.wait_object)->ended;
    case WaitKind::kOnce:
      return const_cast<Machine*>(this)->FindInitialisation(task.wait_object) == nullptr;
    case WaitKind::kCondition:
    case WaitKind::kSleep:
    case WaitKind::kFutex:
      return task.wake != Wake::kNone;
  }
  return false;
}

void Machine::RecheckSlowly(const void* object) {
  for (std::uint64_t rest = waiting_ & ~current_->bit; rest != 0; rest &= rest - 1) {
    const Task& task = tasks_[std::countr_zero(rest)];
    if (task.wait_object != object) continue;
    if (Ready(task)) {
      enabled_ |= task.bit;
    } else {
      if ((enabled_ & task.bit) != 0) Reached(Mark::kLockTakenByAnother);
      enabled_ &= ~task.bit;
    }
  }
}

std::uint32_t Machine::NotifyWaiters(WaitKind kind, const void* object, std::uint32_t limit) {
  std::uint32_t count = 0;
  for (; count < limit; ++count) {
    Task* longest = nullptr;
    for (std::uint64_t rest = waiting_; rest != 0; rest &= rest - 1) {
      Task& task = tasks_[std::countr_zero(rest)];
      if (task.wait_kind != kind || task.wait_object != object || task.wake != Wake::kNone)
        continue;
      if (longest == nullptr || task.ticket < longest->ticket) longest = &task;
    }
    if (longest == nullptr) break;
    NotifyTask(*longest, Wake::kNotified);
  }
  if (count > 1) Reached(Mark::kSeveralWoken);
  return count;
}

bool Machine::HasWaiters(WaitKind kind, const void* object) const {
  for (std::uint64_t rest = waiting_; rest != 0; rest &= rest - 1) {
    const Task& task = tasks_[std::countr_zero(rest)];
    if (task.wait_kind == kind && task.wait_object == object) return true;
  }
  return false;
}

std::uint32_t Machine::AnnounceAt(const void* object) {
  std::uint32_t label = 0;
  for (std::uint64_t rest = alive_; rest != 0 && label == 0; rest &= rest - 1) {
    const Task& task = tasks_[std::countr_zero(rest)];
    if (task.at_object == object) label = task.at_label;
  }
  current_->at_object = object;
  current_->at_label = label != 0 ? label : NewLabel();
  return current_->at_label;
}

void Machine::Yield() {
  if (!dropped_ && strategy_ != nullptr) strategy_->Yielded(current_->id);
  Step(OpKind::kYield, 0);
  Traced(OpKind::kYield, 0, 0, 0);
}

void Machine::PassOnSlowly() {
  Task& me = *current_;
  if (me.constructing != 0 && (enabled_ & me.bit) != 0) return;
  const TaskId next = Next();
  if (next == me.id) return;
  const bool run_heap = g_run_heap_active;
  Task& to = tasks_[next];
  current_ = &to;
  SwitchFiber(me.fiber, to.fiber);
  g_run_heap_active = run_heap;
}

TaskId Machine::Next() {
  while (enabled_ == 0) Idle();
  const bool single = (enabled_ & (enabled_ - 1)) == 0;
  return single ? static_cast<TaskId>(std::countr_zero(enabled_)) : Choose();
}

TaskId Machine::Choose() {
  const Choice choice{enabled_, current_->id, pending_, fresh_};
  fresh_ = 0;
  const TaskId fallback = DefaultPick(choice);
  if (dropped_) return fallback;
  ++choices_;
  const TaskId pick = replay_ ? ReplayPick(choice, fallback) : strategy_->Pick(choice);
  KERNEL_CHECK(pick < kMaxTasks && (enabled_ & tasks_[pick].bit) != 0);
  if (pick != current_->id && (enabled_ & current_->bit) != 0 &&
      pending_[current_->id].kind != OpKind::kYield) {
    ++preemptions_;
  }
  if (recording_ && pick != fallback) {
    RecordDeviation(
        {Deviation::Kind::kSwitch, current_->signature, current_->steps, tasks_[pick].signature});
  }
  return pick;
}

TaskId Machine::ReplayPick(const Choice& choice, TaskId fallback) {
  const Deviation* const deviation =
      replay_->Find(Deviation::Kind::kSwitch, current_->signature, current_->steps);
  if (deviation == nullptr) return fallback;
  for (std::uint64_t rest = choice.enabled; rest != 0; rest &= rest - 1) {
    const Task& task = tasks_[std::countr_zero(rest)];
    if (task.signature != deviation->to) continue;
    replay_->Followed();
    return task.id;
  }
  return fallback;
}

bool Machine::DrawSpuriousWakeup() {
  if (dropped_) return false;
  bool spurious = false;
  if (replay_) {
    spurious = replay_->Find(Deviation::Kind::kSpuriousWakeup, current_->signature,
                             current_->steps) != nullptr;
    if (spurious) replay_->Followed();
  } else if (spurious_one_in_ != 0) {
    spurious = spurious_.OneIn(spurious_one_in_);
  }
  if (spurious && recording_) {
    RecordDeviation({Deviation::Kind::kSpuriousWakeup, current_->signature, current_->steps, 0});
  }
  return spurious;
}

void Machine::RecordDeviation(const Deviation& deviation) {
  const HostMemory host;
  outcome_.deviations.push_back(deviation);
}

// Every timer of the earliest deadline fires; who runs first is a choice.
void Machine::Idle() {
  std::uint64_t earliest = kNever;
  for (std::uint64_t rest = timers_; rest != 0; rest &= rest - 1) {
    earliest = std::min(earliest, tasks_[std::countr_zero(rest)].deadline);
  }
  if (earliest == kNever) Deadlock();
  now_ = std::max(now_, earliest);
  std::uint32_t fired = 0;
  for (std::uint64_t rest = timers_; rest != 0; rest &= rest - 1) {
    Task& task = tasks_[std::countr_zero(rest)];
    if (task.deadline != earliest) continue;
    NotifyTask(task, Wake::kTimeout);
    ++fired;
  }
  if (fired > 1) Reached(Mark::kTimersTogether);
}

Machine::Initialisation* Machine::FindInitialisation(const void* object) {
  for (Initialisation& initialisation : initialisations_) {
    if (initialisation.object == object) return &initialisation;
  }
  return nullptr;
}

void Machine::BeginInitialisation(const void* object) {
  const bool run_heap = g_run_heap_active;
  const HostMemory host;
  initialisations_.push_back({object, current_->id, run_heap});
}

void Machine::EndInitialisation(const void* object) {
  {
    const HostMemory host;
    const Initialisation* const found = FindInitialisation(object);
    KERNEL_CHECK(found != nullptr);
    initialisations_.erase(initialisations_.begin() + (found - initialisations_.data()));
  }
  Recheck(object);
}

}  // namespace harrow::kernel
