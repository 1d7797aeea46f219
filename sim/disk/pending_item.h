// What is pending on a disk, item by item, in the order in which Survivors::kSubset and kLeaveOneOut number them: the metadata
// operations, then the files with dirty data by inode.
//
// Threading: one OS thread; pure.
#ifndef HARROW_SIM_DISK_PENDING_ITEM_H_
#define HARROW_SIM_DISK_PENDING_ITEM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/disk/disk_state.h"

namespace harrow::disk {

struct PendingItem {
  enum class Kind : std::uint8_t { kOperation, kData };
  Kind kind = Kind::kOperation;
  std::string text;  // "rename db/000001.dbtmp -> db/CURRENT", "the data of db/000003.log"
  std::uint64_t mutation =
      0;                    // of the call that made the operation, in this mount; 0: in one before
  std::uint64_t inode = 0;  // kData: the number of the file (Disk::NumberOf)
  std::string path;         // kData: as the cache has it
};

std::vector<PendingItem> DescribePending(const DiskState& state);

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_PENDING_ITEM_H_
