// Maps that are shared and may be written. Nobody tells when a program writes into its memory, so it is compared with the cache,
// page by page, where the difference could be seen.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sim/disk/check.h"
#include "sim/disk/disk_impl.h"

namespace harrow::disk {

int Disk::Impl::MapShared(const Descriptor& file, std::uint64_t offset, std::size_t size,
                          unsigned char* memory) {
  DISK_CHECK(offset % kPageSize == 0);
  if ((file.flags & O_ACCMODE) != O_RDWR) return -EACCES;
  if (const int error = Map(file, offset, size, memory); error != 0) return error;
  Inode& inode = state.inodes[file.inode];
  --inode.maps;  // this one shows what is written to the file
  // A bit that was turned round on the way would be written back: the memory is the file.
  const FileContents& contents = *inode.cache.contents;
  if (offset < contents.size) {
    contents.Read(offset, memory,
                  static_cast<std::size_t>(std::min<std::uint64_t>(size, contents.size - offset)));
  }
  // Two maps of the same bytes would not show each other's changes.
  for (const SharedMap& map : shared_maps) {
    if (map.inode == file.inode && map.offset < offset + size && offset < map.offset + map.size)
      ++stats.mapped_changes;
  }
  shared_maps.push_back({file.inode, offset, size, memory});
  return 0;
}

void Disk::Impl::UnmapShared(const unsigned char* memory) {
  TakeMapped();
  std::erase_if(shared_maps, [memory](const SharedMap& map) { return map.memory == memory; });
}

void Disk::Impl::TakeMapped() {
  for (const SharedMap& map : shared_maps) {
    const std::uint64_t end =
        std::min(map.offset + map.size, state.inodes[map.inode].cache.contents->size);
    for (std::uint64_t page = map.offset / kPageSize; page * kPageSize < end; ++page)
      TakePage(map, page);
  }
}

void Disk::Impl::TakePage(const SharedMap& map, std::uint64_t page) {
  CacheView& cache = state.inodes[map.inode].cache;
  const std::uint64_t offset = page * kPageSize;
  const std::uint64_t end = std::min(map.offset + map.size, cache.contents->size);
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(end - offset, kPageSize));
  const unsigned char* const bytes = map.memory + (offset - map.offset);
  unsigned char cached[kPageSize];
  cache.contents->Read(offset, cached, size);
  if (std::memcmp(cached, bytes, size) == 0) return;
  if (state.inodes[map.inode].maps > 0) ++stats.mapped_changes;
  cache.contents.Mutable().Write(offset, bytes, size);
  cache.dirty.Set(page);
}

bool Disk::Impl::CoversMaps(InodeNumber number, std::uint64_t size) const {
  return std::all_of(shared_maps.begin(), shared_maps.end(), [=](const SharedMap& map) {
    return map.inode != number || map.offset + map.size <= size;
  });
}

void Disk::Impl::ShowInMaps(InodeNumber number, std::uint64_t offset, const void* data,
                            std::size_t size) {
  for (const SharedMap& map : shared_maps) {
    if (map.inode != number) continue;
    const std::uint64_t begin = std::max(offset, map.offset);
    const std::uint64_t end = std::min(offset + size, map.offset + map.size);
    if (begin >= end) continue;
    std::memcpy(map.memory + (begin - map.offset),
                static_cast<const unsigned char*>(data) + (begin - offset),
                static_cast<std::size_t>(end - begin));
  }
}

}  // namespace harrow::disk
