// One call of the front end, from its announcement to its result: the steps that all served calls
// have in common.
//
//   ServedCall call("pread", faults::OpKind::kRead, Access::kReads);
//   if (!call.OnDescriptor(fd)) return -1;
//   return call.Done(call.disk().Pread(call.fd(), …), [&] { return …detail for a recorded trace…; });
//
// Threading: on a task.
#ifndef HARROW_SIM_DISK_POSIX_CALL_H_
#define HARROW_SIM_DISK_POSIX_CALL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/disk/disk.h"
#include "sim/disk/posix.h"
#include "sim/kernel/simulation.h"

namespace harrow::disk {

struct DirectoryStream;
struct FileMap;

// What is mounted. Constant-initialised, since libc's calls are made before main.
struct Front {
  Disk* disk = nullptr;
  Observer* observer = nullptr;
  std::vector<bool>* close_on_exec = nullptr;            // by descriptor; owned by the mount
  std::vector<DirectoryStream*>* directories = nullptr;  // open streams; owned by the mount
  std::vector<FileMap>* maps = nullptr;                  // owned by the mount
};
extern Front g_front;

inline bool IsReserved(int fd) { return fd >= kFirstDescriptor; }

// `path` relative to the root, or nullptr when it does not lie below the mount prefix.
inline const char* BelowMount(const char* path) {
  // The first bytes decide for nearly every path that is not ours.
  if (path == nullptr || path[0] != '/' || path[1] != kMountPrefix[1]) return nullptr;
  for (std::size_t i = 2; i < kMountPrefix.size(); ++i) {
    if (path[i] != kMountPrefix[i]) return nullptr;
  }
  const char* const rest = path + kMountPrefix.size();
  if (*rest == '\0') return rest;
  return *rest == '/' ? rest + 1 : nullptr;
}

inline bool Mounted() { return g_front.disk != nullptr && kernel::OnTask(); }
inline bool ServesDescriptor(int fd) { return IsReserved(fd) && Mounted(); }
inline const char* ServedPath(const char* path) {
  const char* const below = BelowMount(path);
  return below != nullptr && Mounted() ? below : nullptr;
}

// Ends the simulation: "<call>: <what> is not served on the simulated disk". Returns -1 with EIO
// where it returns.
int Refuse(const char* call, std::string_view what);

enum class Access : std::uint8_t { kReads, kWrites };

// What the observer is shown, as far as it is known before the call is made.
struct ShownCall {
  std::string path;
  faults::FileKind file = faults::FileKind::kAny;
  std::uint64_t file_size = 0;
  std::uint64_t inode = 0;
  std::uint64_t mutation = 0;
};

class ServedCall {
 public:
  ServedCall(const char* name, faults::OpKind operation, Access access)
      : name_(name), operation_(operation), access_(access) {}

  // Each announces the call and says whether it is to be made; otherwise errno is set. From here to
  // the end of this object memory is the host's.
  bool OnDescriptor(int fd);
  bool OnPath(std::string_view path);
  // As OnPath; the operation is known only once the scheduler let the call go ahead.
  bool OnOpen(std::string_view path, int flags);

  // What the trace says of the call beside its result.
  void SetRange(std::uint64_t offset, std::uint64_t length) {
    offset_ = offset;
    length_ = length;
  }
  void SetDigest(std::uint64_t digest) { digest_ = digest; }
  // What the observer of a recorded trace is shown besides; both outlive the call.
  void SetBuffer(const void* buffer) { buffer_ = static_cast<const char*>(buffer); }
  void SetFrom(std::string_view from) { from_ = from; }

  Disk& disk() const { return *g_front.disk; }
  int fd() const { return fd_; }

  // Traces the call, tells the observer of harmful faults, and turns -errno into errno and -1.
  template <typename Detail>
  std::int64_t Done(std::int64_t result, Detail detail) {
    Record(result);
    if (shown_.has_value()) Show(detail(), result);
    Delay();
    return Result(result);
  }
  std::int64_t Done(std::int64_t result) {
    return Done(result, [] { return std::string(); });
  }
  static std::int64_t Result(std::int64_t result);

 private:
  bool Announce(std::uint32_t* label);
  bool Observe(faults::FileKind kind);
  void Record(std::int64_t result);
  void Show(std::string_view detail, std::int64_t result) const;
  // As long as the faults that hit the call say.
  void Delay();

  const char* name_;
  faults::OpKind operation_;
  Access access_;
  std::string_view path_;
  int fd_ = -1;
  std::uint32_t label_ = 0;
  std::uint64_t offset_ = 0;
  std::uint64_t length_ = 0;
  std::uint64_t digest_ = 0;
  std::size_t fired_before_ = 0;
  const char* buffer_ = nullptr;
  std::string_view from_;
  std::optional<ShownCall> shown_;  // in a recorded trace
  std::optional<kernel::HostMemory> host_;
};

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_POSIX_CALL_H_
