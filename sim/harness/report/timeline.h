// A recorded life as lanes: who each task is, what its clients called, which mutexes it held and what it waited for, each as a
// stretch of the trace's events.
//
// Threading: pure functions.
// Invariants:
//  1. lanes[i].task == i, for every task that has an event.
//  2. A bar or a call has begin <= end; `end` of one that never ended is the number of events.
// Not checked: a wait for a mutex is drawn from the task's last own event, since the trace has no event at which it began.
#ifndef HARROW_SIM_HARNESS_REPORT_TIMELINE_H_
#define HARROW_SIM_HARNESS_REPORT_TIMELINE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/harness/recording.h"
#include "sim/kernel/trace.h"

namespace harrow::harness {

struct Lane {
  kernel::TaskId task = 0;
  std::string name;  // "main", "L2.C0", "background", "background 2"
};

struct Bar {
  enum class Kind : std::uint8_t { kHolds, kWaitsForMutex, kWaitsOnCondition, kJoins, kSleeps };
  Kind kind = Kind::kHolds;
  kernel::TaskId task = 0;
  std::uint32_t object = 0;  // label of the mutex or condition; kJoins: the task
  std::size_t begin = 0;     // indices of events
  std::size_t end = 0;
};

struct ClientCall {
  kernel::TaskId task = 0;
  ClientMark mark;  // of the call; of the return for a call whose beginning is not marked
  std::size_t begin = 0;
  std::size_t end = 0;
  bool returned = false;
};

struct Timeline {
  std::vector<Lane> lanes;
  std::vector<Bar> bars;          // in order of their ends
  std::vector<ClientCall> calls;  // in order of their begins
};

// `name` is how verdicts name the life: "L2".
Timeline MakeTimeline(const RecordedLife& life, const std::string& name);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPORT_TIMELINE_H_
