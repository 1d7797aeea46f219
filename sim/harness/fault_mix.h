// The faults' half of a generated scenario: which rules a life gets.
//
// Threading: pure function of the stream.
#ifndef HARROW_SIM_HARNESS_FAULT_MIX_H_
#define HARROW_SIM_HARNESS_FAULT_MIX_H_

#include "faults/plan.h"
#include "sim/kernel/random.h"

namespace harrow::harness {

// Which classes of fault a seed may use at all.
struct FaultSwarm {
  bool log = false;        // failing appends to and syncs of the log
  bool tables = false;     // failing writes and syncs of tables and manifests
  bool names = false;      // failing creates, renames, unlinks, directory syncs
  bool reads = false;      // failing reads, lists, stats, opens
  bool harmless = false;   // short reads, short writes, EINTR
  bool writeback = false;  // writeback that fails before any sync
  bool damage = false;     // flipped bits, rot, listings that miss a name
  bool delays = false;     // slow calls
};

FaultSwarm DrawFaultSwarm(kernel::Random* random);

// Some rules, perhaps none.
faults::Plan DrawFaultPlan(const FaultSwarm& swarm, kernel::Random random);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_FAULT_MIX_H_
