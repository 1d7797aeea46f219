// The front end: libc's file calls on paths below the mount prefix, and on descriptors of the
// reserved range, land on the mounted disk while a task of a simulation makes them; all else falls
// through to libc. Every such call is announced to the scheduler, traced, and shown to the
// observer. A call, flag or fcntl that is not known ends the simulation by name.
//
// Served: open openat creat close read pread write pwrite readv writev lseek fsync fdatasync ftruncate
// truncate fallocate posix_fallocate rename unlink mkdir rmdir remove opendir readdir closedir fstat
// stat lstat access, mmap (of a file, to read, or shared to write as well) munmap madvise, fcntl (F_GETFD F_SETFD F_GETFL and
// the locks that do not wait), fchown (to root), their 64-bit and fortified names, and the old __xstat family. Besides the
// mount, /dev/urandom and /dev/random: open, read and close, of bytes from the run's own entropy.
//
// Once the machine is dropped (kernel::Dropped) every call fails with EIO but close, closedir and
// unlocking, which succeed; nothing is traced or observed any more.
//
// In the trace a call is an event of kind kFile: object is the label of the inode, or of the
// directory a path leads through; a is the faults::OpKind in the low 8 bits and the offset above
// them; b is the length in the low 32 bits and the result in the high ones, combined with a hash of
// the bytes written.
//
// Threading: one simulated machine, one OS thread.
// Not modelled: permissions (a call is root's, the file mode creation mask is 022), times. A map to read shows the file as it was
// when it was made; a change of a mapped file's bytes ends the run by name.
#ifndef HARROW_SIM_DISK_POSIX_H_
#define HARROW_SIM_DISK_POSIX_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "sim/disk/disk.h"

namespace harrow::disk {

// A folder that does not exist on any real machine. The disk's root is this path.
inline constexpr std::string_view kMountPrefix = "/harrow-disk";
// The first descriptor of the reserved range.
inline constexpr int kFirstDescriptor = 1 << 20;

// What the disk is about to do. `mutation` counts from 1 in each life.
struct MutationEvent {
  std::uint64_t mutation = 0;
  faults::FileKind file = faults::FileKind::kAny;
  faults::OpKind operation = faults::OpKind::kWrite;
};

// A call that was made, as its caller saw it. What it refers to lives as long as the call of the
// observer.
struct CallRecord {
  std::string_view name;  // libc's: "pwrite"
  faults::OpKind operation = faults::OpKind::kWrite;
  faults::FileKind file = faults::FileKind::kAny;
  std::string_view path;        // relative to the root; of a rename the new one
  std::string_view from;        // of a rename the old one
  std::string_view detail;      // what else was asked or answered: "w create trunc", "unlock"
  std::uint64_t offset = 0;     // reads, writes, allocations; of a truncation the new size
  std::uint64_t size = 0;       // asked for, bytes
  std::int64_t result = 0;      // >= 0, or -errno
  std::uint64_t file_size = 0;  // before the call, of an open descriptor
  std::uint64_t inode = 0;      // of an open descriptor
  std::uint64_t mutation = 0;   // as in MutationEvent; 0: none
  std::string_view bytes;       // handed in by a write, or handed out by a read
  std::span<const faults::Fired> fired;
};

// Told before each file call that can change what a crash would leave; may take images (disk.Crash)
// and may call kernel::Stop(), in which case the operation does not happen.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void BeforeMutation(const Disk& disk, const MutationEvent& event) = 0;
  // After a harmful fault was delivered.
  virtual void Faulted(const faults::Fired& fired) = 0;
  // After any fault was, before Faulted.
  virtual void Struck(const faults::Fired&) {}
  // After each call that the trace has as its last event; recorded traces only.
  virtual void Called(const Disk&, const CallRecord&) {}
};

// While one is alive, `disk` is mounted. One at a time, and one run in it. The observer may be null.
class Mount {
 public:
  Mount(Disk* disk, Observer* observer);
  ~Mount();
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;
};

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_POSIX_H_
