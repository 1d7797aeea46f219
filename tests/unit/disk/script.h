// A small language for tests of the disk: a script of calls, and images as one line of text.
//
//   create a | open a | otrunc a | close a | write a x 5000 (append 5000 times 'x')
//   put a 4096 y 10 (at an offset) | size a 100 | grow a 100 (fallocate) | sync a | syncdir d (/ is the
//   root) | rename a b | unlink a | mkdir d
//
// An image shows as "a:x5000 b: d/": runs of a byte with their length, '.' for zeros, '?' for bytes
// that no script writes.
#ifndef HARROW_TESTS_UNIT_DISK_SCRIPT_H_
#define HARROW_TESTS_UNIT_DISK_SCRIPT_H_

#include <fcntl.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "sim/disk/disk.h"

namespace harrow::disk {

inline std::string Runs(const std::string& bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto shown = [](char c) {
      return c == '\0' ? '.' : ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) ? c : '?';
    };
    std::size_t end = i;
    while (end < bytes.size() && shown(bytes[end]) == shown(bytes[i])) ++end;
    text += shown(bytes[i]) + std::to_string(end - i);
    i = end;
  }
  return text;
}

inline std::string Show(const Image& image) {
  std::string text;
  for (const Image::Listed& listed : image.List()) {
    if (!text.empty()) text += " ";
    text += listed.path;
    text += listed.directory ? "/" : ":" + Runs(image.Contents(listed.path));
  }
  return text;
}

class Lab {
 public:
  explicit Lab(ProfileName profile, const Image& start = Image(),
               std::initializer_list<const char*> rules = {}, std::uint64_t seed = 1)
      : disk(Options(profile, rules, seed), start) {}

  // Runs lines separated by ';'. Every call must succeed.
  void Run(const std::string& script) {
    std::istringstream lines(script);
    for (std::string line; std::getline(lines, line, ';');) {
      const int result = Call(line);
      EXPECT_GE(result, 0) << line;
      disk.CheckInvariants();
    }
  }

  // One call; its result.
  int Call(const std::string& line) {
    std::istringstream words(line);
    std::string call;
    std::string name;
    words >> call >> name;
    if (call == "create") return Opened(name, O_CREAT | O_EXCL | O_RDWR);
    if (call == "open") return Opened(name, O_RDWR);
    if (call == "otrunc") return Opened(name, O_RDWR | O_CREAT | O_TRUNC);
    if (call == "unlink") return disk.Unlink(name);
    if (call == "mkdir") return disk.Mkdir(name, 0755);
    if (call == "syncdir") return SyncDirectory(name == "/" ? "" : name);
    if (call == "rename") return Rename(name, words);
    const int fd = Descriptor(name);
    if (call == "sync") return disk.Sync(fd);
    if (call == "close") return Close(name, fd);
    std::uint64_t offset = 0;
    if (call == "put" || call == "size" || call == "grow") words >> offset;
    if (call == "size") return disk.Truncate(fd, static_cast<off_t>(offset));
    if (call == "grow") return disk.Allocate(fd, 0, 0, static_cast<off_t>(offset));
    char byte = 0;
    std::size_t count = 0;
    words >> byte >> count;
    const std::string data(count, byte);
    if (call == "put") {
      return static_cast<int>(disk.Pwrite(fd, data.data(), count, static_cast<off_t>(offset)));
    }
    EXPECT_EQ(call, "write");
    disk.Seek(fd, 0, SEEK_END);
    return static_cast<int>(disk.Write(fd, data.data(), count));
  }

  std::string Crash(faults::Survivors survivors, std::uint64_t cut = 0, std::uint64_t seed = 0) {
    return Show(disk.Crash({survivors, cut, seed}));
  }

  // What random crashes leave, all of it.
  std::set<std::string> RandomCrashes(int count = 400) {
    std::set<std::string> images;
    for (int seed = 0; seed < count; ++seed) {
      images.insert(Crash(faults::Survivors::kRandom, 0, static_cast<std::uint64_t>(seed)));
    }
    return images;
  }

  // What random crashes leave of a file.
  std::vector<std::string> RandomContents(const std::string& name, int count) {
    std::vector<std::string> contents;
    for (int seed = 0; seed < count; ++seed) {
      const auto drawn = static_cast<std::uint64_t>(seed);
      contents.push_back(disk.Crash({faults::Survivors::kRandom, 0, drawn}).Contents(name));
    }
    return contents;
  }

  // The file as reads see it.
  std::string Cached(const std::string& name) {
    struct stat found;
    const int fd = Descriptor(name);
    EXPECT_EQ(disk.Fstat(fd, &found), 0);
    std::string bytes(static_cast<std::size_t>(found.st_size), '!');
    EXPECT_EQ(disk.Pread(fd, bytes.data(), bytes.size(), 0), found.st_size);
    return Runs(bytes);
  }

  int Descriptor(const std::string& name) {
    if (descriptors_.count(name) == 0) Opened(name, O_RDWR);
    return descriptors_.at(name);
  }

  Disk disk;

 private:
  static DiskOptions Options(ProfileName profile, std::initializer_list<const char*> rules,
                             std::uint64_t seed) {
    DiskOptions options;
    options.profile = profile;
    options.seed = seed;
    for (const char* rule : rules) options.plan.rules.push_back(*faults::ParseRule(rule));
    return options;
  }

  int Opened(const std::string& name, int flags) {
    const int fd = disk.Open(name, flags, 0644);
    if (fd >= 0) descriptors_[name] = fd;
    return fd;
  }

  int Close(const std::string& name, int fd) {
    descriptors_.erase(name);
    return disk.Close(fd);
  }

  int Rename(const std::string& from, std::istringstream& words) {
    std::string to;
    words >> to;
    const int result = disk.Rename(from, to);
    if (result == 0 && descriptors_.count(from) != 0) {
      descriptors_[to] = descriptors_[from];
      descriptors_.erase(from);
    }
    return result;
  }

  int SyncDirectory(const std::string& path) {
    const int fd = disk.Open(path, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) return fd;
    const int result = disk.Sync(fd);
    disk.Close(fd);
    return result;
  }

  std::map<std::string, int> descriptors_;
};

}  // namespace harrow::disk

#endif  // HARROW_TESTS_UNIT_DISK_SCRIPT_H_
