// Runs a program on the simulated machine: one OS thread, tasks as fibers, libc's thread and time
// calls taken over.
//
//   Trace trace;
//   Outcome outcome = RunSimulation(options, trace, [&] { …ordinary code with std::thread,
//   std::mutex, sleeps… });
//
// Inside `root` and every thread it starts, pthread, clock, sleep and futex calls land in the
// simulation; outside they are libc's own. Memory allocated on a task comes from the run-time heap
// and is gone when the next simulation starts; what must outlive the run is allocated under a
// HostMemory scope.
//
// Threading: at most one simulation at a time in a process, and no other OS thread may use pthreads
// meanwhile. Invariants:
//  1. The run is a pure function of (root, options): no address, real time or leftover of an
//  earlier run reaches it.
//  2. Virtual time moves only when no task can run.
// Not checked: data races (see the tsan preset). thread_local variables are shared by all tasks.
// Function-local statics made on a task live in host memory, and making one is neither a step nor a
// choice unless its constructor waits; what they hold later must be allocated under HostMemory.
#ifndef HARROW_SIM_KERNEL_SIMULATION_H_
#define HARROW_SIM_KERNEL_SIMULATION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/kernel/strategy.h"
#include "sim/kernel/trace.h"

namespace harrow::kernel {

struct SimulationOptions {
  StrategySpec strategy;
  // Replay: when set, `strategy` is not asked; the default schedule with these departures is
  // followed leniently.
  bool replay = false;
  std::vector<Deviation> deviations;
  std::uint64_t spurious_wakeup_one_in = 0;  // 0: never; drawn from a stream of strategy.seed
  // Of the random bytes that programs ask for; nothing: strategy.seed.
  std::optional<std::uint64_t> entropy_seed;
  std::uint64_t step_limit = 1'000'000;
  bool record_deviations = false;
};

enum class End : std::uint8_t {
  kFinished,  // root returned, and every other task ended or was detached and waits for ever
  kStopped,   // Stop() was called
  kDeadlock,  // every task waits and no timer is set; detail says who waits for what
  kStepLimit,
  kUnserved,  // a call, or so much of something, that the simulation does not serve, named in detail
  kOutOfMemory,  // the run's heap is full
  kAborted       // the program ended itself, or misused a call, named in detail
};

struct Outcome {
  End end = End::kFinished;
  std::string detail;
  std::uint64_t steps = 0;
  std::uint64_t choices = 0;      // steps with at least two enabled tasks
  std::uint64_t preemptions = 0;  // switches away from a task that could have gone on
  std::uint64_t tasks = 0;
  std::uint64_t virtual_ns = 0;
  std::vector<Deviation> deviations;  // when record_deviations is set
  std::uint64_t misfits = 0;          // replay: recorded deviations that no longer fit
};

Outcome RunSimulation(const SimulationOptions& options, Trace& trace,
                      const std::function<void()>& root);

// True on a task of the running simulation.
bool OnTask();
// The following are for code on a task.
TaskId CurrentTask();
Trace& CurrentTrace();
std::uint64_t NowNs();  // virtual
// Announces an operation and returns when the scheduler chose this task to perform it. Nothing
// outside a run. Every operation is added to the trace except kFile, which the caller adds with a and
// b of its own.
void Point(const Op& op);
// Ends the simulation at once, as a power loss does: no task runs again. Where a run-time heap
// backs the tasks (every build without a sanitizer) it does not return; under a sanitizer it marks
// the machine as dropped and returns, every task runs to its end on the default schedule with
// Dropped() true, and nothing more is traced.
void Stop();
// The machine was stopped and is being drained: file calls fail with EIO, close and unlock succeed.
bool Dropped();
// Ends the simulation with this text; `why` is one of the last three ends. Does not return in any
// build; under a sanitizer the tasks are abandoned, not drained.
void Abort(const std::string& detail, End why = End::kAborted);
// Labels for objects, dense from 1 in order of first use in this run.
std::uint32_t NewObjectLabel();

// While one is alive on a task, allocations come from the process's own heap, and ThreadSanitizer
// takes what the task does for the machine's own business: the state of a simulated disk is shared by
// tasks, but not a race between them. Nests. A run that ends under one leaks what its frame owns.
class HostMemory {
 public:
  HostMemory();
  ~HostMemory();
  HostMemory(const HostMemory&) = delete;
  HostMemory& operator=(const HostMemory&) = delete;

 private:
  bool previous_;
};

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_SIMULATION_H_
