// One small function for each libc call: it retries EINTR, goes on after a short transfer, and
// turns errno into a Status. An OFD lock belongs to its descriptor, so a second one in this process
// conflicts as one in another process does, and no table of held paths is needed.
#include "engine/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/string_view.h"
#include "engine/check.h"

namespace harrow::engine {
namespace {

absl::Status MakeError(absl::StatusCode code, const char* operation, const std::string& path,
                       const char* detail) {
  std::string text;
  text.reserve(path.size() + 64);
  text.append(operation).append(" ").append(path).append(": ").append(detail);
  return absl::Status(code, absl::string_view(text.data(), text.size()));
}

absl::Status ErrnoError(const char* operation, const std::string& path, int error) {
  absl::StatusCode code = absl::StatusCode::kInternal;
  if (error == ENOENT) code = absl::StatusCode::kNotFound;
  if (error == ENOSPC) code = absl::StatusCode::kResourceExhausted;
  // Not strerror: it looks at the locale.
  const char* text = ::strerrordesc_np(error);
  return MakeError(code, operation, path, text == nullptr ? "unknown error" : text);
}

template <typename Call>
auto RetryInterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

absl::StatusOr<Descriptor> OpenDescriptor(const std::string& path, int flags) {
  const int fd = RetryInterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0644); });
  if (fd < 0) return ErrnoError("open", path, errno);
  return Descriptor(fd);
}

absl::StatusOr<std::uint64_t> DescriptorSize(const std::string& path, const Descriptor& fd) {
  struct stat info;
  if (RetryInterrupted([&] { return ::fstat(fd.get(), &info); }) != 0) {
    return ErrnoError("stat", path, errno);
  }
  return static_cast<std::uint64_t>(info.st_size);
}

// Stops before `size` only at the end of the file.
absl::StatusOr<std::size_t> ReadUpTo(const std::string& path, const Descriptor& fd,
                                     std::uint64_t offset, std::size_t size, char* buffer) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = RetryInterrupted([&] {
      return ::pread(fd.get(), buffer + done, size - done, static_cast<off_t>(offset + done));
    });
    if (n < 0) return ErrnoError("read", path, errno);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (open()) ::close(fd_);
    fd_ = other.Release();
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (open()) ::close(fd_);
}

int Descriptor::Release() { return std::exchange(fd_, -1); }

absl::StatusOr<AppendFile> AppendFile::Create(const std::string& path) {
  absl::StatusOr<Descriptor> fd = OpenDescriptor(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!fd.ok()) return fd.status();
  return AppendFile(path, *std::move(fd));
}

absl::Status AppendFile::Append(std::string_view data) {
  while (!data.empty()) {
    const ssize_t n =
        RetryInterrupted([&] { return ::write(fd_.get(), data.data(), data.size()); });
    if (n < 0) return ErrnoError("write", path_, errno);
    // Going on would be an endless loop on a file system that takes nothing.
    if (n == 0) return MakeError(absl::StatusCode::kInternal, "write", path_, "nothing written");
    data.remove_prefix(static_cast<std::size_t>(n));
    size_ += static_cast<std::uint64_t>(n);
  }
  return absl::OkStatus();
}

absl::Status AppendFile::Sync() {
  if (RetryInterrupted([&] { return ::fdatasync(fd_.get()); }) != 0) {
    return ErrnoError("sync", path_, errno);
  }
  return absl::OkStatus();
}

void AppendFile::ExtendTo(std::uint64_t end) {
  HARROW_CHECK(end > size_);
  // What it extends, if anything, is not known when it fails.
  end_ = std::max(end_, end);
  [[maybe_unused]] const int result = RetryInterrupted([&] {
    return ::fallocate(fd_.get(), 0, static_cast<off_t>(size_), static_cast<off_t>(end - size_));
  });
}

absl::Status AppendFile::Trim() {
  if (end_ <= size_) return absl::OkStatus();
  if (RetryInterrupted([&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size_)); }) != 0) {
    return ErrnoError("truncate", path_, errno);
  }
  end_ = 0;
  return absl::OkStatus();
}

absl::Status AppendFile::Close() {
  // On Linux the descriptor is gone also when close is interrupted: there is nothing to retry.
  if (::close(fd_.Release()) != 0 && errno != EINTR) return ErrnoError("close", path_, errno);
  return absl::OkStatus();
}

absl::StatusOr<RandomAccessFile> RandomAccessFile::Open(const std::string& path) {
  absl::StatusOr<Descriptor> fd = OpenDescriptor(path, O_RDONLY);
  if (!fd.ok()) return fd.status();
  absl::StatusOr<std::uint64_t> size = DescriptorSize(path, *fd);
  if (!size.ok()) return size.status();
  return RandomAccessFile(path, *std::move(fd), *size);
}

FileMap& FileMap::operator=(FileMap&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

FileMap::~FileMap() {
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

void RandomAccessFile::Map() {
  if (mapped() || size_ == 0) return;
  void* const start = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd_.get(), 0);
  if (start == MAP_FAILED) return;
  map_ = FileMap({static_cast<const char*>(start), size_});
  fd_ = Descriptor();
}

absl::Status RandomAccessFile::Read(std::uint64_t offset, std::size_t size, char* buffer) const {
  if (mapped() && offset <= size_ && size <= size_ - offset) {
    if (size > 0) std::memcpy(buffer, map().data() + offset, size);
    return absl::OkStatus();
  }
  absl::StatusOr<std::size_t> done = ReadUpTo(path_, fd_, offset, size, buffer);
  if (!done.ok()) return done.status();
  if (*done < size) {
    return MakeError(absl::StatusCode::kDataLoss, "read", path_, "the file ends too early");
  }
  return absl::OkStatus();
}

absl::StatusOr<FileLock> FileLock::Acquire(const std::string& path) {
  absl::StatusOr<Descriptor> fd = OpenDescriptor(path, O_RDWR | O_CREAT);
  if (!fd.ok()) return fd.status();
  struct flock lock;
  std::memset(&lock, 0, sizeof(lock));
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (RetryInterrupted([&] { return ::fcntl(fd->get(), F_OFD_SETLK, &lock); }) != 0) {
    if (errno == EAGAIN || errno == EACCES) {
      return MakeError(absl::StatusCode::kFailedPrecondition, "lock", path, "held already");
    }
    return ErrnoError("lock", path, errno);
  }
  return FileLock(path, *std::move(fd));
}

// Closing the only descriptor of the open file description releases the lock.
FileLock::~FileLock() = default;

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  absl::StatusOr<Descriptor> fd = OpenDescriptor(path, O_RDONLY);
  if (!fd.ok()) return fd.status();
  absl::StatusOr<std::uint64_t> size = DescriptorSize(path, *fd);
  if (!size.ok()) return size.status();
  std::string data;
  data.resize(static_cast<std::size_t>(*size));
  absl::StatusOr<std::size_t> done = ReadUpTo(path, *fd, 0, data.size(), data.data());
  if (!done.ok()) return done.status();
  // Nobody shortens a file here: bytes that are not delivered are a failed read, not an end.
  if (*done < data.size()) {
    return MakeError(absl::StatusCode::kInternal, "read", path, "less than the size was read");
  }
  return data;
}

absl::Status MakeDirectory(const std::string& path) {
  if (RetryInterrupted([&] { return ::mkdir(path.c_str(), 0755); }) != 0 && errno != EEXIST) {
    return ErrnoError("mkdir", path, errno);
  }
  return absl::OkStatus();
}

absl::Status SyncFile(const std::string& path) {
  absl::StatusOr<Descriptor> fd = OpenDescriptor(path, O_RDONLY);
  if (!fd.ok()) return fd.status();
  if (RetryInterrupted([&] { return ::fdatasync(fd->get()); }) != 0) {
    return ErrnoError("sync", path, errno);
  }
  return absl::OkStatus();
}

absl::Status SyncDirectory(const std::string& path) {
  absl::StatusOr<Descriptor> fd = OpenDescriptor(path, O_RDONLY | O_DIRECTORY);
  if (!fd.ok()) return fd.status();
  if (RetryInterrupted([&] { return ::fsync(fd->get()); }) != 0) {
    return ErrnoError("sync directory", path, errno);
  }
  return absl::OkStatus();
}

absl::Status RemoveDirectory(const std::string& path) {
  if (RetryInterrupted([&] { return ::rmdir(path.c_str()); }) != 0) {
    return ErrnoError("rmdir", path, errno);
  }
  return absl::OkStatus();
}

absl::Status RenameFile(const std::string& from, const std::string& to) {
  if (RetryInterrupted([&] { return ::rename(from.c_str(), to.c_str()); }) != 0) {
    return ErrnoError("rename", from, errno);
  }
  return absl::OkStatus();
}

absl::Status RemoveFile(const std::string& path) {
  if (RetryInterrupted([&] { return ::unlink(path.c_str()); }) != 0) {
    return ErrnoError("unlink", path, errno);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> FileExists(const std::string& path) {
  absl::StatusOr<Descriptor> fd = OpenDescriptor(path, O_RDONLY);
  if (fd.ok()) return true;
  if (absl::IsNotFound(fd.status())) return false;
  return fd.status();
}

absl::StatusOr<std::uint64_t> FileSize(const std::string& path) {
  absl::StatusOr<Descriptor> fd = OpenDescriptor(path, O_RDONLY);
  if (!fd.ok()) return fd.status();
  return DescriptorSize(path, *fd);
}

absl::StatusOr<std::vector<std::string>> ListDirectory(const std::string& path) {
  DIR* dir = ::opendir(path.c_str());
  if (dir == nullptr) return ErrnoError("list", path, errno);
  std::vector<std::string> names;
  int error = 0;
  while (true) {
    errno = 0;
    const struct dirent* entry = ::readdir(dir);
    if (entry == nullptr) {
      error = errno;
      break;
    }
    const std::string_view name(entry->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
  }
  // Nothing was written through it: its close cannot lose anything.
  ::closedir(dir);
  if (error != 0) return ErrnoError("list", path, error);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace harrow::engine
