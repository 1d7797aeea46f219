// The text goes into a new file of the same folder, is synced, and takes its name by a rename, or by a link, which refuses a name
// that is taken.
#include "sim/harness/command/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "sim/harness/scenario_text.h"

namespace harrow::harness {
namespace {

absl::Status Failed(const std::string& path) {
  const std::string text = Printable(path) + ": " + std::strerror(errno);
  return errno == EEXIST ? absl::AlreadyExistsError(text) : absl::UnknownError(text);
}

bool WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(descriptor) == 0;
}

// A synced file with the text, beside `path`; its name.
absl::StatusOr<std::string> WriteBeside(const std::string& path, mode_t mode,
                                        std::string_view text) {
  std::string name = path + ".XXXXXX";
  const int descriptor = mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) return Failed(path);
  const bool written = WriteAll(descriptor, text) && fchmod(descriptor, mode) == 0;
  const int error = errno;
  if (close(descriptor) == 0 && written) return name;
  if (!written) errno = error;
  absl::Status status = Failed(path);
  unlink(name.c_str());
  return status;
}

}  // namespace

absl::Status ReplaceFile(const std::string& path, std::string_view text) {
  const std::unique_ptr<char, void (*)(void*)> real(realpath(path.c_str(), nullptr), &std::free);
  struct stat found {};
  if (real == nullptr || stat(real.get(), &found) != 0) return Failed(path);
  const absl::StatusOr<std::string> beside = WriteBeside(real.get(), found.st_mode & 07777, text);
  if (!beside.ok()) return beside.status();
  if (rename(beside->c_str(), real.get()) == 0) return absl::OkStatus();
  absl::Status status = Failed(path);
  unlink(beside->c_str());
  return status;
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  const std::string shown = Printable(path);
  if (file == nullptr) return absl::NotFoundError(shown + ": " + std::strerror(errno));
  std::string text;
  char buffer[1 << 16];
  while (const std::size_t size = std::fread(buffer, 1, sizeof(buffer), file.get())) {
    text.append(buffer, size);
    if (text.size() > kMaxBytes)
      return absl::InvalidArgumentError(shown + ": expected at most 64 MiB, found more");
  }
  if (std::ferror(file.get()) != 0) return absl::NotFoundError(shown + ": " + std::strerror(errno));
  return text;
}

absl::Status CreateFile(const std::string& path, std::string_view text) {
  const mode_t mask = umask(0);
  umask(mask);
  const absl::StatusOr<std::string> beside = WriteBeside(path, 0666 & ~mask, text);
  if (!beside.ok()) return beside.status();
  absl::Status status;
  if (link(beside->c_str(), path.c_str()) != 0) status = Failed(path);
  unlink(beside->c_str());
  return status;
}

bool IsSpecial(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 && !S_ISREG(found.st_mode);
}

absl::Status WriteFile(const std::string& path, std::string_view text) {
  if (!IsSpecial(path)) {
    absl::Status status = CreateFile(path, text);
    return absl::IsAlreadyExists(status) ? ReplaceFile(path, text) : status;
  }
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "wb"), &std::fclose);
  const bool written = file != nullptr &&
                       std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() &&
                       std::fflush(file.get()) == 0;
  return written ? absl::OkStatus() : Failed(path);
}

}  // namespace harrow::harness
