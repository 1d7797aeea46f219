#include "sim/kernel/coverage_mark.h"

#include <array>

namespace harrow::kernel {
namespace {

constexpr std::array<std::string_view, kMarkCount> kNames = {
    "tasks: a lock taken by another",
    "tasks: several woken by one broadcast",
    "tasks: woken for no reason",
    "tasks: several timers at once",
};

std::array<std::uint64_t, kMarkCount> g_counts{};

}  // namespace

std::string_view ToText(Mark mark) { return kNames[static_cast<std::size_t>(mark)]; }

void Reached(Mark mark) { ++g_counts[static_cast<std::size_t>(mark)]; }

std::uint64_t ReachedCount(Mark mark) { return g_counts[static_cast<std::size_t>(mark)]; }

}  // namespace harrow::kernel
