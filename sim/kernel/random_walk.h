// Random walk: each enabled task with the same chance.
//
// Guarantee: a schedule is drawn with probability prod 1/|enabled|; delaying a task behind m steps
// of another has the chance 2^-m (SCHEDULING.md, section 1).
#ifndef HARROW_SIM_KERNEL_RANDOM_WALK_H_
#define HARROW_SIM_KERNEL_RANDOM_WALK_H_

#include "sim/kernel/random.h"
#include "sim/kernel/strategy.h"

namespace harrow::kernel {

// A task of `enabled`, uniformly.
TaskId PickUniformly(std::uint64_t enabled, Random& random);

class RandomWalk : public Strategy {
 public:
  explicit RandomWalk(std::uint64_t seed) : random_(Random(seed).Child("random walk")) {}

  void Spawned(TaskId) override {}
  TaskId Pick(const Choice& choice) override { return PickUniformly(choice.enabled, random_); }
  void Yielded(TaskId) override {}

 private:
  Random random_;
};

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_RANDOM_WALK_H_
