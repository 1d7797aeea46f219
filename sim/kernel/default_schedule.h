// The default schedule: stay on the running task; else the lowest id. A yield passes on to the next
// higher id, cyclically, or a spin with yields would never end.
//
// Threading: a value. Invariant: the pick is a pure function of the choice.
// It is what recorded deviations depart from (see Deviation).
#ifndef HARROW_SIM_KERNEL_DEFAULT_SCHEDULE_H_
#define HARROW_SIM_KERNEL_DEFAULT_SCHEDULE_H_

#include <bit>

#include "sim/kernel/strategy.h"

namespace harrow::kernel {

inline TaskId DefaultPick(const Choice& choice) {
  const std::uint64_t self = std::uint64_t{1} << choice.current;
  if ((choice.enabled & self) == 0) return static_cast<TaskId>(std::countr_zero(choice.enabled));
  if (choice.pending[choice.current].kind != OpKind::kYield) return choice.current;
  const std::uint64_t above = choice.enabled & ~(self | (self - 1));
  const std::uint64_t others = above != 0 ? above : choice.enabled & (self - 1);
  return others != 0 ? static_cast<TaskId>(std::countr_zero(others)) : choice.current;
}

class DefaultSchedule : public Strategy {
 public:
  void Spawned(TaskId) override {}
  TaskId Pick(const Choice& choice) override { return DefaultPick(choice); }
  void Yielded(TaskId) override {}
};

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_DEFAULT_SCHEDULE_H_
