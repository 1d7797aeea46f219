// File calls that the simulated disk does not serve: on a path below the mount, or on a descriptor of
// the reserved range, they end the run by name; elsewhere they are libc's own.
//
// One untyped trampoline stands for all of them: integer and pointer arguments travel in six
// registers on x86-64 and AArch64, whatever the prototype says, and so does the result. None of the
// calls listed takes more than six, or floating-point ones.
#include "sim/disk/posix_call.h"
#include "sim/disk/posix_directory.h"
#include "sim/disk/posix_maps.h"
#include "sim/kernel/takeover/real.h"

namespace harrow::disk {
namespace {

using Word = std::intptr_t;
using Untyped = Word(Word, Word, Word, Word, Word, Word);

bool PathOurs(Word argument) {
  return ServedPath(reinterpret_cast<const char*>(argument)) != nullptr;
}

bool MapOurs(Word argument) { return IsServedMap(reinterpret_cast<const void*>(argument)); }

bool DescriptorOurs(Word argument) { return ServesDescriptor(static_cast<int>(argument)); }

}  // namespace

// `OURS` is an expression in a, b, c, d, e, f: the call concerns the simulated disk.
#define HARROW_REFUSED(NAME, OURS)                                                                 \
  static kernel::Real<Untyped> real_##NAME(#NAME);                                                 \
  extern "C" Word Refused_##NAME(Word a, Word b, Word c, Word d, Word e, Word f)                   \
      HARROW_LIBC(#NAME);                                                                          \
  Word Refused_##NAME([[maybe_unused]] Word a, [[maybe_unused]] Word b, [[maybe_unused]] Word c,   \
                      [[maybe_unused]] Word d, [[maybe_unused]] Word e, [[maybe_unused]] Word f) { \
    if (OURS) return Refuse(#NAME, "it");                                                          \
    return real_##NAME(a, b, c, d, e, f);                                                          \
  }
#define HARROW_REFUSED_PATH(NAME) HARROW_REFUSED(NAME, PathOurs(a))
#define HARROW_REFUSED_PATHS(NAME) HARROW_REFUSED(NAME, PathOurs(a) || PathOurs(b))
#define HARROW_REFUSED_FD(NAME) HARROW_REFUSED(NAME, DescriptorOurs(a))
// A directory descriptor and a path.
#define HARROW_REFUSED_AT(NAME) HARROW_REFUSED(NAME, DescriptorOurs(a) || PathOurs(b))
#define HARROW_REFUSED_AT_AT(NAME) \
  HARROW_REFUSED(NAME, DescriptorOurs(a) || PathOurs(b) || DescriptorOurs(c) || PathOurs(d))

// Streams.
HARROW_REFUSED_PATH(fopen)
HARROW_REFUSED_PATH(fopen64)
HARROW_REFUSED_PATH(freopen)
HARROW_REFUSED_PATH(freopen64)
HARROW_REFUSED_FD(fdopen)
HARROW_REFUSED_FD(fdopendir)
HARROW_REFUSED(dirfd, ServedStream(reinterpret_cast<void*>(a)) != nullptr)
HARROW_REFUSED(rewinddir, ServedStream(reinterpret_cast<void*>(a)) != nullptr)
HARROW_REFUSED(seekdir, ServedStream(reinterpret_cast<void*>(a)) != nullptr)
HARROW_REFUSED(telldir, ServedStream(reinterpret_cast<void*>(a)) != nullptr)
HARROW_REFUSED(readdir_r, ServedStream(reinterpret_cast<void*>(a)) != nullptr)
HARROW_REFUSED(readdir64_r, ServedStream(reinterpret_cast<void*>(a)) != nullptr)
HARROW_REFUSED_PATH(scandir)
HARROW_REFUSED_PATH(scandir64)
HARROW_REFUSED_PATH(ftw)
HARROW_REFUSED_PATH(ftw64)
HARROW_REFUSED_PATH(nftw)
HARROW_REFUSED_PATH(nftw64)

// Maps, but for posix_maps.cc.
HARROW_REFUSED(mremap, MapOurs(a))
HARROW_REFUSED(msync, MapOurs(a))
HARROW_REFUSED(mprotect, MapOurs(a))
HARROW_REFUSED(mincore, MapOurs(a))

// Descriptors.
HARROW_REFUSED_FD(dup)
HARROW_REFUSED(dup2, DescriptorOurs(a) || DescriptorOurs(b))
HARROW_REFUSED(dup3, DescriptorOurs(a) || DescriptorOurs(b))
HARROW_REFUSED_FD(ioctl)
HARROW_REFUSED_FD(fchmod)
HARROW_REFUSED_FD(fchdir)
HARROW_REFUSED_FD(fstatfs)
HARROW_REFUSED_FD(fstatfs64)
HARROW_REFUSED_FD(fstatvfs)
HARROW_REFUSED_FD(fstatvfs64)
HARROW_REFUSED_FD(fpathconf)
HARROW_REFUSED_FD(flock)
HARROW_REFUSED_FD(lockf)
HARROW_REFUSED_FD(lockf64)
HARROW_REFUSED_FD(sync_file_range)
HARROW_REFUSED_FD(syncfs)
HARROW_REFUSED_FD(posix_fadvise)
HARROW_REFUSED_FD(posix_fadvise64)
HARROW_REFUSED_FD(readahead)
HARROW_REFUSED_FD(preadv)
HARROW_REFUSED_FD(preadv64)
HARROW_REFUSED_FD(preadv2)
HARROW_REFUSED_FD(preadv64v2)
HARROW_REFUSED_FD(pwritev)
HARROW_REFUSED_FD(pwritev64)
HARROW_REFUSED_FD(pwritev2)
HARROW_REFUSED_FD(pwritev64v2)
HARROW_REFUSED(sendfile, DescriptorOurs(a) || DescriptorOurs(b))
HARROW_REFUSED(sendfile64, DescriptorOurs(a) || DescriptorOurs(b))
HARROW_REFUSED(copy_file_range, DescriptorOurs(a) || DescriptorOurs(c))
HARROW_REFUSED(splice, DescriptorOurs(a) || DescriptorOurs(c))
HARROW_REFUSED_FD(futimens)
HARROW_REFUSED_FD(futimes)
HARROW_REFUSED_FD(fgetxattr)
HARROW_REFUSED_FD(fsetxattr)
HARROW_REFUSED_FD(getdents64)

// Paths.
HARROW_REFUSED_PATHS(link)
HARROW_REFUSED_PATHS(symlink)
HARROW_REFUSED_PATH(readlink)
HARROW_REFUSED_PATH(__readlink_chk)
HARROW_REFUSED_PATH(realpath)
HARROW_REFUSED_PATH(__realpath_chk)
HARROW_REFUSED_PATH(canonicalize_file_name)
HARROW_REFUSED_PATH(chmod)
HARROW_REFUSED_PATH(chown)
HARROW_REFUSED_PATH(lchown)
HARROW_REFUSED_PATH(chdir)
HARROW_REFUSED_PATH(chroot)
HARROW_REFUSED_PATH(utime)
HARROW_REFUSED_PATH(utimes)
HARROW_REFUSED_PATH(lutimes)
HARROW_REFUSED_PATH(statfs)
HARROW_REFUSED_PATH(statfs64)
HARROW_REFUSED_PATH(statvfs)
HARROW_REFUSED_PATH(statvfs64)
HARROW_REFUSED_PATH(pathconf)
HARROW_REFUSED_PATH(euidaccess)
HARROW_REFUSED_PATH(eaccess)
HARROW_REFUSED_PATH(mkfifo)
HARROW_REFUSED_PATH(mknod)
HARROW_REFUSED_PATH(mkstemp)
HARROW_REFUSED_PATH(mkstemp64)
HARROW_REFUSED_PATH(mkostemp)
HARROW_REFUSED_PATH(mkostemp64)
HARROW_REFUSED_PATH(mkstemps)
HARROW_REFUSED_PATH(mkostemps)
HARROW_REFUSED_PATH(mkdtemp)
HARROW_REFUSED_PATH(getxattr)
HARROW_REFUSED_PATH(setxattr)

// A directory and a path.
HARROW_REFUSED_AT(fstatat)
HARROW_REFUSED_AT(fstatat64)
HARROW_REFUSED(__fxstatat, DescriptorOurs(b) || PathOurs(c))
HARROW_REFUSED(__fxstatat64, DescriptorOurs(b) || PathOurs(c))
HARROW_REFUSED_AT(statx)
HARROW_REFUSED_AT(faccessat)
HARROW_REFUSED_AT(fchmodat)
HARROW_REFUSED_AT(fchownat)
HARROW_REFUSED_AT(mkdirat)
HARROW_REFUSED_AT(mknodat)
HARROW_REFUSED_AT(unlinkat)
HARROW_REFUSED_AT(readlinkat)
HARROW_REFUSED_AT(utimensat)
HARROW_REFUSED_AT(futimesat)
HARROW_REFUSED_AT(__openat_2)
HARROW_REFUSED_AT(__openat64_2)
HARROW_REFUSED_AT(name_to_handle_at)
HARROW_REFUSED_AT(inotify_add_watch)
HARROW_REFUSED_AT_AT(renameat)
HARROW_REFUSED_AT_AT(renameat2)
HARROW_REFUSED_AT_AT(linkat)
HARROW_REFUSED(symlinkat, PathOurs(a) || DescriptorOurs(b) || PathOurs(c))

#undef HARROW_REFUSED_AT_AT
#undef HARROW_REFUSED_AT
#undef HARROW_REFUSED_FD
#undef HARROW_REFUSED_PATHS
#undef HARROW_REFUSED_PATH
#undef HARROW_REFUSED

}  // namespace harrow::disk
