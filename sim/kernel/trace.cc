// The recording side: everything it allocates is host memory, since a trace outlives its run.
// A Note carries the number of the step before it and the hash as it stands.
#include "sim/kernel/trace.h"

#include <utility>

#include "sim/kernel/simulation.h"

namespace harrow::kernel {

void Trace::Record(TaskId task, OpKind kind, std::uint32_t object, std::uint64_t a,
                   std::uint64_t b) {
  const HostMemory host;
  TraceEvent& event = events_.emplace_back();
  event.step = step_;
  event.task = task;
  event.kind = kind;
  event.object = object;
  event.a = a;
  event.b = b;
  event.hash = hash_;
}

// The text was made in the caller's heap: it is copied, never moved.
void Trace::Annotate(std::string text) {
  if (!recorded_ || events_.empty()) return;
  const HostMemory host;
  std::string& kept = events_.back().text;
  if (!kept.empty()) kept += "; ";
  kept.append(text.data(), text.size());
}

void Trace::Note(TaskId task, std::string text) {
  if (!recorded_) return;
  const HostMemory host;
  TraceEvent& event = events_.emplace_back();
  event.step = step_;
  event.task = task;
  event.hash = hash_;
  event.note = true;
  event.text.append(text.data(), text.size());
}

}  // namespace harrow::kernel
