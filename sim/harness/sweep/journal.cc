#include "sim/harness/sweep/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "sim/harness/scenario_text.h"

namespace harrow::harness {
namespace {

absl::Status Failed(const std::string& path, int error) {
  return absl::UnavailableError(Printable(path) + ": " + std::strerror(error));
}

// The workers of a sweep share its lock with it. When it is killed they follow at once, but not in the same instant.
absl::Status Lock(const std::string& path, int fd) {
  constexpr int kTries = 50;
  for (int tries = 0; tries < kTries; ++tries) {
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
    if (errno != EWOULDBLOCK) return Failed(path, errno);
    usleep(20'000);
  }
  return absl::UnavailableError(Printable(path) + ": another sweep is writing it");
}

}  // namespace

Journal::Journal(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

Journal::~Journal() { close(fd_); }

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(const std::string& path, Mode mode) {
  const int creating = mode == Mode::kNew ? O_CREAT | O_EXCL : 0;
  const int fd = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | creating, 0666);
  if (fd < 0 && errno == EEXIST) return absl::AlreadyExistsError(Printable(path));
  if (fd < 0 && errno == ENOENT && mode == Mode::kContinue)
    return absl::NotFoundError(Printable(path));
  if (fd < 0) return Failed(path, errno);
  std::unique_ptr<Journal> journal(new Journal(path, fd));
  if (absl::Status status = Lock(path, fd); !status.ok()) return status;
  return journal;
}

void Journal::CutTo(std::uint64_t whole_bytes) {
  if (status_.ok() && ftruncate(fd_, static_cast<off_t>(whole_bytes)) != 0)
    status_ = Failed(path_, errno);
}

void Journal::Append(const std::string& lines) {
  std::size_t written = 0;
  while (status_.ok() && written < lines.size()) {
    const ssize_t size = write(fd_, lines.data() + written, lines.size() - written);
    if (size > 0) {
      written += static_cast<std::size_t>(size);
    } else if (size == 0 || errno != EINTR) {
      status_ = Failed(path_, size == 0 ? ENOSPC : errno);
    }
  }
  dirty_ = true;
}

void Journal::SyncWhenDue(std::uint64_t now_ms) {
  if (!dirty_ || now_ms - synced_ms_ < kSyncEveryMs) return;
  synced_ms_ = now_ms;
  Sync();
}

// What cannot be synced, such as a pipe, is written all the same.
void Journal::Sync() {
  if (!status_.ok() || !dirty_) return;
  dirty_ = false;
  if (fdatasync(fd_) != 0 && errno != EINVAL && errno != EROFS) status_ = Failed(path_, errno);
}

}  // namespace harrow::harness
