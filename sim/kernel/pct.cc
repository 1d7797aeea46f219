// Priorities: tasks never demoted hold depth, depth + 1, … in a random order into which a new task
// is inserted at a random rank; change point i gives depth - 1 - i; yields give 0, -1, ….
// Pick takes the enabled task of the highest priority.
#include "sim/kernel/pct.h"

#include <algorithm>
#include <bit>

#include "sim/kernel/check.h"
#include "sim/kernel/random_walk.h"

namespace harrow::kernel {
namespace {

constexpr std::uint64_t kFairChoices = 10'000;

}  // namespace

Pct::Pct(std::uint64_t seed, std::uint32_t depth, std::uint64_t expected_choices)
    : random_(Random(seed).Child("pct")),
      fairness_bound_(std::max(kFairChoices, 8 * expected_choices)) {
  KERNEL_CHECK(depth >= 1);
  const std::uint64_t choices = std::max<std::uint64_t>(expected_choices, depth);
  while (change_points_.size() + 1 < depth) {
    const std::uint64_t point = random_.Between(1, choices);
    if (std::find(change_points_.begin(), change_points_.end(), point) == change_points_.end()) {
      change_points_.push_back(point);
    }
  }
}

void Pct::Spawned(TaskId task) {
  KERNEL_CHECK(task < kMaxTasks && initial_count_ < kMaxTasks);
  const std::uint64_t rank = random_.Below(initial_count_ + 1);
  for (std::uint64_t i = initial_count_; i > rank; --i) initial_[i] = initial_[i - 1];
  initial_[rank] = task;
  ++initial_count_;
  const auto depth = static_cast<std::int64_t>(change_points_.size() + 1);
  for (std::uint32_t i = 0; i < initial_count_; ++i) priority_[initial_[i]] = depth + i;
}

TaskId Pct::Leader(std::uint64_t enabled) const {
  auto leader = static_cast<TaskId>(std::countr_zero(enabled));
  for (std::uint64_t rest = enabled & (enabled - 1); rest != 0; rest &= rest - 1) {
    const auto task = static_cast<TaskId>(std::countr_zero(rest));
    if (priority_[task] > priority_[leader]) leader = task;
  }
  return leader;
}

TaskId Pct::Pick(const Choice& choice) {
  ++choices_;
  if (choices_ > fairness_bound_) return PickUniformly(choice.enabled, random_);
  TaskId leader = Leader(choice.enabled);
  for (std::size_t i = 0; i < change_points_.size(); ++i) {
    if (change_points_[i] != choices_) continue;
    initial_count_ = static_cast<std::uint32_t>(
        std::remove(initial_, initial_ + initial_count_, leader) - initial_);
    priority_[leader] = static_cast<std::int64_t>(change_points_.size() - i);
    leader = Leader(choice.enabled);
  }
  return leader;
}

void Pct::Yielded(TaskId task) {
  initial_count_ =
      static_cast<std::uint32_t>(std::remove(initial_, initial_ + initial_count_, task) - initial_);
  priority_[task] = --lowest_;
}

}  // namespace harrow::kernel
