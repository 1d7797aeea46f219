// What a run did, step by step: always as a running hash, and when asked for as a list of events
// with text.
//
// The hash covers (task, kind, object, a, b) of every event and nothing else: no address, no time
// of day, no text. Metrics and text change nothing.
//
// Threading: one simulated machine, one OS thread.
#ifndef HARROW_SIM_KERNEL_TRACE_H_
#define HARROW_SIM_KERNEL_TRACE_H_

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/kernel/strategy.h"

namespace harrow::kernel {

struct TraceEvent {
  std::uint64_t step = 0;
  TaskId task = 0;
  OpKind kind = OpKind::kStart;
  std::uint32_t object = 0;
  std::uint64_t a = 0;  // meaning by kind; for kFile see sim/disk
  std::uint64_t b = 0;
  std::uint64_t hash = 0;  // the running hash after this event
  bool note = false;       // made by Note: kind, object, a and b mean nothing
  std::string text;        // only in a recorded trace, and only where somebody annotated it
};

class Trace {
 public:
  explicit Trace(bool recorded = false) : recorded_(recorded) {}

  bool recorded() const { return recorded_; }
  std::uint64_t hash() const { return hash_; }
  std::uint64_t step() const { return step_; }

  // Takes the next step number. Inline: 1 to 2 ns when nothing is recorded.
  [[gnu::always_inline]] void Add(TaskId task, OpKind kind, std::uint32_t object, std::uint64_t a,
                                  std::uint64_t b) {
    const std::uint64_t what = task | (static_cast<std::uint64_t>(kind) << 16) |
                               (static_cast<std::uint64_t>(object) << 32);
    const std::uint64_t mixed = (what * 0xff51afd7ed558ccdULL) ^
                                std::rotr(a * 0xc4ceb9fe1a85ec53ULL, 23) ^
                                std::rotr(b * 0x9fb21c651e98df25ULL, 41);
    hash_ = (hash_ ^ mixed) * 0xd6e8feb86659fd93ULL;
    hash_ ^= hash_ >> 32;
    ++step_;
    if (recorded_) Record(task, kind, object, a, b);
  }
  // Puts text on the last event (recorded traces only; free otherwise). Call with recorded()
  // checked, so that no text is made for nothing.
  void Annotate(std::string text);
  // An event without effect on the hash or the step: a line for the reader ("crash", "L1.C2 put k3
  // -> ok").
  void Note(TaskId task, std::string text);

  // Recorded traces: all events, kept in the process's own heap. Otherwise empty.
  const std::vector<TraceEvent>& events() const { return events_; }

 private:
  void Record(TaskId task, OpKind kind, std::uint32_t object, std::uint64_t a, std::uint64_t b);

  bool recorded_;
  std::uint64_t hash_ = 0x9e3779b97f4a7c15ULL;
  std::uint64_t step_ = 0;
  std::vector<TraceEvent> events_;
};

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_TRACE_H_
