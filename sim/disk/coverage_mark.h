// Rare paths of the simulated disk by name, and how often each was taken: a sweep lists them beside
// the target's (sim/harness/marks.h).
//
// Threading: one OS thread. The counts are the process's, over all disks in it, and only grow.
// Invariants: nothing on the disk reads a count.
#ifndef HARROW_SIM_DISK_COVERAGE_MARK_H_
#define HARROW_SIM_DISK_COVERAGE_MARK_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace harrow::disk {

enum class Mark : std::uint8_t {
  // In the image that a power loss leaves.
  kRenameUndone,     // the name has the file that was to be replaced
  kUnlinkUndone,     // a removed file is there
  kTruncateUndone,   // pending when the power went, and lost
  kLaterWithout,     // a later operation survived, an earlier one did not
  kDataWithoutName,  // a file's synced bytes are gone with its name
  kNameWithoutData,  // nothing of a file that had bytes but its name
  kSizeBetween,      // a file is longer than its durable half and shorter than the cached one
  kTornPage,         // some of a page's sectors arrived
  kTornSector,       // some of a sector's bytes arrived
  kGarbage,          // what a block held before it was written
  kEarlierMoment,    // everything since is gone
  // Errors.
  kErrorReportedLater,  // a sync reports a writeback that failed before it
  kErrorForNextOpen,    // nobody saw it: whoever opens the file will
  kErrorAfterShort,     // a short write is followed by its error
  kSpaceAgain,          // a write succeeds after one for which there was no space
  // Else.
  kUnlinkedOpen,  // a file loses its last name while it is open
  kWarmStart,     // a life begins on a cache of which something may yet be lost
  kMarkKinds
};

inline constexpr std::size_t kMarkCount = static_cast<std::size_t>(Mark::kMarkKinds);

// "crash: a rename undone"
std::string_view ToText(Mark mark);

[[gnu::cold]] void Reached(Mark mark);

std::uint64_t ReachedCount(Mark mark);

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_COVERAGE_MARK_H_
