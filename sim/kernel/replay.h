// A schedule as data: the default schedule with a list of departures, followed leniently.
//
// Threading: one simulated machine. Invariants:
//  1. An empty list gives the default schedule.
//  2. A departure that does not fit (its place never comes, or the task it names is not enabled there)
//     leaves the default and is counted as a misfit.
#ifndef HARROW_SIM_KERNEL_REPLAY_H_
#define HARROW_SIM_KERNEL_REPLAY_H_

#include <cstdint>
#include <vector>

#include "sim/kernel/strategy.h"

namespace harrow::kernel {

class Replay {
 public:
  explicit Replay(const std::vector<Deviation>& deviations);

  // The departure recorded for a place, or nullptr. It is not yet counted as followed.
  const Deviation* Find(Deviation::Kind kind, std::uint64_t task, std::uint64_t step) const;
  void Followed() { ++followed_; }
  std::uint64_t misfits() const { return sorted_.size() - followed_; }

 private:
  std::vector<Deviation> sorted_;  // by (task, step, kind), one a place
  std::uint64_t followed_ = 0;
};

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_REPLAY_H_
