// Partial order sampling: a random priority for each pending operation, drawn afresh for the losers
// of a race.
//
// No parameter. A yielded operation comes after everything else, the latest yield last.
// Source: Yuan, Yang, Gu, CAV 2018; SCHEDULING.md, section 3.
#ifndef HARROW_SIM_KERNEL_POS_H_
#define HARROW_SIM_KERNEL_POS_H_

#include <cstdint>

#include "sim/kernel/random.h"
#include "sim/kernel/strategy.h"

namespace harrow::kernel {

class Pos : public Strategy {
 public:
  explicit Pos(std::uint64_t seed) : random_(Random(seed).Child("pos")) {}

  void Spawned(TaskId task) override;
  TaskId Pick(const Choice& choice) override;
  void Yielded(TaskId task) override;

 private:
  static constexpr std::uint64_t kYielded = std::uint64_t{1} << 32;  // drawn priorities are above

  Random random_;
  std::uint64_t set_ = 0;  // bit t: priority_[t] is drawn
  std::uint64_t next_yielded_ = kYielded;
  std::uint64_t priority_[kMaxTasks];
};

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_POS_H_
