// Who the tasks of a recorded life are, and how their lanes stand at each step.
//
// Threading: values.
#ifndef HARROW_SIM_HARNESS_REPLAY_TASKS_H_
#define HARROW_SIM_HARNESS_REPLAY_TASKS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/harness/recording.h"
#include "sim/kernel/strategy.h"

namespace harrow::harness {

// Tasks by what they are: "main"; "L2.C0", a client; "background", which writes tables or manifests and is no client; else "T5".
class TaskNames {
 public:
  // `life` is its number, from 1; it may still be running.
  TaskNames(const RecordedLife& recorded, std::size_t life);

  std::size_t size() const { return names_.size(); }
  const std::string& Name(kernel::TaskId task) const { return names_[task]; }
  // "0 main, 1 L2.C0, 2 L2.C1, 3 background (started by L2.C0)"
  std::string Legend() const;
  std::size_t widest() const;

 private:
  std::vector<std::string> names_;  // by task
  std::vector<kernel::TaskId> parents_;
};

// One column a task, in the order of their numbers: ' ' before it begins and after it ended, '|' while it could go on, ':' while
// it waits to be woken, and what it does where it acts.
class TaskLanes {
 public:
  explicit TaskLanes(std::size_t tasks) : lanes_(tasks, ' '), waits_(tasks, 0) {}

  std::string Heading() const;
  // Takes in the next event. Returns the tasks that it wakes: all that wait on the object for a broadcast; for a signal too,
  // although only one of them goes on.
  std::vector<kernel::TaskId> Advance(const kernel::TraceEvent& event);
  // The lanes with `marker` at `task`.
  std::string Draw(kernel::TaskId task, char marker) const;

 private:
  std::size_t Width() const { return lanes_.size() > 10 ? 3 : 2; }

  std::string lanes_;
  std::vector<std::uint32_t> waits_;  // the object that a task waits on; 0: none
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPLAY_TASKS_H_
