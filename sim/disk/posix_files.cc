// Calls on descriptors: read, write, seek, sync, truncate, allocate, fcntl, close.
#include <fcntl.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstring>

#include "sim/disk/page.h"
#include "sim/disk/posix_call.h"
#include "sim/disk/posix_devices.h"
#include "sim/kernel/takeover/real.h"

namespace harrow::disk {
namespace {

using faults::OpKind;
using kernel::Real;

// What the kernel adds to the flags of every 64-bit open; <fcntl.h> hides it on such machines.
constexpr int kLargeFile = 0100000;
constexpr int kMaxVectors = 1024;

Real<int(int)> real_close("close");
Real<ssize_t(int, void*, std::size_t)> real_read("read");
Real<ssize_t(int, void*, std::size_t, off_t)> real_pread("pread");
Real<ssize_t(int, const void*, std::size_t)> real_write("write");
Real<ssize_t(int, const void*, std::size_t, off_t)> real_pwrite("pwrite");
Real<ssize_t(int, const struct iovec*, int)> real_readv("readv");
Real<ssize_t(int, const struct iovec*, int)> real_writev("writev");
Real<off_t(int, off_t, int)> real_lseek("lseek");
Real<int(int)> real_fsync("fsync");
Real<int(int)> real_fdatasync("fdatasync");
Real<int(int, off_t)> real_ftruncate("ftruncate");
Real<int(int, int, off_t, off_t)> real_fallocate("fallocate");
Real<int(int, off_t, off_t)> real_posix_fallocate("posix_fallocate");
Real<int(int, int, void*)> real_fcntl("fcntl");
Real<int(int, int, void*)> real_fcntl64("fcntl64");
Real<int(int, uid_t, gid_t)> real_fchown("fchown");

ssize_t ServeRead(int fd, void* buffer, std::size_t size) {
  ServedCall call("read", OpKind::kRead, Access::kReads);
  if (!call.OnDescriptor(fd)) return -1;
  const off_t offset = call.disk().Seek(call.fd(), 0, SEEK_CUR);
  call.SetRange(static_cast<std::uint64_t>(offset), size);
  call.SetBuffer(buffer);
  return call.Done(call.disk().Read(call.fd(), buffer, size));
}

ssize_t ServePread(int fd, void* buffer, std::size_t size, off_t offset) {
  ServedCall call("pread", OpKind::kRead, Access::kReads);
  if (!call.OnDescriptor(fd)) return -1;
  call.SetRange(static_cast<std::uint64_t>(offset), size);
  call.SetBuffer(buffer);
  return call.Done(call.disk().Pread(call.fd(), buffer, size, offset));
}

// offset < 0: at the descriptor's own.
ssize_t ServeWrite(const char* name, int fd, const void* data, std::size_t size, off_t offset) {
  ServedCall call(name, OpKind::kWrite, Access::kWrites);
  if (!call.OnDescriptor(fd)) return -1;
  off_t at = offset;
  if ((call.disk().FlagsOf(call.fd()) & O_APPEND) != 0) {
    at = call.disk().SizeOf(call.fd());
  } else if (offset < 0) {
    at = call.disk().Seek(call.fd(), 0, SEEK_CUR);
  }
  call.SetRange(static_cast<std::uint64_t>(at), size);
  call.SetDigest(HashBytes(data, size));
  call.SetBuffer(data);
  return call.Done(offset < 0 ? call.disk().Write(call.fd(), data, size)
                              : call.disk().Pwrite(call.fd(), data, size, offset));
}

// The sum of the lengths; -1 with EINVAL where Linux says so.
ssize_t TotalOf(const struct iovec* vectors, int count) {
  ssize_t total = 0;
  for (int i = 0; i < count; ++i) {
    const auto length = static_cast<ssize_t>(vectors[i].iov_len);
    if (length < 0 || __builtin_add_overflow(total, length, &total)) {
      errno = EINVAL;
      return -1;
    }
  }
  return total;
}

// One call on one buffer: a vector is read and written as a whole.
ssize_t ServeVectors(int fd, const struct iovec* vectors, int count, bool write) {
  if (count < 0 || count > kMaxVectors) {
    errno = EINVAL;
    return -1;
  }
  const ssize_t total = TotalOf(vectors, count);
  if (total < 0) return -1;
  std::string buffer(static_cast<std::size_t>(total), '\0');
  std::size_t at = 0;
  if (write) {
    for (int i = 0; i < count; ++i) {
      std::memcpy(buffer.data() + at, vectors[i].iov_base, vectors[i].iov_len);
      at += vectors[i].iov_len;
    }
    return ServeWrite("writev", fd, buffer.data(), buffer.size(), -1);
  }
  const ssize_t result = ServeRead(fd, buffer.data(), buffer.size());
  for (int i = 0; i < count && result > 0 && at < static_cast<std::size_t>(result); ++i) {
    const std::size_t part = std::min(vectors[i].iov_len, static_cast<std::size_t>(result) - at);
    std::memcpy(vectors[i].iov_base, buffer.data() + at, part);
    at += part;
  }
  return result;
}

off_t ServeSeek(int fd, off_t offset, int whence) {
  if (whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END) {
    if (whence == SEEK_DATA || whence == SEEK_HOLE) return Refuse("lseek", "SEEK_DATA, SEEK_HOLE");
    errno = EINVAL;
    return -1;
  }
  if (kernel::Dropped()) return ServedCall::Result(-EIO);
  // It touches nothing that another descriptor sees but the size, so it is no scheduling point.
  return ServedCall::Result(g_front.disk->Seek(fd - kFirstDescriptor, offset, whence));
}

int ServeSync(const char* name, int fd) {
  ServedCall call(name, OpKind::kSync, Access::kWrites);
  if (!call.OnDescriptor(fd)) return -1;
  return static_cast<int>(call.Done(call.disk().Sync(call.fd())));
}

int ServeTruncate(int fd, off_t size) {
  if (size < 0) return static_cast<int>(ServedCall::Result(-EINVAL));
  ServedCall call("ftruncate", OpKind::kTruncate, Access::kWrites);
  if (!call.OnDescriptor(fd)) return -1;
  call.SetRange(static_cast<std::uint64_t>(size), 0);
  return static_cast<int>(call.Done(call.disk().Truncate(call.fd(), size)));
}

int ServeAllocate(const char* name, int fd, int mode, off_t offset, off_t size) {
  if ((mode & ~FALLOC_FL_KEEP_SIZE) != 0) return Refuse(name, "this mode");
  ServedCall call(name, OpKind::kAllocate, Access::kWrites);
  if (!call.OnDescriptor(fd)) return -1;
  call.SetRange(static_cast<std::uint64_t>(offset), static_cast<std::uint64_t>(size));
  return static_cast<int>(call.Done(call.disk().Allocate(call.fd(), mode, offset, size)));
}

int ServeClose(int fd) {
  if (kernel::Dropped()) return 0;
  ServedCall call("close", OpKind::kClose, Access::kReads);
  if (!call.OnDescriptor(fd)) {
    // Dropped while it waited for its turn: closed all the same.
    return kernel::Dropped() ? 0 : -1;
  }
  return static_cast<int>(call.Done(call.disk().Close(call.fd())));
}

int ServeLock(int fd, int command, struct flock* lock) {
  const bool unlocks = lock->l_type == F_UNLCK && (command == F_SETLK || command == F_OFD_SETLK);
  if (kernel::Dropped() && unlocks) return 0;
  if (command == F_OFD_GETLK && lock->l_type == F_UNLCK) {
    return Refuse("fcntl", "F_OFD_GETLK of an unlock");
  }
  ServedCall call("fcntl", OpKind::kLockFile, Access::kWrites);
  if (!call.OnDescriptor(fd)) return kernel::Dropped() && unlocks ? 0 : -1;
  return static_cast<int>(call.Done(call.disk().Lock(call.fd(), command, lock),
                                    [&] { return unlocks ? "unlock" : "lock"; }));
}

int ServeFcntl(int fd, int command, void* argument) {
  switch (command) {
    case F_SETLK:
    case F_GETLK:
    case F_OFD_SETLK:
    case F_OFD_GETLK:
      return ServeLock(fd, command, static_cast<struct flock*>(argument));
    case F_GETFD:
    case F_SETFD:
    case F_GETFL:
      break;
    default:
      return Refuse("fcntl", "command " + std::to_string(command));
  }
  const int own = fd - kFirstDescriptor;
  if (kernel::Dropped()) return static_cast<int>(ServedCall::Result(-EIO));
  if (!g_front.disk->IsOpen(own)) return static_cast<int>(ServedCall::Result(-EBADF));
  if (command == F_GETFL) {
    constexpr int kOnlyWhileOpening = O_CREAT | O_EXCL | O_TRUNC | O_NOCTTY | O_CLOEXEC;
    return (g_front.disk->FlagsOf(own) & ~kOnlyWhileOpening) | kLargeFile;
  }
  std::vector<bool>::reference flag = (*g_front.close_on_exec)[static_cast<std::size_t>(own)];
  if (command == F_GETFD) return flag ? FD_CLOEXEC : 0;
  // address never observed: the argument of F_SETFD is a number.
  flag = (reinterpret_cast<std::intptr_t>(argument) & FD_CLOEXEC) != 0;
  return 0;
}

// Everything is root's already, and stays so.
int ServeChown(int fd, uid_t user, gid_t group) {
  constexpr auto kUnchanged = static_cast<uid_t>(-1);
  if ((user != 0 && user != kUnchanged) || (group != 0 && group != kUnchanged))
    return Refuse("fchown", "another owner than root");
  if (kernel::Dropped()) return static_cast<int>(ServedCall::Result(-EIO));
  const bool open = g_front.disk->IsOpen(fd - kFirstDescriptor);
  return static_cast<int>(ServedCall::Result(open ? 0 : -EBADF));
}

}  // namespace

extern "C" {

int TakenClose(int fd) HARROW_LIBC("close");
ssize_t TakenRead(int fd, void* buffer, std::size_t size) HARROW_LIBC("read");
ssize_t TakenReadChk(int fd, void* buffer, std::size_t size, std::size_t room)
    HARROW_LIBC("__read_chk");
ssize_t TakenPread(int fd, void* buffer, std::size_t size, off_t offset) HARROW_LIBC("pread");
ssize_t TakenPread64(int fd, void* buffer, std::size_t size, off_t offset) HARROW_LIBC("pread64");
ssize_t TakenPreadChk(int fd, void* buffer, std::size_t size, off_t offset, std::size_t room)
    HARROW_LIBC("__pread_chk");
ssize_t TakenPread64Chk(int fd, void* buffer, std::size_t size, off_t offset, std::size_t room)
    HARROW_LIBC("__pread64_chk");
ssize_t TakenWrite(int fd, const void* data, std::size_t size) HARROW_LIBC("write");
ssize_t TakenPwrite(int fd, const void* data, std::size_t size, off_t offset) HARROW_LIBC("pwrite");
ssize_t TakenPwrite64(int fd, const void* data, std::size_t size, off_t offset)
    HARROW_LIBC("pwrite64");
ssize_t TakenReadv(int fd, const struct iovec* vectors, int count) HARROW_LIBC("readv");
ssize_t TakenWritev(int fd, const struct iovec* vectors, int count) HARROW_LIBC("writev");
off_t TakenLseek(int fd, off_t offset, int whence) HARROW_LIBC("lseek");
off_t TakenLseek64(int fd, off_t offset, int whence) HARROW_LIBC("lseek64");
int TakenFsync(int fd) HARROW_LIBC("fsync");
int TakenFdatasync(int fd) HARROW_LIBC("fdatasync");
int TakenFtruncate(int fd, off_t size) HARROW_LIBC("ftruncate");
int TakenFtruncate64(int fd, off_t size) HARROW_LIBC("ftruncate64");
int TakenFallocate(int fd, int mode, off_t offset, off_t size) HARROW_LIBC("fallocate");
int TakenFallocate64(int fd, int mode, off_t offset, off_t size) HARROW_LIBC("fallocate64");
int TakenPosixFallocate(int fd, off_t offset, off_t size) HARROW_LIBC("posix_fallocate");
int TakenPosixFallocate64(int fd, off_t offset, off_t size) HARROW_LIBC("posix_fallocate64");
int TakenFcntl(int fd, int command, ...) HARROW_LIBC("fcntl");
int TakenFcntl64(int fd, int command, ...) HARROW_LIBC("fcntl64");
int TakenFchown(int fd, uid_t user, gid_t group) HARROW_LIBC("fchown");

int TakenClose(int fd) {
  if (ServesDescriptor(fd)) return ServeClose(fd);
  return ServesDevice(fd) ? 0 : real_close(fd);
}

ssize_t TakenRead(int fd, void* buffer, std::size_t size) {
  if (ServesDescriptor(fd)) return ServeRead(fd, buffer, size);
  return ServesDevice(fd) ? ReadDevice(buffer, size) : real_read(fd, buffer, size);
}

ssize_t TakenReadChk(int fd, void* buffer, std::size_t size, std::size_t room) {
  if (size > room) std::abort();
  return TakenRead(fd, buffer, size);
}

ssize_t TakenPread(int fd, void* buffer, std::size_t size, off_t offset) {
  return ServesDescriptor(fd) ? ServePread(fd, buffer, size, offset)
                              : real_pread(fd, buffer, size, offset);
}

ssize_t TakenPread64(int fd, void* buffer, std::size_t size, off_t offset) {
  return TakenPread(fd, buffer, size, offset);
}

ssize_t TakenPreadChk(int fd, void* buffer, std::size_t size, off_t offset, std::size_t room) {
  if (size > room) std::abort();
  return TakenPread(fd, buffer, size, offset);
}

ssize_t TakenPread64Chk(int fd, void* buffer, std::size_t size, off_t offset, std::size_t room) {
  return TakenPreadChk(fd, buffer, size, offset, room);
}

ssize_t TakenWrite(int fd, const void* data, std::size_t size) {
  return ServesDescriptor(fd) ? ServeWrite("write", fd, data, size, -1)
                              : real_write(fd, data, size);
}

ssize_t TakenPwrite(int fd, const void* data, std::size_t size, off_t offset) {
  if (!ServesDescriptor(fd)) return real_pwrite(fd, data, size, offset);
  if (offset < 0) return ServedCall::Result(-EINVAL);
  return ServeWrite("pwrite", fd, data, size, offset);
}

ssize_t TakenPwrite64(int fd, const void* data, std::size_t size, off_t offset) {
  return TakenPwrite(fd, data, size, offset);
}

ssize_t TakenReadv(int fd, const struct iovec* vectors, int count) {
  return ServesDescriptor(fd) ? ServeVectors(fd, vectors, count, false)
                              : real_readv(fd, vectors, count);
}

ssize_t TakenWritev(int fd, const struct iovec* vectors, int count) {
  return ServesDescriptor(fd) ? ServeVectors(fd, vectors, count, true)
                              : real_writev(fd, vectors, count);
}

off_t TakenLseek(int fd, off_t offset, int whence) {
  return ServesDescriptor(fd) ? ServeSeek(fd, offset, whence) : real_lseek(fd, offset, whence);
}

off_t TakenLseek64(int fd, off_t offset, int whence) { return TakenLseek(fd, offset, whence); }

int TakenFsync(int fd) { return ServesDescriptor(fd) ? ServeSync("fsync", fd) : real_fsync(fd); }

int TakenFdatasync(int fd) {
  return ServesDescriptor(fd) ? ServeSync("fdatasync", fd) : real_fdatasync(fd);
}

int TakenFtruncate(int fd, off_t size) {
  return ServesDescriptor(fd) ? ServeTruncate(fd, size) : real_ftruncate(fd, size);
}

int TakenFtruncate64(int fd, off_t size) { return TakenFtruncate(fd, size); }

int TakenFallocate(int fd, int mode, off_t offset, off_t size) {
  return ServesDescriptor(fd) ? ServeAllocate("fallocate", fd, mode, offset, size)
                              : real_fallocate(fd, mode, offset, size);
}

int TakenFallocate64(int fd, int mode, off_t offset, off_t size) {
  return TakenFallocate(fd, mode, offset, size);
}

int TakenPosixFallocate(int fd, off_t offset, off_t size) {
  if (!ServesDescriptor(fd)) return real_posix_fallocate(fd, offset, size);
  // It returns its error and leaves errno alone.
  const int before = errno;
  const int result = ServeAllocate("posix_fallocate", fd, 0, offset, size);
  const int error = result < 0 ? errno : 0;
  errno = before;
  return error;
}

int TakenPosixFallocate64(int fd, off_t offset, off_t size) {
  return TakenPosixFallocate(fd, offset, size);
}

// As in libc: whatever the command takes, it is a word.
int TakenFcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return ServesDescriptor(fd) ? ServeFcntl(fd, command, argument)
                              : real_fcntl(fd, command, argument);
}

int TakenFcntl64(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return ServesDescriptor(fd) ? ServeFcntl(fd, command, argument)
                              : real_fcntl64(fd, command, argument);
}

int TakenFchown(int fd, uid_t user, gid_t group) {
  return ServesDescriptor(fd) ? ServeChown(fd, user, group) : real_fchown(fd, user, group);
}

}  // extern "C"
}  // namespace harrow::disk
