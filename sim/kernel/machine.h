// The simulated machine: task table, scheduler, timers. Internal to sim/kernel; everybody else uses
// simulation.h.
//
// A task announces an operation with Step() or Wait() and performs it when that returns. The picking
// runs on the announcing task's own fiber; there is no scheduler fiber.
//
// Threading: one OS thread. Invariants:
//  1. enabled is a subset of alive; a bit is set iff the task could perform its pending operation.
//  2. A task with a set timer is waiting.
//  3. Time moves only in Idle(), when nothing is enabled.
// What a task does while it constructs a function-local static is neither traced nor a choice unless
// it blocks: statics are made once a process, and a run must not differ from the one after it.
#ifndef HARROW_SIM_KERNEL_MACHINE_H_
#define HARROW_SIM_KERNEL_MACHINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/kernel/random.h"
#include "sim/kernel/replay.h"
#include "sim/kernel/simulation.h"
#include "sim/kernel/strategy.h"
#include "sim/kernel/task.h"
#include "sim/kernel/trace.h"

namespace harrow::kernel {

class Machine {
 public:
  Outcome Run(const SimulationOptions& options, Trace& trace, const std::function<void()>& root);

  // Announces an operation that could be performed at once; returns when this task was chosen.
  void Step(OpKind kind, std::uint32_t object, bool writes = true) {
    pending_[current_->id] = Op{kind, writes, object};
    PassOn();
  }
  // As Step, for an operation that may have to wait: the task is enabled while Ready(*current()),
  // which Recheck keeps up to date, or from `deadline` on. Returns how it came to run.
  Wake Wait(WaitKind kind, const void* object, Op op, std::uint64_t deadline = kNever);
  // Releases `mutex` (already marked free by the caller) and sleeps until Notify or the deadline;
  // enabled again when the mutex is free too.
  Wake WaitOnCondition(const void* condition, std::uint32_t label, void* mutex,
                       std::uint32_t mutex_label, std::uint64_t deadline);
  // Brings the enabled bits of those who wait for `object` up to date.
  void Recheck(const void* object) {
    if ((waiting_ & ~current_->bit) != 0) RecheckSlowly(object);
  }
  // Wakes the longest (or every) waiter of a condition or futex; returns how many, at most `limit`.
  std::uint32_t NotifyWaiters(WaitKind kind, const void* object, std::uint32_t limit);
  bool HasWaiters(WaitKind kind, const void* object) const;
  void Yield();

  // The label of an object known by address alone, while some task announces or waits at it; a
  // fresh one otherwise. So it never depends on how addresses are reused.
  // AnnounceAt also makes the running task such a task, until LeaveObject().
  std::uint32_t AnnounceAt(const void* object);
  void LeaveObject() { current_->at_object = nullptr; }

  // Adds to the trace, unless it is closed or this task is constructing a static.
  void Traced(OpKind kind, std::uint32_t object, std::uint64_t a, std::uint64_t b) {
    if (dropped_ || current_->constructing != 0) return;
    trace_->Add(current_->id, kind, object, a, b);
  }

  // nullptr when the table is full and the machine is draining; aborts the run when it is full.
  Task* Spawn(void* (*entry)(void*), void* argument, bool detached);

  [[noreturn]] void Abort(kernel::End why, std::string_view text);
  [[noreturn]] void AbortWith(const std::string& text) { Abort(kernel::End::kAborted, text); }
  [[noreturn]] void AbortUnserved(const std::string& text) { Abort(kernel::End::kUnserved, text); }
  void Stop();

  bool running() const { return current_ != nullptr; }
  Task* current() { return current_; }
  Task& task(TaskId id) { return tasks_[id]; }
  std::uint32_t task_count() const { return task_count_; }
  std::uint64_t now() const { return now_; }
  std::uint64_t steps() const { return steps_; }
  std::uint32_t epoch() const { return epoch_; }
  std::uint32_t NewLabel() { return ++labels_; }
  bool dropped() const { return dropped_; }
  Trace& trace();
  Random& entropy();  // for getrandom and std::random_device

  // once and function-local statics being initialised.
  struct Initialisation {
    const void* object;
    TaskId task;
    bool run_heap;  // what the task allocated from before
  };
  Initialisation* FindInitialisation(const void* object);
  void BeginInitialisation(const void* object);
  void EndInitialisation(const void* object);

  // "task 2 (flusher) waits for mutex 3, held by task 1; …"
  std::string DescribeWaits() const;

 private:
  void Reset(const SimulationOptions& options, Trace& trace);
  Outcome Finish();
  void Snapshot();
  void InitTask(TaskId id, std::uint64_t signature, void* (*entry)(void*), void* argument,
                bool detached);
  static void TaskMain();
  [[noreturn]] void ExitTask(void* result);
  void RunSpecificDestructors();

  void PassOn() {
    Task& me = *current_;
    ++me.steps;
    fresh_ |= me.bit;
    if (++steps_ > step_limit_) [[unlikely]] {
      StepLimitReached();
    }
    if (enabled_ != me.bit) PassOnSlowly();
  }
  void PassOnSlowly();
  TaskId Next();
  TaskId Choose();
  TaskId ReplayPick(const Choice& choice, TaskId fallback);
  bool DrawSpuriousWakeup();
  void RecordDeviation(const Deviation& deviation);
  void Idle();
  void RecheckSlowly(const void* object);
  bool Ready(const Task& task) const;
  void NotifyTask(Task& task, Wake wake);
  [[noreturn]] void Deadlock();
  bool OnlyDetachedAlive() const;
  [[noreturn]] void StepLimitReached();
  [[noreturn]] void End(kernel::End end);
  std::string DescribeWait(const Task& task) const;

  Task* current_ = nullptr;  // nullptr: the host runs
  std::uint64_t enabled_ = 0;
  std::uint64_t fresh_ = 0;    // see Choice
  std::uint64_t waiting_ = 0;  // wait_kind != kNone
  std::uint64_t timers_ = 0;
  std::uint64_t alive_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t step_limit_ = 0;
  std::uint64_t now_ = 0;
  std::uint64_t tickets_ = 0;
  std::uint32_t labels_ = 0;
  std::uint32_t task_count_ = 0;
  std::uint32_t epoch_ = 0;  // of this run; never 0
  bool dropped_ = false;
  bool recording_ = false;
  std::uint64_t choices_ = 0;
  std::uint64_t preemptions_ = 0;
  std::uint64_t spurious_one_in_ = 0;

  Trace* trace_ = nullptr;
  Trace discarded_;  // what is handed out while draining
  std::unique_ptr<Strategy> strategy_;
  std::optional<Replay> replay_;
  Random spurious_{0};
  Random entropy_{0};
  std::uint64_t entropy_seed_ = 0;
  bool entropy_drawn_ = false;
  Outcome outcome_;
  Fiber host_;
  std::vector<Initialisation> initialisations_;
  Op pending_[kMaxTasks];
  Task tasks_[kMaxTasks];
};

extern Machine g_machine;

// The destructor given to pthread_key_create; nullptr for none or an unknown key.
void (*SpecificDestructor(unsigned key))(void*);

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_MACHINE_H_
