// Maps of simulated files. One to read is a copy of what the file held when it was mapped: a write or truncation of it
// meanwhile, which the map would not show, ends the run by name. One that is shared and may be written is the disk's to compare
// (Disk::MapShared); a truncation to less than it shows ends the run. In the trace a map is a read of what the file has of the
// range.
//
// Threading: on a task.
#ifndef HARROW_SIM_DISK_POSIX_MAPS_H_
#define HARROW_SIM_DISK_POSIX_MAPS_H_

#include <cstddef>
#include <cstdint>

namespace harrow::disk {

struct FileMap {
  void* address = nullptr;
  std::size_t size = 0;     // as asked for, bytes
  std::uint64_t inode = 0;  // Disk::NumberOf
  bool writable = false;
};

void FreeMap(const FileMap& map);
// Whether the address lies in one.
bool IsServedMap(const void* address);

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_POSIX_MAPS_H_
