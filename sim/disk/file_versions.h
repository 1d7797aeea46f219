// The versions of one file that a power loss may leave: a durable one, and on top of it some of what
// the cache has that the medium has not.
//
// Threading: pure functions over values.
// Invariants:
//  1. The size is between the durable one and the cached one, and never past what was written.
//  2. Each unit of data (Profile::data_unit) is the durable one or, if dirty, the cached one.
//  3. What no write reached reads as zeros; where the profile says so, garbage may stand there, but
//     only past the durable size. Extents leave no gaps: the file ends before the first that is lost.
#ifndef HARROW_SIM_DISK_FILE_VERSIONS_H_
#define HARROW_SIM_DISK_FILE_VERSIONS_H_

#include <cstdint>

#include "sim/disk/disk_state.h"
#include "sim/disk/medium_cell.h"
#include "sim/kernel/random.h"

namespace harrow::disk {

enum class DataChoice : std::uint8_t {
  kAll,       // every dirty page, the cached size
  kNothing,   // the durable version
  kSizeOnly,  // the cached size, no page; extents: as kNothing
  kZeroTail,  // the cached size, every page but the last dirty ones; extents: all but the last
  kRandom     // drawn
};

struct DataPolicy {
  DataChoice choice = DataChoice::kAll;
  std::uint64_t tail_pages = 1;      // kZeroTail
  kernel::Random* random = nullptr;  // kRandom
  MediumCells* cells = nullptr;      // gets what became of the data; nullptr: nobody does
};

// `durable` cut or grown to `size`.
FileRef Resized(const FileRef& durable, std::uint64_t size);
// The size the medium has once every dirty page of `view` is written.
std::uint64_t WrittenSize(const FileContents& durable, const CacheView& view);
// Whether the cache shows pages of its own that a failed writeback has given up.
bool ShowsLostPages(const Inode& inode);
// A version between `durable` and `view`.
FileRef Merge(const Profile& profile, const FileRef& durable, const CacheView& view,
              const DataPolicy& policy);
// `durable` after one pending data operation survived.
FileRef DurableAfter(const Profile& profile, const FileRef& durable,
                     const PendingOperation& operation);
// The file with its last write cut after `cut` bytes: bytes past the old size end there, and pages
// (or sectors, by the profile) that were overwritten and do not lie before the cut are the old ones.
FileRef CutLastWrite(const Profile& profile, const FileRef& file, const LastWrite& write,
                     std::uint64_t cut, MediumCells* cells);

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_FILE_VERSIONS_H_
