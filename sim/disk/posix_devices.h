// The devices that give random bytes: on a task they give those of the run.
//
// Threading: on a task, but for what only asks.
#ifndef HARROW_SIM_DISK_POSIX_DEVICES_H_
#define HARROW_SIM_DISK_POSIX_DEVICES_H_

#include <sys/types.h>

#include <cstddef>

#include "sim/disk/posix.h"

namespace harrow::disk {

// Stands for each opening of one: they have no state.
inline constexpr int kEntropyDescriptor = kFirstDescriptor - 1;

// Whether opening this path, here and now, is to give that descriptor.
bool IsServedDevice(const char* path);
bool ServesDevice(int fd);
ssize_t ReadDevice(void* buffer, std::size_t size);

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_POSIX_DEVICES_H_
