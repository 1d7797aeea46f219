// Plain calls: a fuzzer makes and removes some ten files thousands of times a second.
#include "tests/fuzz/engine/scratch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "engine/file.h"
#include "tests/fuzz/fuzz.h"

namespace harrow::fuzz {
namespace {

class Scratch {
 public:
  Scratch() {
    std::error_code error;
    path_ = std::filesystem::is_directory("/dev/shm", error) ? "/dev/shm" : "/tmp";
    path_ += "/harrow-fuzz-XXXXXX";
    Require(::mkdtemp(path_.data()) != nullptr, "a scratch directory can be made");
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;  // a leftover folder harms nobody
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::vector<std::string> Names() {
  absl::StatusOr<std::vector<std::string>> names = engine::ListDirectory(ScratchDirectory());
  Require(names.ok(), "the scratch directory can be listed");
  return *std::move(names);
}

std::string PathOf(const std::string& name) { return ScratchDirectory() + "/" + name; }

}  // namespace

const std::string& ScratchDirectory() {
  static const Scratch scratch;
  return scratch.path();
}

void ClearScratch() {
  for (const std::string& name : Names()) {
    if (::unlink(PathOf(name).c_str()) == 0) continue;
    std::error_code error;
    std::filesystem::remove_all(PathOf(name), error);
    Require(!error, "a scratch folder can be removed");
  }
}

void WriteScratchFile(const std::string& name, std::string_view contents) {
  const int fd = ::open(PathOf(name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  Require(fd >= 0, "a scratch file can be made");
  const ssize_t written = ::write(fd, contents.data(), contents.size());
  Require(written == static_cast<ssize_t>(contents.size()), "a scratch file can be written");
  ::close(fd);
}

std::map<std::string, std::string> ReadScratch() {
  std::map<std::string, std::string> files;
  for (const std::string& name : Names()) {
    if (std::filesystem::is_directory(PathOf(name))) continue;
    absl::StatusOr<std::string> contents = engine::ReadFile(PathOf(name));
    Require(contents.ok(), "a scratch file can be read");
    files[name] = *std::move(contents);
  }
  return files;
}

}  // namespace harrow::fuzz
