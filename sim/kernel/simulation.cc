// The public face of the machine.
#include "sim/kernel/simulation.h"

#include "sim/kernel/check.h"
#include "sim/kernel/machine.h"
#include "sim/kernel/run_heap.h"
#include "sim/kernel/sanitizers.h"

namespace harrow::kernel {

Outcome RunSimulation(const SimulationOptions& options, Trace& trace,
                      const std::function<void()>& root) {
  return g_machine.Run(options, trace, root);
}

bool OnTask() { return g_machine.running(); }

TaskId CurrentTask() {
  KERNEL_CHECK(g_machine.running());
  return g_machine.current()->id;
}

Trace& CurrentTrace() { return g_machine.trace(); }

std::uint64_t NowNs() {
  KERNEL_CHECK(g_machine.running());
  return g_machine.now();
}

void Point(const Op& op) {
  if (!g_machine.running()) return;
  g_machine.Step(op.kind, op.object, op.writes);
  if (op.kind != OpKind::kFile) g_machine.Traced(op.kind, op.object, 0, 0);
}

void Stop() {
  KERNEL_CHECK(g_machine.running());
  g_machine.Stop();
}

bool Dropped() { return g_machine.running() && g_machine.dropped(); }

void Abort(const std::string& detail, End why) {
  KERNEL_CHECK(g_machine.running());
  g_machine.Abort(why, detail);
}

std::uint32_t NewObjectLabel() {
  KERNEL_CHECK(g_machine.running());
  return g_machine.NewLabel();
}

HostMemory::HostMemory() : previous_(g_run_heap_active) {
  g_run_heap_active = false;
  IgnoreAccessesBegin();
}

HostMemory::~HostMemory() {
  IgnoreAccessesEnd();
  g_run_heap_active = previous_;
}

}  // namespace harrow::kernel
