// The virtual clocks: every run begins at the same moment.
//
// Threading: on a task.
#ifndef HARROW_SIM_KERNEL_TAKEOVER_CLOCK_H_
#define HARROW_SIM_KERNEL_TAKEOVER_CLOCK_H_

#include <cstdint>
#include <ctime>

namespace harrow::kernel {

// What a clock shows at virtual time 0, in ns: 2020-09-13 12:26:40 UTC; 1,000 s since boot.
inline constexpr std::uint64_t kRealtimeStartNs = 1'600'000'000'000'000'000ULL;
inline constexpr std::uint64_t kMonotonicStartNs = 1'000'000'000'000ULL;

// Nanoseconds on `clock` now.
std::uint64_t VirtualClockNs(clockid_t clock);
// The virtual time at which `clock` shows `until`; the past gives 0, the far future the last moment
// before kNever.
std::uint64_t VirtualDeadline(clockid_t clock, const timespec& until);
// Virtual time `duration` from now.
std::uint64_t VirtualDeadlineAfter(const timespec& duration);

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_TAKEOVER_CLOCK_H_
