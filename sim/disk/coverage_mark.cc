#include "sim/disk/coverage_mark.h"

#include <array>

namespace harrow::disk {
namespace {

constexpr std::array<std::string_view, kMarkCount> kNames = {
    "crash: a rename undone",
    "crash: an unlink undone",
    "crash: a truncate undone",
    "crash: a later operation without an earlier one",
    "crash: synced data without its name",
    "crash: a name without its data",
    "crash: a size in between",
    "crash: a torn page",
    "crash: a torn sector",
    "crash: garbage in a new block",
    "crash: back to an earlier moment",
    "sync: reports an earlier writeback's error",
    "open: inherits an error nobody has seen",
    "write: short, then its error",
    "write: space again",
    "unlink: a file that is open",
    "mount: on a cache not yet durable",
};

std::array<std::uint64_t, kMarkCount> g_counts{};

}  // namespace

std::string_view ToText(Mark mark) { return kNames[static_cast<std::size_t>(mark)]; }

void Reached(Mark mark) { ++g_counts[static_cast<std::size_t>(mark)]; }

std::uint64_t ReachedCount(Mark mark) { return g_counts[static_cast<std::size_t>(mark)]; }

}  // namespace harrow::disk
