// The life of a run and of its tasks. The host switches to the root task and comes back when the run
// ends, however it ends. Without a sanitizer an ended run is forgotten where it stands; with one,
// Stop() lets the tasks run out (drains), and only what cannot end is abandoned.
#include <stdio_ext.h>
#include <sys/single_threaded.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "sim/kernel/check.h"
#include "sim/kernel/library_state.h"
#include "sim/kernel/machine.h"
#include "sim/kernel/run_heap.h"
#include "sim/kernel/sanitizers.h"

namespace harrow::kernel {
namespace {

constexpr std::uint64_t kDrainSteps = 1'000'000;
constexpr std::uint64_t kRootSignature = 0x68617272'6f770001ULL;

// std::terminate on a task (a joinable std::thread destroyed, an exception out of a noexcept
// function) is the program's failure, not the harness's.
std::terminate_handler g_previous_terminate = nullptr;

void Terminated() {
  if (g_machine.running()) {
    g_machine.AbortWith("std::terminate was called on task " +
                        std::to_string(g_machine.current()->id));
  }
  g_previous_terminate();
  std::abort();
}

// A task's first line of output would put stdout's buffer into the run's heap, for ever.
void GiveStdoutABuffer() {
  static char buffer[4096];
  if (__fbufsize(stdout) == 0) {
    std::setvbuf(stdout, buffer, isatty(STDOUT_FILENO) != 0 ? _IOLBF : _IOFBF, sizeof(buffer));
  }
}

void PrepareProcess() {
  static bool prepared = false;
  if (prepared) return;
  prepared = true;
  g_previous_terminate = std::set_terminate(&Terminated);
  GiveStdoutABuffer();
#if defined(HARROW_TSAN)
  // Else shared_ptr counts without atomics in a process of one OS thread, a race between tasks.
  __libc_single_threaded = 0;
#endif
}

void* RunRoot(void* root) {
  (*static_cast<const std::function<void()>*>(root))();
  return nullptr;
}

}  // namespace

void Machine::Reset(const SimulationOptions& options, Trace& trace) {
  enabled_ = fresh_ = waiting_ = timers_ = alive_ = 0;
  steps_ = now_ = tickets_ = 0;
  choices_ = preemptions_ = 0;
  labels_ = task_count_ = 0;
  if (++epoch_ == 0) ++epoch_;
  dropped_ = false;
  recording_ = options.record_deviations;
  step_limit_ = options.step_limit;
  spurious_one_in_ = options.spurious_wakeup_one_in;
  trace_ = &trace;
  discarded_ = Trace();
  outcome_ = Outcome();
  initialisations_.clear();
  replay_.reset();
  strategy_.reset();
  if (options.replay) {
    replay_.emplace(options.deviations);
  } else {
    strategy_ = MakeStrategy(options.strategy);
  }
  const Random streams(options.strategy.seed);
  if (spurious_one_in_ != 0) spurious_ = streams.Child("spurious wake-ups");
  entropy_seed_ = options.entropy_seed.value_or(options.strategy.seed);
  entropy_drawn_ = false;
  InitHostFiber(host_);
  if constexpr (!kSanitized) run_heap::Reset();
  RestoreLibraries();
}

Outcome Machine::Run(const SimulationOptions& options, Trace& trace,
                     const std::function<void()>& root) {
  KERNEL_CHECK(!running());
  PrepareProcess();
  Reset(options, trace);
  InitTask(0, kRootSignature, &RunRoot, const_cast<std::function<void()>*>(&root), true);
  current_ = &tasks_[0];
  SwitchFiber(host_, current_->fiber);
  current_ = nullptr;
  g_run_heap_active = false;
  return Finish();
}

Outcome Machine::Finish() {
  for (std::uint64_t rest = alive_; rest != 0; rest &= rest - 1) {
    AbandonStack(tasks_[std::countr_zero(rest)].fiber);
  }
  if (!dropped_) Snapshot();
  if (replay_) outcome_.misfits = replay_->misfits();
  strategy_.reset();
  replay_.reset();
  return std::move(outcome_);
}

void Machine::Snapshot() {
  outcome_.steps = steps_;
  outcome_.choices = choices_;
  outcome_.preemptions = preemptions_;
  outcome_.tasks = task_count_;
  outcome_.virtual_ns = now_;
}

void Machine::InitTask(TaskId id, std::uint64_t signature, void* (*entry)(void*), void* argument,
                       bool detached) {
  KERNEL_CHECK(id == task_count_ && id < kMaxTasks);
  ++task_count_;
  Task& task = tasks_[id];
  task.id = id;
  task.bit = std::uint64_t{1} << id;
  task.signature = signature;
  task.children = task.steps = 0;
  task.wait_kind = WaitKind::kNone;
  task.wake = Wake::kNone;
  task.at_object = nullptr;
  task.constructing = 0;
  task.reacquires = false;
  task.detached = detached;
  task.ended = task.joined = false;
  task.entry = entry;
  task.argument = argument;
  task.result = nullptr;
  task.name[0] = '\0';
  task.specific_count = 0;
  MakeFiber(task.fiber, &Machine::TaskMain);
  pending_[id] = Op{OpKind::kStart, true, id + 1};
  alive_ |= task.bit;
  enabled_ |= task.bit;
  fresh_ |= task.bit;
  if (strategy_) strategy_->Spawned(id);
}

Task* Machine::Spawn(void* (*entry)(void*), void* argument, bool detached) {
  Task& parent = *current_;
  Step(OpKind::kSpawn, task_count_ + 1);
  const TaskId id = task_count_;
  if (id == kMaxTasks) {
    if (dropped_) return nullptr;
    AbortUnserved("a run may start at most 64 tasks");
  }
  {
    const HostMemory host;
    InitTask(id, Mix(parent.signature, ++parent.children), entry, argument, detached);
  }
  HappensBefore(&tasks_[id]);
  Traced(OpKind::kSpawn, id + 1, 0, 0);
  return &tasks_[id];
}

void Machine::TaskMain() {
  Machine& machine = g_machine;
  Task& me = *machine.current_;
  g_run_heap_active = !kSanitized;
  HappensAfter(&me);
  machine.Traced(OpKind::kStart, me.id + 1, 0, 0);
  void* result = nullptr;
  try {
    result = me.entry(me.argument);
  } catch (const std::exception& error) {
    machine.AbortWith("an exception left task " + std::to_string(me.id) + ": " + error.what());
  } catch (...) {
    machine.AbortWith("an exception left task " + std::to_string(me.id));
  }
  machine.RunSpecificDestructors();
  machine.ExitTask(result);
}

// As POSIX has it: again while destructors set new values, four times at most.
void Machine::RunSpecificDestructors() {
  Task& me = *current_;
  for (int round = 0; round < 4 && me.specific_count != 0; ++round) {
    const std::uint32_t count = me.specific_count;
    Task::Specific values[Task::kMaxSpecific];
    std::copy(me.specific, me.specific + count, values);
    me.specific_count = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      void (*const destructor)(void*) = SpecificDestructor(values[i].key);
      if (destructor != nullptr && values[i].value != nullptr) {
        destructor(const_cast<void*>(values[i].value));
      }
    }
  }
}

void Machine::ExitTask(void* result) {
  Task& me = *current_;
  KERNEL_CHECK(me.constructing == 0);
  Traced(OpKind::kExit, me.id + 1, 0, 0);
  g_run_heap_active = false;
  me.result = result;
  me.ended = true;
  alive_ &= ~me.bit;
  enabled_ &= ~me.bit;
  Recheck(&me);
  HappensBefore(&me);
  if (alive_ == 0) End(kernel::End::kFinished);
  ++me.steps;
  if (++steps_ > step_limit_) StepLimitReached();
  Task& to = tasks_[Next()];
  ReleaseStack(me.fiber);
  current_ = &to;
  LeaveFiber(me.fiber, to.fiber);
}

// The end of a drain is not an end of its own.
void Machine::End(kernel::End end) {
  g_run_heap_active = false;
  Task& me = *current_;
  if (!dropped_) outcome_.end = end;
  if (me.ended) ReleaseStack(me.fiber);
  LeaveFiber(me.fiber, host_);
}

void Machine::Stop() {
  if (dropped_) return;
  if (!kSanitized) End(kernel::End::kStopped);
  Snapshot();
  outcome_.end = kernel::End::kStopped;
  dropped_ = true;
  steps_ = 0;
  step_limit_ = kDrainSteps;
}

void Machine::Abort(kernel::End why, std::string_view text) {
  g_run_heap_active = false;
  if (!dropped_) outcome_.detail.assign(text);
  End(why);
}

bool Machine::OnlyDetachedAlive() const {
  for (std::uint64_t rest = alive_; rest != 0; rest &= rest - 1) {
    if (!tasks_[std::countr_zero(rest)].detached) return false;
  }
  return true;
}

void Machine::Deadlock() {
  g_run_heap_active = false;
  // A process ends with its main, whatever threads it let go still wait for.
  if (tasks_[0].ended && OnlyDetachedAlive()) End(kernel::End::kFinished);
  if (!dropped_) outcome_.detail = DescribeWaits();
  End(kernel::End::kDeadlock);
}

void Machine::StepLimitReached() {
  g_run_heap_active = false;
  if (!dropped_) {
    outcome_.detail = "step limit of " + std::to_string(step_limit_) + " reached by task " +
                      std::to_string(current_->id);
  }
  End(kernel::End::kStepLimit);
}

Trace& Machine::trace() {
  KERNEL_CHECK(running());
  return dropped_ ? discarded_ : *trace_;
}

Random& Machine::entropy() {
  if (!entropy_drawn_) {
    entropy_ = Random(entropy_seed_).Child("entropy");
    entropy_drawn_ = true;
  }
  return entropy_;
}

}  // namespace harrow::kernel
