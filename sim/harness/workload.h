// The clients' half of a generated scenario: which operations, on which keys, how large.
//
// Sizes are biased to the corners of the log format: what is left of a 32 KiB block takes each value from 0 to 7, and
// records of one, two, three and more fragments occur (DISK.md, "Workloads that reach the corners").
//
// Threading: one thread.
#ifndef HARROW_SIM_HARNESS_WORKLOAD_H_
#define HARROW_SIM_HARNESS_WORKLOAD_H_

#include <cstdint>

#include "sim/harness/scenario.h"
#include "sim/kernel/random.h"

namespace harrow::harness {

// The weights of one seed; 0 switches a feature off.
struct WorkloadSwarm {
  std::uint32_t put = 10;
  std::uint32_t deletion = 3;
  std::uint32_t batch = 3;
  std::uint32_t get = 3;
  std::uint32_t scan = 1;
  std::uint32_t snapshot = 1;
  std::uint32_t flush = 1;
  std::uint32_t pause = 1;  // yields and sleeps
  std::uint32_t iterator = 3;
  std::uint32_t compaction = 1;
  std::uint32_t administration = 1;  // a second open, and what the store says of itself
  bool reader = false;               // mostly gets, and many
  bool narrow = false;               // tables of a key or two, so that there are gaps between them
  bool huge = false;  // mostly values of the largest size, so that groups reach their limit
  std::uint32_t sync_percent = 30;
  std::uint32_t batch_entries = 4;
  std::uint32_t small_percent = 70;   // values of up to 200 bytes
  std::uint32_t border_percent = 15;  // sized to end near the end of a log block
  std::uint32_t hot_keys = 2;         // half of the accesses go to this many keys
};

WorkloadSwarm DrawWorkloadSwarm(kernel::Random* random);

class Workload {
 public:
  Workload(const WorkloadSwarm& swarm, std::uint32_t key_count, const kernel::Random& random)
      : swarm_(swarm), key_count_(key_count), random_(random) {}

  ClientPlan MakeClient(std::uint32_t operations);

 private:
  Operation MakeOperation();
  // A table of some keys, and a newer one that spans them and has two: what gets go through in vain.
  void MakeTables(ClientPlan* client);
  // Two tables with a gap between them at each of two levels, and their compaction: a flush by another client that falls
  // into the gap meanwhile must stay out of it.
  void MakeGap(ClientPlan* client);
  Operation MakeWrite(std::uint32_t entries, bool deletion);
  Operation MakeSnapshotOperation();
  Operation MakeIteratorOperation();
  Operation MakeRangeOperation(Operation::Kind kind);
  models::KeyId DrawKey();
  std::uint32_t DrawValueSize();

  const WorkloadSwarm swarm_;
  const std::uint32_t key_count_;
  kernel::Random random_;
  bool made_tables_ = false;
  bool has_iterator_ = false;     // the client at hand
  std::uint64_t log_offset_ = 0;  // where the log would end had one client written alone
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_WORKLOAD_H_
