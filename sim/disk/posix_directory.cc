// opendir takes the list of names; readdir hands them out without asking the disk again.
#include "sim/disk/posix_directory.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sim/disk/posix_call.h"
#include "sim/kernel/takeover/real.h"

namespace harrow::disk {
namespace {

using faults::OpKind;
using kernel::Real;

Real<DIR*(const char*)> real_opendir("opendir");
Real<struct dirent*(DIR*)> real_readdir("readdir");
Real<struct dirent64*(DIR*)> real_readdir64("readdir64");
Real<int(DIR*)> real_closedir("closedir");

static_assert(sizeof(struct dirent) == sizeof(struct dirent64));

DIR* OpenDirectory(const char* path) {
  ServedCall call("opendir", OpKind::kList, Access::kReads);
  if (!call.OnPath(path)) return nullptr;
  auto* const stream = new DirectoryStream;
  const int result = call.disk().List(path, &stream->names);
  if (call.Done(result, [&] { return std::to_string(stream->names.size()) + " names"; }) < 0) {
    delete stream;
    return nullptr;
  }
  g_front.directories->push_back(stream);
  return reinterpret_cast<DIR*>(stream);
}

struct dirent* ReadDirectory(DirectoryStream* stream) {
  if (kernel::Dropped()) {
    errno = EIO;
    return nullptr;
  }
  if (stream->next == stream->names.size()) return nullptr;
  const std::string& name = stream->names[stream->next++];
  stream->entry = {};
  // No inode number has a meaning to a caller who cannot open by it; 0 would mean a deleted entry.
  stream->entry.d_ino = stream->next;
  stream->entry.d_off = static_cast<off_t>(stream->next);
  stream->entry.d_reclen = sizeof(stream->entry);
  stream->entry.d_type = DT_UNKNOWN;
  std::memcpy(stream->entry.d_name, name.data(), name.size());
  return &stream->entry;
}

}  // namespace

DirectoryStream* ServedStream(const void* directory) {
  if (g_front.directories == nullptr) return nullptr;
  for (DirectoryStream* stream : *g_front.directories) {
    if (stream == directory) return stream;
  }
  return nullptr;
}

extern "C" {

DIR* TakenOpendir(const char* path) HARROW_LIBC("opendir");
struct dirent* TakenReaddir(DIR* directory) HARROW_LIBC("readdir");
struct dirent64* TakenReaddir64(DIR* directory) HARROW_LIBC("readdir64");
int TakenClosedir(DIR* directory) HARROW_LIBC("closedir");

DIR* TakenOpendir(const char* path) {
  const char* const below = ServedPath(path);
  return below == nullptr ? real_opendir(path) : OpenDirectory(below);
}

struct dirent* TakenReaddir(DIR* directory) {
  DirectoryStream* const stream = ServedStream(directory);
  return stream == nullptr ? real_readdir(directory) : ReadDirectory(stream);
}

struct dirent64* TakenReaddir64(DIR* directory) {
  DirectoryStream* const stream = ServedStream(directory);
  if (stream == nullptr) return real_readdir64(directory);
  return reinterpret_cast<struct dirent64*>(ReadDirectory(stream));
}

int TakenClosedir(DIR* directory) {
  DirectoryStream* const stream = ServedStream(directory);
  if (stream == nullptr) return real_closedir(directory);
  const kernel::HostMemory host;
  std::erase(*g_front.directories, stream);
  delete stream;
  return 0;
}

}  // extern "C"
}  // namespace harrow::disk
