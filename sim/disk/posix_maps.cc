// mmap of a simulated file: LevelDB reads its tables so, SQLite shares the index of its log.
#include "sim/disk/posix_maps.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "sim/disk/posix_call.h"
#include "sim/kernel/takeover/real.h"

namespace harrow::disk {
namespace {

using faults::OpKind;
using kernel::Real;

Real<void*(void*, std::size_t, int, int, int, off_t)> real_mmap("mmap");
Real<int(void*, std::size_t)> real_munmap("munmap");
Real<int(void*, std::size_t, int)> real_madvise("madvise");

constexpr std::size_t kPage = 4096;
constexpr std::size_t kMaxMapBytes = std::size_t{1} << 30;

std::size_t WholePages(std::size_t size) { return (size + kPage - 1) / kPage * kPage; }

// A map to read, or one that is shared to read and write.
bool KnownProtection(int protection, int flags) {
  if ((protection & ~PROT_READ) == 0) return true;
  return protection == (PROT_READ | PROT_WRITE) && (flags & MAP_PRIVATE) == 0;
}

int MapInto(Disk* disk, int fd, const FileMap& map, std::uint64_t offset) {
  const std::size_t size = WholePages(map.size);
  return map.writable ? disk->MapShared(fd, offset, size, static_cast<unsigned char*>(map.address))
                      : disk->Map(fd, offset, size, map.address);
}

void* MapFile(std::size_t size, int protection, int flags, int fd, off_t offset) {
  if (!KnownProtection(protection, flags)) {
    Refuse("mmap", "a private map to write, or one to execute");
    return MAP_FAILED;
  }
  if ((flags & ~(MAP_SHARED | MAP_PRIVATE | MAP_POPULATE)) != 0) {
    Refuse("mmap", "one of these flags");
    return MAP_FAILED;
  }
  ServedCall call("mmap", OpKind::kRead, Access::kReads);
  if (!call.OnDescriptor(fd)) return MAP_FAILED;
  if (size == 0 || offset < 0 || static_cast<std::size_t>(offset) % kPage != 0 ||
      size > kMaxMapBytes) {
    errno = EINVAL;
    return MAP_FAILED;
  }
  void* const address = std::aligned_alloc(kPage, WholePages(size));
  if (address == nullptr) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  call.SetRange(static_cast<std::uint64_t>(offset), size);
  call.SetBuffer(address);
  const FileMap map = {address, size, call.disk().NumberOf(call.fd()),
                       (protection & PROT_WRITE) != 0};
  std::int64_t result = MapInto(&call.disk(), call.fd(), map, static_cast<std::uint64_t>(offset));
  if (result < 0) {
    std::free(address);
  } else {
    // Before the call is over: a delay lets others run, and the power may go.
    g_front.maps->push_back(map);
    const std::int64_t left = call.disk().SizeOf(call.fd()) - offset;
    result = std::clamp<std::int64_t>(left, 0, static_cast<std::int64_t>(size));
  }
  return call.Done(result) < 0 ? MAP_FAILED : address;
}

std::vector<FileMap>::iterator FindMap(const void* address) {
  return std::find_if(g_front.maps->begin(), g_front.maps->end(), [address](const FileMap& map) {
    const auto* const begin = static_cast<const char*>(map.address);
    return address >= begin && address < begin + WholePages(map.size);
  });
}

// A map whose machine was dropped is freed with the mount.
int Unmap(void* address, std::size_t size) {
  if (kernel::Dropped()) return 0;
  const auto map = FindMap(address);
  if (address != map->address || WholePages(size) != WholePages(map->size))
    return Refuse("munmap", "a part of a map");
  const kernel::HostMemory host;
  FreeMap(*map);
  g_front.maps->erase(map);
  return 0;
}

}  // namespace

void FreeMap(const FileMap& map) {
  if (map.writable) {
    g_front.disk->UnmapShared(static_cast<const unsigned char*>(map.address));
  } else {
    g_front.disk->Unmap(map.inode);
  }
  std::free(map.address);
}

bool IsServedMap(const void* address) {
  return Mounted() && !g_front.maps->empty() && FindMap(address) != g_front.maps->end();
}

extern "C" {

void* TakenMmap(void* address, std::size_t size, int protection, int flags, int fd, off_t offset)
    HARROW_LIBC("mmap");
void* TakenMmap64(void* address, std::size_t size, int protection, int flags, int fd, off_t offset)
    HARROW_LIBC("mmap64");
int TakenMunmap(void* address, std::size_t size) HARROW_LIBC("munmap");
int TakenMadvise(void* address, std::size_t size, int advice) HARROW_LIBC("madvise");

void* TakenMmap(void* address, std::size_t size, int protection, int flags, int fd, off_t offset) {
  if ((flags & MAP_ANONYMOUS) != 0 || !ServesDescriptor(fd))
    return real_mmap(address, size, protection, flags, fd, offset);
  return MapFile(size, protection, flags, fd, offset);
}

void* TakenMmap64(void* address, std::size_t size, int protection, int flags, int fd,
                  off_t offset) {
  return TakenMmap(address, size, protection, flags, fd, offset);
}

int TakenMunmap(void* address, std::size_t size) {
  return IsServedMap(address) ? Unmap(address, size) : real_munmap(address, size);
}

// Advice changes nothing that can be seen.
int TakenMadvise(void* address, std::size_t size, int advice) {
  return IsServedMap(address) ? 0 : real_madvise(address, size, advice);
}

}  // extern "C"
}  // namespace harrow::disk
