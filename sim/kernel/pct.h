// Probabilistic concurrency testing: random priorities and d - 1 points where the leader is demoted.
//
// Guarantee: a bug of depth d in a program of n tasks and k choices is found by one run with
// probability at least 1 / (n k^(d-1)).
// Departures from the paper: change points are drawn without replacement; a yield demotes below
// everything so far (or a spin would never end); after the fairness bound it is a random walk.
// Source: Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010; SCHEDULING.md, section 2.
#ifndef HARROW_SIM_KERNEL_PCT_H_
#define HARROW_SIM_KERNEL_PCT_H_

#include <cstdint>
#include <vector>

#include "sim/kernel/random.h"
#include "sim/kernel/strategy.h"

namespace harrow::kernel {

class Pct : public Strategy {
 public:
  // depth >= 1; expected_choices is k and at least 1.
  Pct(std::uint64_t seed, std::uint32_t depth, std::uint64_t expected_choices);

  void Spawned(TaskId task) override;
  TaskId Pick(const Choice& choice) override;
  void Yielded(TaskId task) override;

 private:
  TaskId Leader(std::uint64_t enabled) const;

  Random random_;
  std::uint64_t fairness_bound_;
  std::uint64_t choices_ = 0;
  // change_points_[i] is the choice at which the leader falls to priority depth - 1 - i.
  std::vector<std::uint64_t> change_points_;
  std::int64_t lowest_ = 0;
  std::uint32_t initial_count_ = 0;
  TaskId initial_[kMaxTasks];  // tasks never demoted, lowest priority first
  std::int64_t priority_[kMaxTasks];
};

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_PCT_H_
