// The engine's thin POSIX file layer: the one place that makes file calls. Every call retries
// EINTR; a short write is continued, a short read is continued until the end of the file; any other
// failure becomes a Status that names the operation, the path and the errno text.
//
// Threading: a file object belongs to one thread at a time, except RandomAccessFile::Read, which is
// safe from any. Errors: ENOENT is NotFound; ENOSPC is ResourceExhausted; everything else is
// Internal (an I/O error). Not here: buffering. Callers hand over whole records and blocks.
#ifndef HARROW_ENGINE_FILE_H_
#define HARROW_ENGINE_FILE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace harrow::engine {

// Owns a descriptor; closing it in the destructor ignores the result (a caller that cares calls
// Close()).
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  bool open() const { return fd_ >= 0; }
  int get() const { return fd_; }
  int Release();

 private:
  int fd_ = -1;
};

// A file written from its start to its end.
class AppendFile {
 public:
  // Created, or emptied if it exists. Its name is durable only after SyncDirectory of its parent.
  static absl::StatusOr<AppendFile> Create(const std::string& path);

  // After a failure an unknown part of the data may have been written; the caller must not append
  // again.
  absl::Status Append(std::string_view data);
  // Makes data and size durable (fdatasync).
  absl::Status Sync();
  // Lets the file reach up to `end`, with zeros after what was appended, where the system can do
  // that: a sync of what is appended within need not make a new size durable, which takes a commit
  // of the file system's journal. Nothing depends on it, so that a failure is none.
  void ExtendTo(std::uint64_t end);
  // The file ends, or may end, there; at least size().
  std::uint64_t end() const { return std::max(size_, end_); }
  // Lets it end after what was appended. Durable with the next sync.
  absl::Status Trim();
  absl::Status Close();
  std::uint64_t size() const { return size_; }  // bytes appended successfully
  const std::string& path() const { return path_; }

 private:
  AppendFile(std::string path, Descriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  std::string path_;
  Descriptor fd_;
  std::uint64_t size_ = 0;
  std::uint64_t end_ = 0;  // of the last extension, as long as it is not trimmed
};

// A file mapped into memory, read-only, as long as this exists.
class FileMap {
 public:
  FileMap() = default;
  explicit FileMap(std::string_view bytes) : bytes_(bytes) {}
  FileMap(FileMap&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  FileMap& operator=(FileMap&& other) noexcept;
  ~FileMap();

  std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

class RandomAccessFile {
 public:
  static absl::StatusOr<RandomAccessFile> Open(const std::string& path);

  // Maps the file, which nobody changes any more; its bytes are then read in place. The system need
  // not grant that: the file goes on being read by calls. A disk that fails under a map, or a file
  // that is cut short, ends the process by SIGBUS.
  void Map();
  bool mapped() const { return !map_.bytes().empty(); }
  std::string_view map() const { return map_.bytes(); }

  // Reads exactly `size` bytes at `offset` into buffer; DataLoss where the file ends before that.
  absl::Status Read(std::uint64_t offset, std::size_t size, char* buffer) const;
  std::uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }

 private:
  RandomAccessFile(std::string path, Descriptor fd, std::uint64_t size)
      : path_(std::move(path)), fd_(std::move(fd)), size_(size) {}
  std::string path_;
  Descriptor fd_;  // closed once the file is mapped
  std::uint64_t size_;
  FileMap map_;
};

// An exclusive advisory lock on a file, created if needed; released by the destructor. A second one
// on the same path, in this process or another, fails with FailedPrecondition.
class FileLock {
 public:
  static absl::StatusOr<FileLock> Acquire(const std::string& path);
  FileLock(FileLock&&) noexcept = default;
  FileLock& operator=(FileLock&&) noexcept = default;
  ~FileLock();

 private:
  FileLock(std::string path, Descriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  std::string path_;
  Descriptor fd_;
};

absl::StatusOr<std::string> ReadFile(const std::string& path);  // the whole of it
absl::Status MakeDirectory(const std::string& path);            // ok when it exists already
absl::Status SyncFile(const std::string& path);                 // of one that somebody else wrote
absl::Status SyncDirectory(const std::string& path);
absl::Status RemoveDirectory(const std::string& path);  // an empty one
absl::Status RenameFile(const std::string& from, const std::string& to);
absl::Status RemoveFile(const std::string& path);
// Whether a file exists; a check that fails is an error, never "no".
absl::StatusOr<bool> FileExists(const std::string& path);
absl::StatusOr<std::uint64_t> FileSize(const std::string& path);
absl::StatusOr<std::vector<std::string>> ListDirectory(
    const std::string& path);  // without "." and ".."; sorted

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_FILE_H_
