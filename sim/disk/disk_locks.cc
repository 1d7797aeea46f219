// fcntl's struct flock is turned into an absolute, inclusive range; the rest is file_locks.h.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

#include "sim/disk/disk_impl.h"

namespace harrow::disk {
namespace {

constexpr std::uint64_t kEndOfRange = std::numeric_limits<off_t>::max();

// 0, or -errno.
int ToRange(const struct flock& lock, std::uint64_t offset, std::uint64_t size, LockRange& range) {
  off_t base = 0;
  if (lock.l_whence == SEEK_CUR) {
    base = static_cast<off_t>(offset);
  } else if (lock.l_whence == SEEK_END) {
    base = static_cast<off_t>(size);
  } else if (lock.l_whence != SEEK_SET) {
    return -EINVAL;
  }
  off_t start = 0;
  if (__builtin_add_overflow(base, lock.l_start, &start)) return -EOVERFLOW;
  if (start < 0) return -EINVAL;
  off_t last = 0;
  if (lock.l_len > 0) {
    if (__builtin_add_overflow(start, lock.l_len - 1, &last)) return -EOVERFLOW;
  } else if (lock.l_len < 0) {
    last = start - 1;
    if (__builtin_add_overflow(start, lock.l_len, &start)) return -EINVAL;
    if (start < 0) return -EINVAL;
  } else {
    last = static_cast<off_t>(kEndOfRange);
  }
  range.start = static_cast<std::uint64_t>(start);
  range.last = static_cast<std::uint64_t>(last);
  return 0;
}

void FromRange(const LockRange& range, struct flock* lock) {
  lock->l_type = range.exclusive ? F_WRLCK : F_RDLCK;
  lock->l_whence = SEEK_SET;
  lock->l_start = static_cast<off_t>(range.start);
  lock->l_len = range.last == kEndOfRange ? 0 : static_cast<off_t>(range.last - range.start + 1);
  lock->l_pid = range.owner == LockRange::kProcess ? getpid() : -1;
}

}  // namespace

int Disk::Impl::Lock(const Descriptor& file, int operation, struct flock* lock) {
  Inode& inode = state.inodes[file.inode];
  const auto effect = Decide(inode.kind, faults::OpKind::kLockFile);
  if (const int error = Refusal(effect); error != 0) return error;
  const bool by_description = operation == F_OFD_SETLK || operation == F_OFD_GETLK;
  const bool asks = operation == F_GETLK || operation == F_OFD_GETLK;
  if (!asks && operation != F_SETLK && operation != F_OFD_SETLK) return -EINVAL;
  if (lock->l_type != F_RDLCK && lock->l_type != F_WRLCK && (asks || lock->l_type != F_UNLCK)) {
    return -EINVAL;
  }
  if (by_description && lock->l_pid != 0) return -EINVAL;
  LockRange range;
  range.owner = by_description ? file.id : LockRange::kProcess;
  range.exclusive = lock->l_type == F_WRLCK;
  const std::uint64_t size = inode.IsDirectory() ? kPageSize : inode.cache.contents->size;
  if (const int error = ToRange(*lock, file.offset, size, range); error != 0) return error;
  if (!inode.locks) inode.locks = std::make_unique<FileLocks>();
  if (asks) {
    if (const LockRange* held = inode.locks->Conflict(range); held != nullptr) {
      FromRange(*held, lock);
    } else {
      lock->l_type = F_UNLCK;
    }
    return 0;
  }
  if (lock->l_type == F_UNLCK) {
    inode.locks->Clear(range);
    return 0;
  }
  const int access = file.flags & O_ACCMODE;
  if (access == (range.exclusive ? O_RDONLY : O_WRONLY)) return -EBADF;
  if (inode.locks->Conflict(range) != nullptr) return -EAGAIN;
  inode.locks->Set(range);
  return 0;
}

void Disk::Impl::ReleaseLocks(const Descriptor& file) {
  FileLocks* const locks = state.inodes[file.inode].locks.get();
  if (locks == nullptr) return;
  locks->ClearOwner(file.id);
  // POSIX: closing any descriptor of a file gives up all locks the process has on it.
  locks->ClearOwner(LockRange::kProcess);
}

}  // namespace harrow::disk
