// Forget the priorities of operations that were performed, draw what is unset, take the largest, and
// unset every operation that races with it.
#include "sim/kernel/pos.h"

#include <bit>

#include "sim/kernel/check.h"

namespace harrow::kernel {

void Pos::Spawned(TaskId task) {
  KERNEL_CHECK(task < kMaxTasks);
  set_ &= ~(std::uint64_t{1} << task);
}

TaskId Pos::Pick(const Choice& choice) {
  for (std::uint64_t rest = choice.fresh; rest != 0; rest &= rest - 1) {
    // A yield keeps the priority that Yielded gave it.
    if (choice.pending[std::countr_zero(rest)].kind != OpKind::kYield) set_ &= ~(rest & -rest);
  }
  TaskId leader = kMaxTasks;
  for (std::uint64_t rest = choice.enabled; rest != 0; rest &= rest - 1) {
    const auto task = static_cast<TaskId>(std::countr_zero(rest));
    if ((set_ & (rest & -rest)) == 0) priority_[task] = random_.Next() | kYielded << 1;
    if (leader == kMaxTasks || priority_[task] > priority_[leader]) leader = task;
  }
  set_ |= choice.enabled;
  const Op& chosen = choice.pending[leader];
  for (std::uint64_t rest = choice.enabled; rest != 0; rest &= rest - 1) {
    const auto task = static_cast<TaskId>(std::countr_zero(rest));
    if (Racing(choice.pending[task], chosen)) set_ &= ~(rest & -rest);
  }
  set_ &= ~(std::uint64_t{1} << leader);
  return leader;
}

void Pos::Yielded(TaskId task) {
  if (next_yielded_ > 0) --next_yielded_;
  priority_[task] = next_yielded_;
  set_ |= std::uint64_t{1} << task;
}

}  // namespace harrow::kernel
