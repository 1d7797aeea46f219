#include "sim/disk/posix_devices.h"

#include <algorithm>
#include <cstring>

#include "sim/kernel/simulation.h"
#include "sim/kernel/takeover/entropy.h"

namespace harrow::disk {

bool IsServedDevice(const char* path) {
  if (path == nullptr || std::strncmp(path, "/dev/", 5) != 0 || !kernel::OnTask()) return false;
  return std::strcmp(path + 5, "urandom") == 0 || std::strcmp(path + 5, "random") == 0;
}

bool ServesDevice(int fd) { return fd == kEntropyDescriptor && kernel::OnTask(); }

ssize_t ReadDevice(void* buffer, std::size_t size) {
  // What Linux gives at once.
  constexpr std::size_t kMost = (std::size_t{1} << 25) - 1;
  size = std::min(size, kMost);
  kernel::FillWithEntropy(buffer, size);
  return static_cast<ssize_t>(size);
}

}  // namespace harrow::disk
