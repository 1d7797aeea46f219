// Seeds that are done and not yet in the result file, gathered into blocks.
//
// Threading: one thread.
// Invariants:
//  1. Every position added leaves in exactly one block.
//  2. A block that is taken before the end is as large as some time's work, or has a seed that waited for twice that time:
//     0.1 s in the beginning, 2 s after some minutes. So much work may have to be done again after a kill.
#ifndef HARROW_SIM_HARNESS_SWEEP_PENDING_DONE_H_
#define HARROW_SIM_HARNESS_SWEEP_PENDING_DONE_H_

#include <cstdint>
#include <map>
#include <vector>

#include "sim/harness/sweep/results.h"

namespace harrow::harness {

struct DoneSeed {
  std::uint64_t position = 0;
  std::uint64_t at_ms = 0;  // since the session began
  Tally tally;
  bool unknown = false;
};

class PendingDone {
 public:
  PendingDone(const SeedSpace& space, std::uint32_t shard, std::uint32_t session)
      : space_(space), shard_(shard), session_(session) {}

  void Add(const DoneSeed& seed);
  std::vector<DoneBlock> TakeDue(std::uint64_t now_ms);
  std::vector<DoneBlock> TakeAll(std::uint64_t now_ms);

 private:
  enum class Which : std::uint8_t { kDue, kAll };
  std::vector<DoneBlock> Take(Which which, std::uint64_t now_ms);
  DoneBlock Join(std::uint64_t first, std::uint64_t size, std::uint64_t now_ms);
  bool IsDue(std::uint64_t first, std::uint64_t size, std::uint64_t now_ms) const;

  const SeedSpace space_;
  const std::uint32_t shard_;
  const std::uint32_t session_;
  std::map<std::uint64_t, DoneSeed> seeds_;  // by position
  std::uint64_t added_ = 0;
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_PENDING_DONE_H_
