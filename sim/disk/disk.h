// The simulated disk: page cache, durable state, directories and pending metadata, under the rules
// of one profile. An ordinary class with POSIX-shaped methods: results are >= 0, errors are -errno.
// It knows nothing of tasks; the front end (posix.h) puts it behind libc's file calls.
//
// Faults: each call announces one operation to the injector, before anything else can fail but after a
// descriptor was found to be open. Its kind of file is what the path (for a rename: the new path), or
// the path the descriptor was opened by, means to the classifier; kDirectory for mkdir, list and
// directory syncs. A continued short write is a further operation.
// Modelled as root would see it: permission bits are kept and never refuse anything. Times are 0.
//
// Threading: one simulated machine, one OS thread.
// Invariants: those of disk_state.h; CheckInvariants() checks them.
// Source: DISK.md; Rebello et al., USENIX ATC 2020, for failed fsyncs.
#ifndef HARROW_SIM_DISK_DISK_H_
#define HARROW_SIM_DISK_DISK_H_

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faults/crash.h"
#include "faults/injector.h"
#include "faults/plan.h"
#include "sim/disk/image.h"
#include "sim/disk/medium_cell.h"
#include "sim/disk/profile.h"

namespace harrow::disk {

// What a path means to the target, for fault rules and readable traces. Gets the path relative to
// the root.
using Classifier = faults::FileKind (*)(std::string_view path);

struct DiskOptions {
  ProfileName profile = ProfileName::kExt4;
  Classifier classify = nullptr;  // nullptr: everything is kOther
  faults::Plan plan;
  std::uint64_t seed = 0;  // for what a failed fsync leaves behind
};

struct DiskStats {
  std::uint64_t mutations =
      0;  // calls that changed, or could have changed, the cache, the names or what is durable
  std::uint64_t reads = 0;
  std::uint64_t syncs = 0;
  std::uint64_t directory_syncs = 0;
  std::uint64_t mapped_changes =
      0;  // of the bytes of a file that is mapped: its map does not show them
};

// What a sync that failed did with the pages that were dirty: each is marked clean, some are on the medium.
struct FailedSync {
  std::vector<std::uint64_t> written;
  std::vector<std::uint64_t> lost;
  std::uint64_t size_before = 0;  // on the medium
  std::uint64_t size_after = 0;
};

struct ExplainedImage;  // crash_decision.h
struct PendingItem;     // pending_item.h

class Disk {
 public:
  Disk(const DiskOptions& options, const Image& start);
  // The same machine, still up, after every process on it has ended: its cache, what is pending and
  // the writeback errors nobody has seen stay; descriptors and locks are gone. `before` is used up.
  Disk(const DiskOptions& options, Disk&& before);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // Paths are relative to the root, without a leading slash ("db/CURRENT"; "" is the root
  // directory).
  int Open(std::string_view path, int flags, mode_t mode);
  int Close(int fd);
  ssize_t Read(int fd, void* buffer, std::size_t size);
  ssize_t Pread(int fd, void* buffer, std::size_t size, off_t offset);
  ssize_t Write(int fd, const void* data, std::size_t size);
  ssize_t Pwrite(int fd, const void* data, std::size_t size, off_t offset);
  off_t Seek(int fd, off_t offset, int whence);
  // Fills `to` with what a map of the file shows of [offset, offset + size): zeros past its end. One read
  // operation to the injector, of which an error fails it and a flipped bit or rot shows; a short read or
  // an interrupt means nothing to a map. Unmap takes the number of the inode.
  int Map(int fd, std::uint64_t offset, std::size_t size, void* to);
  void Unmap(std::uint64_t number);
  // The same, of a map that is shared and may be written: until it is unmapped, what changed in `memory` is found by comparison
  // and is in the cache, dirty, before anything reads the file, changes the disk or takes an image; and a write to the file shows
  // in it. Pages past the file's end are nobody's. `offset` is a whole number of pages.
  int MapShared(int fd, std::uint64_t offset, std::size_t size, unsigned char* memory);
  void UnmapShared(const unsigned char* memory);
  int Sync(int fd);  // fsync and fdatasync; on a directory: its names
  int Truncate(int fd, off_t size);
  int TruncatePath(std::string_view path, off_t size);
  int Allocate(int fd, int mode, off_t offset, off_t size);
  int Rename(std::string_view from, std::string_view to);
  int Unlink(std::string_view path);
  int Mkdir(std::string_view path, mode_t mode);
  int Rmdir(std::string_view path);
  int Stat(std::string_view path, struct stat* out);
  int Fstat(int fd, struct stat* out);
  int Access(std::string_view path, int mode);
  int List(std::string_view path, std::vector<std::string>* names);  // sorted; with "." and ".."
  int Lock(int fd, int operation,
           struct flock* lock);  // F_SETLK, F_GETLK, F_OFD_SETLK, F_OFD_GETLK

  // The image a power loss leaves now, resolved by `choice` within the profile's rules. Changes nothing but cells(), once what is
  // written through maps is in the cache; that comes before every look at it.
  Image Crash(const faults::CrashImageChoice& choice) const;
  // The same image, with what became of each pending thing, for readable traces.
  ExplainedImage ExplainCrash(const faults::CrashImageChoice& choice) const;
  // The image when nothing is lost: a process kill, a clean shutdown of the machine.
  Image Everything() const;
  // Pending items (metadata operations and dirty files): what choices there are at all.
  std::size_t PendingCount() const;
  std::vector<PendingItem> PendingItems() const;

  // For the front end: what a call is about before it is made. None of these counts or changes
  // anything.
  bool IsOpen(int fd) const;
  int FlagsOf(int fd) const;             // as given to Open; the descriptor is open
  std::uint64_t NumberOf(int fd) const;  // of the inode
  off_t SizeOf(int fd) const;            // of a file or a directory that is open
  std::string PathOf(int fd) const;      // "(unlinked)" when no name is left
  faults::FileKind KindOf(int fd) const;
  faults::FileKind KindOf(std::string_view path) const;
  // kCreate when Open would create, or was asked to create and truncate; kTruncate when it would
  // only truncate; else kOpen. The first two are mutations.
  faults::OpKind OpenKind(std::string_view path, int flags) const;
  // kSync, or kSyncDir for a directory.
  faults::OpKind SyncKind(int fd) const;
  // A word that the front end keeps with an inode (0 at first): of an open descriptor, and of the
  // deepest directory that exists on the way to a path.
  std::uint32_t* LabelOf(int fd);
  std::uint32_t* LabelOfDirectory(std::string_view path);
  void ForgetLabels();  // those of another run mean nothing in this one

  const DiskStats& stats() const;
  const FailedSync& last_failed_sync() const;  // empty before the first
  MediumCells cells() const;                   // what the rules decided in this mount
  const faults::Injector& injector() const;
  const Profile& profile() const;
  void CheckInvariants() const;

 private:
  class Impl;
  // Where a power loss falls back to an earlier moment: which.
  std::optional<std::size_t> ChooseEarlier(const faults::CrashImageChoice& choice) const;
  std::unique_ptr<Impl> impl_;
};

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_DISK_H_
