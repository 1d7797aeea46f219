// The mount, and what every served call does: point, observer, (the call itself), faults, trace.
#include "sim/disk/posix.h"

#include <time.h>

#include <cerrno>

#include "faults/errno_names.h"
#include "sim/disk/check.h"
#include "sim/disk/posix_call.h"
#include "sim/disk/posix_directory.h"
#include "sim/disk/posix_maps.h"

namespace harrow::disk {

Front g_front;

Mount::Mount(Disk* disk, Observer* observer) {
  DISK_CHECK(g_front.disk == nullptr);
  disk->ForgetLabels();
  g_front = Front{disk, observer, new std::vector<bool>, new std::vector<DirectoryStream*>,
                  new std::vector<FileMap>};
}

Mount::~Mount() {
  // A life that crashed leaves its maps and streams open.
  for (const FileMap& map : *g_front.maps) FreeMap(map);
  delete g_front.maps;
  for (DirectoryStream* stream : *g_front.directories) delete stream;
  delete g_front.directories;
  delete g_front.close_on_exec;
  g_front = Front{};
}

int Refuse(const char* call, std::string_view what) {
  if (!kernel::Dropped()) {
    const kernel::HostMemory host;
    std::string detail(call);
    detail.append(": ").append(what).append(" is not served on the simulated disk");
    kernel::Abort(detail, kernel::End::kUnserved);
  }
  errno = EIO;
  return -1;
}

std::int64_t ServedCall::Result(std::int64_t result) {
  if (result >= 0) return result;
  errno = static_cast<int>(-result);
  return -1;
}

bool ServedCall::Announce(std::uint32_t* label) {
  if (*label == 0) *label = kernel::NewObjectLabel();
  label_ = *label;
  kernel::Point({kernel::OpKind::kFile, access_ == Access::kWrites, label_});
  if (!kernel::Dropped()) return true;
  errno = EIO;
  return false;
}

bool ServedCall::Observe(faults::FileKind kind) {
  host_.emplace();
  fired_before_ = disk().injector().fired().size();
  const bool mutation = access_ == Access::kWrites && operation_ != faults::OpKind::kOpen &&
                        operation_ != faults::OpKind::kLockFile &&
                        operation_ != faults::OpKind::kClose;
  if (mutation && g_front.observer != nullptr) {
    g_front.observer->BeforeMutation(disk(), {disk().stats().mutations + 1, kind, operation_});
    if (kernel::Dropped()) {
      errno = EIO;
      return false;
    }
  }
  if (g_front.observer != nullptr && kernel::CurrentTrace().recorded()) {
    // Before the call: afterwards a descriptor may be closed.
    shown_.emplace();
    shown_->path = fd_ >= 0 ? disk().PathOf(fd_) : std::string(path_);
    shown_->file = kind;
    if (fd_ >= 0) shown_->file_size = static_cast<std::uint64_t>(disk().SizeOf(fd_));
    if (fd_ >= 0) shown_->inode = disk().NumberOf(fd_);
    if (mutation) shown_->mutation = disk().stats().mutations + 1;
  }
  return true;
}

bool ServedCall::OnDescriptor(int fd) {
  fd_ = fd - kFirstDescriptor;
  if (kernel::Dropped()) {
    errno = EIO;
    return false;
  }
  if (disk().IsOpen(fd_) && !Announce(disk().LabelOf(fd_))) return false;
  // Another task may have closed it meanwhile.
  if (!disk().IsOpen(fd_)) {
    errno = EBADF;
    return false;
  }
  if (operation_ == faults::OpKind::kSync) operation_ = disk().SyncKind(fd_);
  return Observe(disk().KindOf(fd_));
}

bool ServedCall::OnPath(std::string_view path) {
  path_ = path;
  if (kernel::Dropped()) {
    errno = EIO;
    return false;
  }
  if (!Announce(disk().LabelOfDirectory(path))) return false;
  const bool directory =
      operation_ == faults::OpKind::kMkdir || operation_ == faults::OpKind::kList;
  return Observe(directory ? faults::FileKind::kDirectory : disk().KindOf(path));
}

bool ServedCall::OnOpen(std::string_view path, int flags) {
  path_ = path;
  if (kernel::Dropped()) {
    errno = EIO;
    return false;
  }
  if (!Announce(disk().LabelOfDirectory(path))) return false;
  operation_ = disk().OpenKind(path, flags);
  return Observe(disk().KindOf(path));
}

void ServedCall::Record(std::int64_t result) {
  if (disk().stats().mapped_changes > 0) Refuse(name_, "a change of a mapped file");
  const std::vector<faults::Fired>& fired = disk().injector().fired();
  if (g_front.observer != nullptr) {
    for (std::size_t i = fired_before_; i < fired.size(); ++i) {
      g_front.observer->Struck(fired[i]);
      if (!Harmless(fired[i].effect)) g_front.observer->Faulted(fired[i]);
    }
  }
  const std::uint64_t a = static_cast<std::uint64_t>(operation_) | offset_ << 8;
  const std::uint64_t b = (length_ & 0xffffffffU) | static_cast<std::uint64_t>(result) << 32;
  kernel::CurrentTrace().Add(kernel::CurrentTask(), kernel::OpKind::kFile, label_, a, b ^ digest_);
}

void ServedCall::Delay() {
  const std::vector<faults::Fired>& fired = disk().injector().fired();
  std::uint64_t us = 0;
  for (std::size_t i = fired_before_; i < fired.size(); ++i) {
    if (fired[i].effect.kind == faults::EffectKind::kDelay) us += fired[i].effect.amount;
  }
  if (us == 0) return;
  // Other tasks run meanwhile, and their memory is not the host's.
  host_.reset();
  constexpr std::uint64_t kUsPerSecond = 1'000'000;
  constexpr std::uint64_t kNsPerUs = 1000;
  const timespec time = {static_cast<time_t>(us / kUsPerSecond),
                         static_cast<long>(us % kUsPerSecond * kNsPerUs)};
  nanosleep(&time, nullptr);
}

void ServedCall::Show(std::string_view detail, std::int64_t result) const {
  CallRecord record;
  record.name = name_;
  record.operation = operation_;
  record.file = shown_->file;
  record.path = shown_->path;
  record.from = from_;
  record.detail = detail;
  record.offset = offset_;
  record.size = length_;
  record.result = result;
  record.file_size = shown_->file_size;
  record.inode = shown_->inode;
  record.mutation = shown_->mutation;
  if (operation_ == faults::OpKind::kWrite) {
    record.bytes = {buffer_, static_cast<std::size_t>(length_)};
  } else if (operation_ == faults::OpKind::kRead && result > 0) {
    record.bytes = {buffer_, static_cast<std::size_t>(result)};
  }
  record.fired = std::span(disk().injector().fired()).subspan(fired_before_);
  g_front.observer->Called(disk(), record);
}

}  // namespace harrow::disk
