// What became of each pending thing in a power loss: a crash choice, resolved, in words. Read off the
// image as the resolver made it, so that the two cannot disagree.
//
// Threading: values; DescribeFileVersion is a pure function.
// Invariants:
//  1. Decisions come in the order of the pending operations, then of the files by inode; of a file first the size, then its
//     pages in ascending order.
//  2. The data decisions of a file do not overlap; outside them its bytes are the same cached, durable and in the image.
#ifndef HARROW_SIM_DISK_CRASH_DECISION_H_
#define HARROW_SIM_DISK_CRASH_DECISION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/disk/disk_state.h"
#include "sim/disk/image.h"

namespace harrow::disk {

struct CrashDecision {
  enum class Subject : std::uint8_t {
    kOperation,  // pending, on names or on a file's size
    kSize,       // of a file, as writes made it
    kData        // a run of bytes of one file
  };
  enum class Fate : std::uint8_t {
    kKept,
    kLost,    // kOperation, kSize
    kPartly,  // kSize: `result` is between
    kOld,     // kData, from here on: the durable bytes are there instead
    kZeros,   // zeros are there instead
    kCut,     // the file that survived ends before
    kOther,   // neither the cached nor the durable bytes: garbage, or those of an earlier write
    kNoName   // no name of the file survived
  };
  Subject subject = Subject::kOperation;
  Fate fate = Fate::kKept;
  std::string path;    // kSize, kData: of the file, as the cache has it
  std::string action;  // kOperation: "create db/000004.log"
  // kSize: the durable and the cached size. kData: the bytes from the first up to the second.
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::uint64_t result = 0;  // kSize: what survived
  bool unmarked = false;     // kData: a failed sync had cleared the dirty marks of these pages
};

// "create db/000004.log: lost", "db/000003.log size 4096 -> 8300: kept", "db/000003.log bytes 4096..8299: lost, zeros"
std::string ToText(const CrashDecision& decision);

struct ExplainedImage {
  Image image;
  std::vector<CrashDecision> decisions;
};

// The decisions that made `version` of a file whose durable contents and cache were these. Appends to `decisions`.
struct FileSides {
  FileRef durable;
  const CacheView* view = nullptr;
};
void DescribeFileVersion(const std::string& path, const FileSides& sides,
                         const FileContents& version, std::vector<CrashDecision>* decisions);

// "rename db/000001.dbtmp -> db/CURRENT"; `paths` by inode.
std::string DescribeOperation(const DiskState& state, const std::vector<std::string>& paths,
                              const PendingOperation& operation);
// By inode, as the cache has them; of what has no name any more, a name that it had.
std::vector<std::string> PathsOf(const DiskState& state);

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_CRASH_DECISION_H_
