// Rare paths of the scheduler by name, and how often each was taken: a sweep lists them beside the
// target's (sim/harness/marks.h).
//
// Threading: one OS thread. The counts are the process's, over all runs in it, and only grow.
// Invariants: nothing in a run reads a count.
#ifndef HARROW_SIM_KERNEL_COVERAGE_MARK_H_
#define HARROW_SIM_KERNEL_COVERAGE_MARK_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace harrow::kernel {

enum class Mark : std::uint8_t {
  kLockTakenByAnother,  // a task could have had a lock, and another got it
  kSeveralWoken,        // by one broadcast
  kSpuriousWakeup,
  kTimersTogether,  // several tasks' times come at once
  kMarkKinds
};

inline constexpr std::size_t kMarkCount = static_cast<std::size_t>(Mark::kMarkKinds);

// "tasks: several woken by one broadcast"
std::string_view ToText(Mark mark);

[[gnu::cold]] void Reached(Mark mark);

std::uint64_t ReachedCount(Mark mark);

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_COVERAGE_MARK_H_
