// The byte-range locks on one inode: those of the process (fcntl F_SETLK) and those of open file
// descriptions (F_OFD_SETLK). Locks of one owner replace one another and never conflict.
//
// Threading: one OS thread.
// Invariants: ranges of one owner do not overlap.
#ifndef HARROW_SIM_DISK_FILE_LOCKS_H_
#define HARROW_SIM_DISK_FILE_LOCKS_H_

#include <cstdint>
#include <vector>

namespace harrow::disk {

struct LockRange {
  // The owner of F_SETLK locks; an open file description is another, positive number.
  static constexpr std::uint64_t kProcess = 0;
  std::uint64_t owner = kProcess;
  std::uint64_t start = 0;
  std::uint64_t last = 0;  // inclusive
  bool exclusive = false;
};

class FileLocks {
 public:
  // The first range, by start, that keeps `wanted` from being set; nullptr if none.
  const LockRange* Conflict(const LockRange& wanted) const;
  // Sets a range that has no conflict, in place of what the owner had there.
  void Set(const LockRange& range);
  // Gives up what the owner has there.
  void Clear(const LockRange& range);
  void ClearOwner(std::uint64_t owner);
  bool empty() const { return ranges_.empty(); }

 private:
  std::vector<LockRange> ranges_;  // sorted by (start, owner)
};

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_FILE_LOCKS_H_
