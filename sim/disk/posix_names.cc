// Calls on paths: open, rename, unlink, mkdir, stat, access, truncate; and fstat.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstring>

#include "sim/disk/posix_call.h"
#include "sim/disk/posix_devices.h"
#include "sim/kernel/takeover/real.h"

namespace harrow::disk {
namespace {

using faults::OpKind;
using kernel::Real;

constexpr mode_t kModeMask = 022;
constexpr int kLargeFile = 0100000;
constexpr int kKnownFlags = O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_CLOEXEC |
                            O_DIRECTORY | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_NOATIME |
                            kLargeFile;

Real<int(const char*, int, mode_t)> real_open("open");
Real<int(int, const char*, int, mode_t)> real_openat("openat");
Real<int(const char*, const char*)> real_rename("rename");
Real<int(const char*)> real_unlink("unlink");
Real<int(const char*)> real_remove("remove");
Real<int(const char*, mode_t)> real_mkdir("mkdir");
Real<int(const char*)> real_rmdir("rmdir");
Real<int(const char*, struct stat*)> real_stat("stat");
Real<int(const char*, struct stat*)> real_lstat("lstat");
Real<int(int, struct stat*)> real_fstat("fstat");
Real<int(int, const char*, struct stat*)> real_xstat("__xstat");
Real<int(int, const char*, struct stat*)> real_lxstat("__lxstat");
Real<int(int, int, struct stat*)> real_fxstat("__fxstat");
Real<int(const char*, int)> real_access("access");
Real<int(const char*, off_t)> real_truncate("truncate");

static_assert(sizeof(struct stat) == sizeof(struct stat64));

std::string FlagText(int flags) {
  const int access = flags & O_ACCMODE;
  std::string text = access == O_RDONLY ? "r" : access == O_WRONLY ? "w" : "rw";
  if ((flags & O_CREAT) != 0) text += " create";
  if ((flags & O_EXCL) != 0) text += " excl";
  if ((flags & O_TRUNC) != 0) text += " trunc";
  if ((flags & O_APPEND) != 0) text += " append";
  return text;
}

int ServeOpen(const char* name, const char* path, int flags, mode_t mode) {
  if ((flags & ~kKnownFlags) != 0 || (flags & O_ACCMODE) == O_ACCMODE) {
    return Refuse(name, "one of the flags " + std::to_string(flags));
  }
  const bool changes = (flags & (O_CREAT | O_TRUNC)) != 0;
  ServedCall call(name, OpKind::kOpen, changes ? Access::kWrites : Access::kReads);
  if (!call.OnOpen(path, flags)) return -1;
  const int result = call.disk().Open(path, flags, mode & ~kModeMask);
  if (result >= 0) {
    const auto own = static_cast<std::size_t>(result);
    if (g_front.close_on_exec->size() <= own) g_front.close_on_exec->resize(own + 1);
    (*g_front.close_on_exec)[own] = (flags & O_CLOEXEC) != 0;
  }
  const std::int64_t fd = call.Done(result, [&] { return FlagText(flags); });
  return static_cast<int>(fd < 0 ? fd : fd + kFirstDescriptor);
}

int ServeRename(const char* from, const char* to) {
  ServedCall call("rename", OpKind::kRename, Access::kWrites);
  if (!call.OnPath(to)) return -1;
  call.SetFrom(from);
  return static_cast<int>(call.Done(call.disk().Rename(from, to)));
}

template <typename Perform>
int ServePath(const char* name, OpKind operation, Access access, const char* path,
              Perform perform) {
  ServedCall call(name, operation, access);
  if (!call.OnPath(path)) return -1;
  return static_cast<int>(call.Done(perform(call.disk())));
}

int ServeUnlink(const char* path) {
  return ServePath("unlink", OpKind::kUnlink, Access::kWrites, path,
                   [&](Disk& disk) { return disk.Unlink(path); });
}

int ServeRmdir(const char* path) {
  return ServePath("rmdir", OpKind::kUnlink, Access::kWrites, path,
                   [&](Disk& disk) { return disk.Rmdir(path); });
}

int ServeStat(const char* name, const char* path, struct stat* out) {
  return ServePath(name, OpKind::kStat, Access::kReads, path,
                   [&](Disk& disk) { return disk.Stat(path, out); });
}

int ServeFstat(int fd, struct stat* out) {
  ServedCall call("fstat", OpKind::kStat, Access::kReads);
  if (!call.OnDescriptor(fd)) return -1;
  return static_cast<int>(call.Done(call.disk().Fstat(call.fd(), out)));
}

int OpenPath(const char* name, const char* path, int flags, mode_t mode) {
  const char* const below = ServedPath(path);
  if (below != nullptr) return ServeOpen(name, below, flags, mode);
  return IsServedDevice(path) ? kEntropyDescriptor : real_open(path, flags, mode);
}

mode_t ModeArgument(int flags, va_list arguments) {
  const bool given = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return given ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

extern "C" {

int TakenOpen(const char* path, int flags, ...) HARROW_LIBC("open");
int TakenOpen64(const char* path, int flags, ...) HARROW_LIBC("open64");
int TakenOpen2(const char* path, int flags) HARROW_LIBC("__open_2");
int TakenOpen64Two(const char* path, int flags) HARROW_LIBC("__open64_2");
int TakenOpenat(int directory, const char* path, int flags, ...) HARROW_LIBC("openat");
int TakenOpenat64(int directory, const char* path, int flags, ...) HARROW_LIBC("openat64");
int TakenCreat(const char* path, mode_t mode) HARROW_LIBC("creat");
int TakenCreat64(const char* path, mode_t mode) HARROW_LIBC("creat64");
int TakenRename(const char* from, const char* to) HARROW_LIBC("rename");
int TakenUnlink(const char* path) HARROW_LIBC("unlink");
int TakenRemove(const char* path) HARROW_LIBC("remove");
int TakenMkdir(const char* path, mode_t mode) HARROW_LIBC("mkdir");
int TakenRmdir(const char* path) HARROW_LIBC("rmdir");
int TakenStat(const char* path, struct stat* out) HARROW_LIBC("stat");
int TakenStat64(const char* path, struct stat* out) HARROW_LIBC("stat64");
int TakenLstat(const char* path, struct stat* out) HARROW_LIBC("lstat");
int TakenLstat64(const char* path, struct stat* out) HARROW_LIBC("lstat64");
int TakenFstat(int fd, struct stat* out) HARROW_LIBC("fstat");
int TakenFstat64(int fd, struct stat* out) HARROW_LIBC("fstat64");
int TakenXstat(int version, const char* path, struct stat* out) HARROW_LIBC("__xstat");
int TakenXstat64(int version, const char* path, struct stat* out) HARROW_LIBC("__xstat64");
int TakenLxstat(int version, const char* path, struct stat* out) HARROW_LIBC("__lxstat");
int TakenLxstat64(int version, const char* path, struct stat* out) HARROW_LIBC("__lxstat64");
int TakenFxstat(int version, int fd, struct stat* out) HARROW_LIBC("__fxstat");
int TakenFxstat64(int version, int fd, struct stat* out) HARROW_LIBC("__fxstat64");
int TakenAccess(const char* path, int mode) HARROW_LIBC("access");
int TakenTruncate(const char* path, off_t size) HARROW_LIBC("truncate");
int TakenTruncate64(const char* path, off_t size) HARROW_LIBC("truncate64");

int TakenOpen(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeArgument(flags, arguments);
  va_end(arguments);
  return OpenPath("open", path, flags, mode);
}

int TakenOpen64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeArgument(flags, arguments);
  va_end(arguments);
  return OpenPath("open", path, flags, mode);
}

int TakenOpen2(const char* path, int flags) {
  // Fortified callers pass no mode; where one is needed they are wrong.
  if ((flags & O_CREAT) != 0) std::abort();
  return OpenPath("open", path, flags, 0);
}

int TakenOpen64Two(const char* path, int flags) { return TakenOpen2(path, flags); }

int TakenOpenat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeArgument(flags, arguments);
  va_end(arguments);
  if (const char* const below = ServedPath(path); below != nullptr) {
    return ServeOpen("openat", below, flags, mode);
  }
  if (path != nullptr && path[0] != '/' && ServesDescriptor(directory)) {
    return Refuse("openat", "a path relative to a descriptor");
  }
  return real_openat(directory, path, flags, mode);
}

int TakenOpenat64(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeArgument(flags, arguments);
  va_end(arguments);
  return TakenOpenat(directory, path, flags, mode);
}

int TakenCreat(const char* path, mode_t mode) {
  return OpenPath("creat", path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int TakenCreat64(const char* path, mode_t mode) { return TakenCreat(path, mode); }

int TakenRename(const char* from, const char* to) {
  const char* const below_from = ServedPath(from);
  const char* const below_to = ServedPath(to);
  if (below_from != nullptr && below_to != nullptr) return ServeRename(below_from, below_to);
  if (below_from == nullptr && below_to == nullptr) return real_rename(from, to);
  errno = EXDEV;
  return -1;
}

int TakenUnlink(const char* path) {
  const char* const below = ServedPath(path);
  return below == nullptr ? real_unlink(path) : ServeUnlink(below);
}

int TakenRemove(const char* path) {
  const char* const below = ServedPath(path);
  if (below == nullptr) return real_remove(path);
  const int result = ServeUnlink(below);
  return result != 0 && errno == EISDIR ? ServeRmdir(below) : result;
}

int TakenMkdir(const char* path, mode_t mode) {
  const char* const below = ServedPath(path);
  if (below == nullptr) return real_mkdir(path, mode);
  return ServePath("mkdir", OpKind::kMkdir, Access::kWrites, below,
                   [&](Disk& disk) { return disk.Mkdir(below, mode & ~kModeMask); });
}

int TakenRmdir(const char* path) {
  const char* const below = ServedPath(path);
  return below == nullptr ? real_rmdir(path) : ServeRmdir(below);
}

int TakenStat(const char* path, struct stat* out) {
  const char* const below = ServedPath(path);
  return below == nullptr ? real_stat(path, out) : ServeStat("stat", below, out);
}

int TakenStat64(const char* path, struct stat* out) { return TakenStat(path, out); }

int TakenLstat(const char* path, struct stat* out) {
  const char* const below = ServedPath(path);
  return below == nullptr ? real_lstat(path, out) : ServeStat("lstat", below, out);
}

int TakenLstat64(const char* path, struct stat* out) { return TakenLstat(path, out); }

int TakenFstat(int fd, struct stat* out) {
  return ServesDescriptor(fd) ? ServeFstat(fd, out) : real_fstat(fd, out);
}

int TakenFstat64(int fd, struct stat* out) { return TakenFstat(fd, out); }

int TakenXstat(int version, const char* path, struct stat* out) {
  const char* const below = ServedPath(path);
  return below == nullptr ? real_xstat(version, path, out) : ServeStat("stat", below, out);
}

int TakenXstat64(int version, const char* path, struct stat* out) {
  return TakenXstat(version, path, out);
}

int TakenLxstat(int version, const char* path, struct stat* out) {
  const char* const below = ServedPath(path);
  return below == nullptr ? real_lxstat(version, path, out) : ServeStat("lstat", below, out);
}

int TakenLxstat64(int version, const char* path, struct stat* out) {
  return TakenLxstat(version, path, out);
}

int TakenFxstat(int version, int fd, struct stat* out) {
  return ServesDescriptor(fd) ? ServeFstat(fd, out) : real_fxstat(version, fd, out);
}

int TakenFxstat64(int version, int fd, struct stat* out) { return TakenFxstat(version, fd, out); }

int TakenAccess(const char* path, int mode) {
  const char* const below = ServedPath(path);
  if (below == nullptr) return real_access(path, mode);
  return ServePath("access", OpKind::kStat, Access::kReads, below,
                   [&](Disk& disk) { return disk.Access(below, mode); });
}

int TakenTruncate(const char* path, off_t size) {
  const char* const below = ServedPath(path);
  if (below == nullptr) return real_truncate(path, size);
  if (size < 0) return static_cast<int>(ServedCall::Result(-EINVAL));
  ServedCall call("truncate", OpKind::kTruncate, Access::kWrites);
  if (!call.OnPath(below)) return -1;
  call.SetRange(static_cast<std::uint64_t>(size), 0);
  return static_cast<int>(call.Done(call.disk().TruncatePath(below, size)));
}

int TakenTruncate64(const char* path, off_t size) { return TakenTruncate(path, size); }

}  // extern "C"
}  // namespace harrow::disk
