// What the simulated disk holds, as plain data: inodes with their cached and durable halves, and the
// one list of metadata operations that a power loss may undo. The disk changes it, the crash
// resolver reads it.
//
// Threading: one OS thread.
// Invariants:
//  1. A page of a file that is neither dirty nor lost equals the durable page after the file's
//     pending data operations (see DurableAfter in file_versions.h).
//  2. Inode numbers are dense, in creation order, and not reused.
//  3. Inode::data_operations counts the pending operations of that inode that carry a CacheView.
#ifndef HARROW_SIM_DISK_DISK_STATE_H_
#define HARROW_SIM_DISK_DISK_STATE_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "faults/plan.h"
#include "sim/disk/contents.h"
#include "sim/disk/dirty_pages.h"
#include "sim/disk/file_locks.h"
#include "sim/disk/profile.h"

namespace harrow::disk {

// A file as the cache has it: the bytes, and which of them writeback would still write.
struct CacheView {
  FileRef contents;
  DirtyPages dirty;
  bool size_dirty = false;  // the size differs from the durable one by an append
  // A failed sync cleared marks of pages that were not written: clean pages may differ from the
  // durable ones, and are gone when the cache is.
  bool lost = false;

  bool Pending() const { return size_dirty || dirty.Any(); }
};

struct Inode {
  CacheView cache;                // files
  FileRef durable;                // files
  DirectoryRef names;             // directories: as seen
  DirectoryRef durable_names;     // directories: as they survive
  InodeNumber parent = kNoInode;  // directories
  mode_t mode = 0;
  std::uint32_t links = 0;  // names that refer to it
  std::uint32_t open = 0;   // descriptors that refer to it
  std::uint32_t maps = 0;
  std::uint32_t data_operations = 0;
  std::uint32_t label = 0;  // for the front end: its label in the run, 0 before first use
  faults::FileKind kind = faults::FileKind::kOther;
  // Past writeback errors, as the kernel's errseq_t: a descriptor reports one that came after its
  // last look; one that nobody has looked at is reported to whoever opens next.
  int error = 0;
  std::uint32_t error_number = 0;
  bool error_seen = true;
  int next_write_error = 0;  // what follows a short write
  // For medium_cell.h alone.
  std::uint64_t failed_description = 0;  // whose sync brought the error about; 0: nobody's
  std::uint64_t synced_at = 0;  // the mutation that was its last sync; 0: none in this mount
  DirtyPages lost_pages;        // that failed writebacks left unwritten
  std::unique_ptr<FileLocks> locks;

  bool IsDirectory() const { return static_cast<bool>(names); }
};

enum class PendingKind : std::uint8_t {
  kLink,      // create, mkdir
  kUnlink,    // unlink, rmdir
  kRename,    // view: the file's data that goes with it (data_before_rename), if any
  kTruncate,  // also the growth by ftruncate and fallocate; view: the cache before it
  kWritten    // what a failed sync wrote after a pending truncate; view: exactly that
};

struct PendingOperation {
  PendingKind kind = PendingKind::kLink;
  InodeNumber inode = kNoInode;
  InodeNumber directory = kNoInode;
  std::string name;
  InodeNumber to_directory = kNoInode;  // kRename
  std::string to_name;
  std::uint64_t size = 0;      // kTruncate
  std::uint64_t mutation = 0;  // its number among those of this mount; 0: of one before
  CacheView view;              // contents null: none
  bool replaces = false;       // kRename: onto an existing name
  bool data_pending = false;   // kRename: the file had data that was not durable

  bool ConcernsData() const { return static_cast<bool>(view.contents); }
};

// The last write that reached the cache and that nothing has made durable or cut since.
struct LastWrite {
  InodeNumber inode = kNoInode;  // kNoInode: there is none
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t size_before = 0;
  // The pages it overwrote (not those it only appended to), as they were.
  absl::InlinedVector<std::pair<std::uint64_t, PageRef>, 1> before;
};

struct DiskState {
  const Profile* profile = nullptr;
  std::vector<Inode> inodes;
  std::vector<PendingOperation> pending;
  LastWrite last_write;
  // The last sync of a file in this mount: which mutation it was, and of what.
  std::uint64_t file_synced_at = 0;
  InodeNumber file_synced = kNoInode;
};

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_DISK_STATE_H_
