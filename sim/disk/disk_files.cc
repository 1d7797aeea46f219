// Reads and writes go to the cache. A write marks its pages dirty; a change of size other than by a
// write is a pending operation that remembers the cache as it was.
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>

#include "sim/disk/check.h"
#include "sim/disk/coverage_mark.h"
#include "sim/disk/disk_impl.h"
#include "sim/disk/file_versions.h"

namespace harrow::disk {
namespace {

constexpr blksize_t kBlockSize = static_cast<blksize_t>(kPageSize);
constexpr dev_t kDevice = 0x4877;

bool Writable(int flags) { return (flags & O_ACCMODE) != O_RDONLY; }
bool Readable(int flags) { return (flags & O_ACCMODE) != O_WRONLY; }

}  // namespace

ssize_t Disk::Impl::Pread(const Descriptor& file, void* buffer, std::size_t size,
                          std::uint64_t offset) {
  const Inode& inode = state.inodes[file.inode];
  if (!Readable(file.flags)) return -EBADF;
  ++stats.reads;
  if (inode.IsDirectory()) return -EISDIR;
  TakeMapped();
  std::optional<faults::Effect> flipped;
  if (!injector.idle()) {
    const auto effect = injector.Decide(inode.kind, faults::OpKind::kRead);
    if (const int error = Refusal(effect); error != 0) return error;
    if (effect && Damages(*effect)) flipped = effect;
    if (effect && effect->kind == faults::EffectKind::kShortRead) {
      size = static_cast<std::size_t>(std::min<std::uint64_t>(size, effect->amount));
    }
  }
  const FileContents& contents = *inode.cache.contents;
  if (offset >= contents.size) return 0;
  if (inode.lost_pages.Any() && ShowsLostPages(inode)) cells.Add(MediumCell::kStaysReadable);
  size = static_cast<std::size_t>(std::min<std::uint64_t>(size, contents.size - offset));
  contents.Read(offset, buffer, size);
  if (flipped.has_value()) Flip(*flipped, file.inode, offset, buffer, size);
  return static_cast<ssize_t>(size);
}

int Disk::Impl::Map(const Descriptor& file, std::uint64_t offset, std::size_t size, void* to) {
  TakeMapped();
  Inode& inode = state.inodes[file.inode];
  if (!Readable(file.flags)) return -EACCES;
  ++stats.reads;
  if (inode.IsDirectory()) return -ENODEV;
  const auto effect = Decide(inode.kind, faults::OpKind::kRead);
  if (effect && effect->kind == faults::EffectKind::kError) return -effect->error;
  ++inode.maps;
  const FileContents& contents = *inode.cache.contents;
  std::memset(to, 0, size);
  if (offset >= contents.size) return 0;
  const std::size_t shown =
      static_cast<std::size_t>(std::min<std::uint64_t>(size, contents.size - offset));
  contents.Read(offset, to, shown);
  if (effect && Damages(*effect)) Flip(*effect, file.inode, offset, to, shown);
  return 0;
}

void Disk::Impl::Unmap(InodeNumber number) { --state.inodes[number].maps; }

void Disk::Impl::Flip(const faults::Effect& effect, InodeNumber number, std::uint64_t offset,
                      void* buffer, std::size_t size) {
  if (size == 0) return;
  const std::uint64_t bit = effect.amount * injector.fired().back().number % (size * 8);
  auto* const bytes = static_cast<unsigned char*>(buffer);
  bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] ^ (1U << (bit % 8)));
  if (effect.kind == faults::EffectKind::kRot) Rot(number, offset + bit / 8, bytes[bit / 8]);
}

// The medium has this byte now, and the cache read it from there. What is still to be written will
// replace it.
void Disk::Impl::Rot(InodeNumber number, std::uint64_t offset, unsigned char byte) {
  Inode& inode = state.inodes[number];
  inode.cache.contents.Mutable().Write(offset, &byte, 1);
  if (inode.cache.dirty.Test(offset / kPageSize)) return;
  if (inode.data_operations > 0) {
    inode.cache.lost = true;  // which of the pending states has the page is not looked for
  } else if (offset < inode.durable->size) {
    inode.durable.Mutable().Write(offset, &byte, 1);
  }
}

void Disk::Impl::RecordLastWrite(InodeNumber number, std::uint64_t offset, std::size_t length) {
  const FileContents& contents = *state.inodes[number].cache.contents;
  LastWrite& last = state.last_write;
  last.inode = number;
  last.offset = offset;
  last.length = length;
  last.size_before = contents.size;
  last.before.clear();
  const std::uint64_t end = std::min<std::uint64_t>(offset + length, contents.size);
  for (std::uint64_t at = offset; at < end; at = (at / kPageSize + 1) * kPageSize) {
    last.before.emplace_back(at / kPageSize, contents.PageRefAt(at / kPageSize));
  }
}

ssize_t Disk::Impl::Write(const Descriptor& file, const void* data, std::size_t size,
                          std::uint64_t offset) {
  Inode& inode = state.inodes[file.inode];
  BeginMutation();
  if (!Writable(file.flags)) return -EBADF;
  int next_error = 0;
  int writeback_error = 0;
  if (!injector.idle()) {
    if (inode.next_write_error != 0) {
      Reached(Mark::kErrorAfterShort);
      return -std::exchange(inode.next_write_error, 0);
    }
    const auto effect = injector.Decide(inode.kind, faults::OpKind::kWrite);
    if (const int error = Refusal(effect); error != 0) {
      out_of_space_ = error == -ENOSPC;
      return error;
    }
    if (std::exchange(out_of_space_, false)) Reached(Mark::kSpaceAgain);
    if (effect && effect->kind == faults::EffectKind::kFailedWriteback) {
      writeback_error = effect->error;
    }
    if (effect && effect->kind == faults::EffectKind::kShortWrite) {
      // Where an error follows, something must be left to fail.
      const std::uint64_t most = effect->error != 0 && size > 0 ? size - 1 : size;
      const std::uint64_t kept = std::min<std::uint64_t>(most, effect->amount);
      if (kept == 0 && size > 0) return -effect->error;
      size = static_cast<std::size_t>(kept);
      next_error = effect->error;
    }
  }
  if (size == 0) return 0;
  if ((file.flags & O_APPEND) != 0) offset = inode.cache.contents->size;
  if (offset >= kMaxFileSize) return -EFBIG;
  size = static_cast<std::size_t>(std::min<std::uint64_t>(size, kMaxFileSize - offset));
  if (inode.maps > 0) ++stats.mapped_changes;
  RecordLastWrite(file.inode, offset, size);
  CacheView& cache = inode.cache;
  const bool reverts = state.profile->failed_sync == FailedSyncRule::kRevertsCache;
  if (reverts && inode.lost_pages.Any() && offset > cache.contents->size)
    cells.Add(MediumCell::kHole);
  if (offset + size > cache.contents->size) cache.size_dirty = true;
  cache.contents.Mutable().Write(offset, data, size);
  for (std::uint64_t page = offset / kPageSize; page < PageCount(offset + size); ++page) {
    cache.dirty.Set(page);
  }
  ShowInMaps(file.inode, offset, data, size);
  inode.next_write_error = next_error;
  if (writeback_error != 0) {
    cells.Add(MediumCell::kWritebackFailed);
    FailWriteback(file.inode);
    RecordError(file.inode, writeback_error, 0);
  }
  return static_cast<ssize_t>(size);
}

int Disk::Impl::Truncate(InodeNumber number, std::uint64_t size) {
  CacheView& cache = state.inodes[number].cache;
  if (cache.contents->size == size) return 0;
  if (size > kMaxFileSize) return -EFBIG;
  const bool shrinks = size < cache.contents->size;
  if (state.inodes[number].maps > 0 || (shrinks && !CoversMaps(number, size)))
    ++stats.mapped_changes;
  PendingOperation& operation = AddPending(PendingKind::kTruncate, number);
  operation.size = size;
  operation.view = cache;
  ++state.inodes[number].data_operations;
  cache.contents.Mutable().Resize(size);
  cache.dirty.ClearFrom(PageCount(size));
  cache.size_dirty = false;
  if (state.last_write.inode == number) state.last_write = LastWrite();
  return 0;
}

int Disk::Impl::TruncateCall(InodeNumber number, off_t size) {
  const auto effect = Decide(state.inodes[number].kind, faults::OpKind::kTruncate);
  if (const int error = Refusal(effect); error != 0) return error;
  return AfterEffect(effect, Truncate(number, static_cast<std::uint64_t>(size)));
}

int Disk::Impl::Allocate(Descriptor& file, int mode, off_t offset, off_t size) {
  BeginMutation();
  const auto effect = Decide(state.inodes[file.inode].kind, faults::OpKind::kAllocate);
  if (const int error = Refusal(effect); error != 0) return error;
  if (offset < 0 || size <= 0) return -EINVAL;
  if ((mode & ~FALLOC_FL_KEEP_SIZE) != 0) return -EOPNOTSUPP;
  if (!Writable(file.flags)) return -EBADF;
  const auto first = static_cast<std::uint64_t>(offset);
  const auto length = static_cast<std::uint64_t>(size);
  if (first + length > kMaxFileSize) return -EFBIG;
  const bool grows = first + length > state.inodes[file.inode].cache.contents->size;
  if (mode == 0 && grows) Truncate(file.inode, first + length);
  return AfterEffect(effect, 0);
}

off_t Disk::Impl::Seek(Descriptor& file, off_t offset, int whence) {
  const Inode& inode = state.inodes[file.inode];
  std::uint64_t base = 0;
  if (whence == SEEK_CUR) {
    base = file.offset;
  } else if (whence == SEEK_END) {
    base = inode.IsDirectory() ? 0 : inode.cache.contents->size;
  } else if (whence != SEEK_SET) {
    return -EINVAL;
  }
  off_t target = 0;
  if (__builtin_add_overflow(static_cast<off_t>(base), offset, &target)) return -EOVERFLOW;
  if (target < 0) return -EINVAL;
  file.offset = static_cast<std::uint64_t>(target);
  return target;
}

void Disk::Impl::FillStat(InodeNumber number, struct stat* out) const {
  const Inode& inode = state.inodes[number];
  *out = {};
  out->st_dev = kDevice;
  // 0 is no inode number to some programs, and 2 is what a root directory has on ext4.
  out->st_ino = number + 2;
  out->st_blksize = kBlockSize;
  if (inode.IsDirectory()) {
    out->st_mode = S_IFDIR | inode.mode;
    out->st_size = static_cast<off_t>(kPageSize);
    out->st_nlink = inode.links == 0 && number != kRootInode ? 0 : 2;
    for (const DirectoryEntry& entry : inode.names->entries) {
      if (state.inodes[entry.inode].IsDirectory()) ++out->st_nlink;
    }
    out->st_blocks = static_cast<blkcnt_t>(kSectorsPerPage);
    return;
  }
  out->st_mode = S_IFREG | inode.mode;
  out->st_size = static_cast<off_t>(inode.cache.contents->size);
  out->st_nlink = inode.links;
  for (const PageRef& page : inode.cache.contents->pages) {
    if (page) out->st_blocks += static_cast<blkcnt_t>(kSectorsPerPage);
  }
}

}  // namespace harrow::disk
