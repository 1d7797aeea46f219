// The front end: libc's file calls on paths below the mount prefix, and on descriptors of the
// reserved range, land on the mounted disk while a task of a simulation makes them; all else falls
// through to libc. Every such call is announced to the scheduler, traced, and shown to the
// observer. A call, flag or fcntl that is not known ends the simulation by name.
//
// Threading: one simulated machine, one OS thread.
#ifndef HARROW_SIM_DISK_POSIX_H_
#define HARROW_SIM_DISK_POSIX_H_

#include <cstdint>
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

// Told before each file call that can change what a crash would leave; may take images (disk.Crash)
// and may call kernel::Stop(), in which case the operation does not happen.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void BeforeMutation(const Disk& disk, const MutationEvent& event) = 0;
  // After a harmful fault was delivered.
  virtual void Faulted(const faults::Fired& fired) = 0;
};

// While one is alive, `disk` is mounted. One at a time.
class Mount {
 public:
  Mount(Disk* disk, Observer* observer);
  ~Mount();
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;
};

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_POSIX_H_
