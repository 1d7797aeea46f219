// The cells of the medium's tables, and how often each decided something: a file's data that a sync made durable, an
// append of which a power loss left zeros, a descriptor that was told of a failed sync. A sweep says little about a rule
// of a file system that decided nothing in it. CELLS.md has the counts of a sweep, and the test that holds each cell.
//
// Counted where the decision falls: in a crash image when it is taken, in a sync when it is made. What changes nothing,
// such as a sync of a file that has nothing pending, decides nothing.
//
// Threading: values.
// Invariants: of one disk all counts are of its profile; a cell for which WhyNever has an answer stays 0.
#ifndef HARROW_SIM_DISK_MEDIUM_CELL_H_
#define HARROW_SIM_DISK_MEDIUM_CELL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "sim/disk/profile.h"

namespace harrow::disk {

enum class MediumCell : std::uint8_t {
  // Profiles: a sync.
  kSyncedData,
  kSyncedOwnName,
  kPulledForward,
  kOwnNameLost,
  kSyncedEarlier,
  kEarlierLost,
  kDirectorySynced,
  kDirectorySyncedMore,
  kDirectoryNameLost,
  // Profiles: a crash image.
  kNoOperation,
  kAllOperations,
  kPrefix,
  kSubset,
  kRenameNew,
  kRenameOld,
  kAppendKept,
  kAppendLost,
  kAppendCut,
  kAppendZeros,
  kAppendGarbage,
  kAppendTorn,
  kAppendOutOfOrder,
  kDataWithRename,
  kRenameWithoutData,
  kOverwriteNew,
  kOverwriteOld,
  kOverwriteTorn,
  kTruncateKept,
  kTruncateLost,
  kWrittenAfterLost,
  kGrowthKept,
  kGrowthLost,
  // Profiles: what one does otherwise than another.
  kFirstBytesNew,
  kLastBytesNew,
  kLastCall,
  kEarlierCall,
  kNothingLost,
  kEarlierSync,
  kStartOfLife,
  kWrittenBetween,
  // A failed sync.
  kMarksCleared,
  kStaysReadable,
  kGoneWithCache,
  kGoesBack,
  kHole,
  kSizeNew,
  kSizeOld,
  kLostZeros,
  kLostOld,
  kPagesAll,
  kPagesSome,
  kPagesNone,
  kToldThisCall,
  kToldOther,
  kToldLater,
  kToldNext,
  kWritebackFailed,
  kWritebackTold,
  kSpaceBack,
  kNamesStay,
  // Crash images, in the order of faults::Survivors.
  kImageNone,
  kImageAll,
  kImageNamesOnly,
  kImageTornLast,
  kImageLeaveOneOut,
  kImageZeroTail,
  kImageRandom,
  kImageSubset,
  kCellKinds
};

inline constexpr std::size_t kMediumCellCount = static_cast<std::size_t>(MediumCell::kCellKinds);

// The row of the table in DISK.md, as it stands there, and which of its outcomes.
struct MediumCellText {
  std::string_view row;
  std::string_view outcome;
};
MediumCellText TextOf(MediumCell cell);
std::string ToText(MediumCell cell);  // "rename over an existing name: old"

// In a word, what the profile does instead; empty if the cell can be reached.
std::string_view WhyNever(MediumCell cell, const Profile& profile);

class MediumCells {
 public:
  std::uint64_t Get(MediumCell cell) const { return counts_[static_cast<std::size_t>(cell)]; }
  void Add(MediumCell cell, std::uint64_t amount = 1) {
    counts_[static_cast<std::size_t>(cell)] += amount;
  }
  void Add(const MediumCells& other) {
    for (std::size_t at = 0; at < kMediumCellCount; ++at) counts_[at] += other.counts_[at];
  }
  bool operator==(const MediumCells& other) const = default;

 private:
  std::array<std::uint64_t, kMediumCellCount> counts_{};
};

static_assert(std::is_trivially_copyable_v<MediumCells>, "crosses process borders as bytes");

// `cells` may be nullptr: what is only looked at, or kept for later, is not counted.
inline void Reach(MediumCells* cells, MediumCell cell) {
  if (cells != nullptr) cells->Add(cell);
}

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_MEDIUM_CELL_H_
