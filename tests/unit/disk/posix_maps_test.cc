// Maps of simulated files: what they show, which faults hit them, and that what they would not show ends the run.
#include "sim/disk/posix_maps.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <string>

#include "sim/disk/posix.h"
#include "sim/kernel/simulation.h"

namespace harrow::disk {
namespace {

constexpr std::size_t kPage = 4096;

std::string Path(const char* name) { return std::string(kMountPrefix) + "/" + name; }

kernel::Outcome RunOn(const DiskOptions& options, const Image& image,
                      const std::function<void()>& root) {
  Disk disk(options, image);
  kernel::Trace trace;
  const Mount mount(&disk, nullptr);
  return kernel::RunSimulation(kernel::SimulationOptions{}, trace, root);
}

void* Map(const char* name, std::size_t size, int flags = O_RDONLY, off_t offset = 0) {
  const int fd = open(Path(name).c_str(), flags);
  void* const map = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, offset);
  const int error = errno;
  close(fd);
  errno = error;
  return map;
}

std::string Bytes(const void* map, std::size_t size) {
  return {static_cast<const char*>(map), size};
}

DiskOptions With(const std::string& rule) {
  DiskOptions options;
  options.plan.rules.push_back(*faults::ParseRule(rule));
  return options;
}

TEST(PosixMapsTest, AMapShowsTheFileAndZerosPastItsEnd) {
  std::string shown;
  std::string second;
  const std::string contents = std::string(kPage, 'a') + "tail";
  const kernel::Outcome outcome = RunOn({}, Image().With("f", contents), [&] {
    void* const whole = Map("f", contents.size());
    void* const tail = Map("f", 10, O_RDONLY, kPage);
    ASSERT_NE(whole, MAP_FAILED);
    ASSERT_NE(tail, MAP_FAILED);
    const kernel::HostMemory host;
    shown = Bytes(whole, contents.size());
    second = Bytes(tail, 10);
    EXPECT_EQ(munmap(whole, contents.size()), 0);
    EXPECT_EQ(madvise(tail, 10, MADV_RANDOM), 0);
    EXPECT_EQ(munmap(tail, 10), 0);
  });
  EXPECT_EQ(outcome.end, kernel::End::kFinished) << outcome.detail;
  EXPECT_EQ(shown, contents);
  EXPECT_EQ(second, std::string("tail") + std::string(6, '\0'));
}

// LevelDB removes a table that a reader still has mapped.
TEST(PosixMapsTest, AMapOutlivesTheDescriptorAndTheName) {
  std::string shown;
  RunOn({}, Image().With("f", "bytes"), [&] {
    void* const map = Map("f", 5);
    EXPECT_EQ(unlink(Path("f").c_str()), 0);
    const kernel::HostMemory host;
    shown = Bytes(map, 5);
  });
  EXPECT_EQ(shown, "bytes");
}

TEST(PosixMapsTest, WhatLinuxRefusesFails) {
  RunOn({}, Image().With("f", "bytes"), [] {
    EXPECT_EQ(Map("f", 0), MAP_FAILED);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(Map("f", 5, O_RDONLY, 1), MAP_FAILED);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(Map("f", 5, O_WRONLY), MAP_FAILED);
    EXPECT_EQ(errno, EACCES);
    EXPECT_EQ(mmap(nullptr, 5, PROT_READ, MAP_SHARED, kFirstDescriptor + 40, 0), MAP_FAILED);
    EXPECT_EQ(errno, EBADF);
  });
}

TEST(PosixMapsTest, AnErrorOfAReadFailsTheMapAndDamageShows) {
  const Image image = Image().With("f", "bytes");
  RunOn(With("any read #1: error EIO"), image, [] {
    EXPECT_EQ(Map("f", 5), MAP_FAILED);
    EXPECT_EQ(errno, EIO);
    EXPECT_NE(Map("f", 5), MAP_FAILED);
  });
  std::string flipped;
  std::string again;
  RunOn(With("any read #1: flip 1"), image, [&] {
    void* const first = Map("f", 5);
    void* const second = Map("f", 5);
    const kernel::HostMemory host;
    flipped = Bytes(first, 5);
    again = Bytes(second, 5);
  });
  EXPECT_EQ(flipped, "`ytes");
  EXPECT_EQ(again, "bytes");
  std::string rotten;
  RunOn(With("any read #1: rot 1"), image, [&] {
    Map("f", 5);
    void* const second = Map("f", 5);
    const kernel::HostMemory host;
    rotten = Bytes(second, 5);
  });
  EXPECT_EQ(rotten, "`ytes");
}

TEST(PosixMapsTest, AShortReadAndAnInterruptMeanNothingToAMap) {
  for (const char* rule : {"any read 1/1: short 1", "any read 1/1: interrupt"}) {
    std::string shown;
    RunOn(With(rule), Image().With("f", "bytes"), [&] {
      void* const map = Map("f", 5);
      const kernel::HostMemory host;
      if (map != MAP_FAILED) shown = Bytes(map, 5);
    });
    EXPECT_EQ(shown, "bytes") << rule;
  }
}

TEST(PosixMapsTest, WhatAMapWouldNotShowEndsTheRunByName) {
  const struct {
    const char* expected;
    std::function<void()> call;
  } cases[] = {
      {"write: a change of a mapped file",
       [] { static_cast<void>(!write(open(Path("f").c_str(), O_WRONLY), "x", 1)); }},
      {"ftruncate: a change of a mapped file",
       [] { static_cast<void>(!ftruncate(open(Path("f").c_str(), O_WRONLY), 1)); }},
      {"truncate: a change of a mapped file",
       [] { static_cast<void>(!truncate(Path("f").c_str(), 1)); }},
      {"open: a change of a mapped file", [] { open(Path("f").c_str(), O_WRONLY | O_TRUNC); }},
      {"mmap: a private map to write",
       [] {
         const int fd = open(Path("f").c_str(), O_RDWR);
         static_cast<void>(mmap(nullptr, 5, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
       }},
      {"ftruncate: a change of a mapped file",
       [] {
         const int fd = open(Path("g").c_str(), O_RDWR);
         static_cast<void>(mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
         static_cast<void>(!ftruncate(fd, 1));
       }},
      {"mmap: a change of a mapped file",
       [] {
         const int fd = open(Path("g").c_str(), O_RDWR);
         for (int i = 0; i < 2; ++i)
           static_cast<void>(mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
       }},
      {"mmap: one of these flags",
       [] {
         const int fd = open(Path("f").c_str(), O_RDONLY);
         static_cast<void>(mmap(nullptr, 5, PROT_READ, MAP_SHARED | MAP_LOCKED, fd, 0));
       }},
      {"munmap: a part of a map", [] { munmap(Map("f", 2 * kPage), kPage); }},
      {"msync: it", [] { msync(Map("f", 5), 5, MS_SYNC); }},
  };
  for (const auto& [expected, call] : cases) {
    const kernel::Outcome outcome =
        RunOn({}, Image().With("f", std::string(2 * kPage, 'x')).With("g", std::string(kPage, 'x')),
              [&call = call] {
                static_cast<void>(Map("f", 5));
                call();
              });
    EXPECT_EQ(outcome.end, kernel::End::kUnserved) << expected;
    EXPECT_EQ(outcome.detail.substr(0, std::string(expected).size()), expected);
  }
}

// Once it is no longer mapped, or after the process is gone, the file is a file again.
TEST(PosixMapsTest, AfterItsLastMapAFileMayChange) {
  const kernel::Outcome outcome = RunOn({}, Image().With("f", "bytes"), [] {
    munmap(Map("f", 5), 5);
    EXPECT_EQ(write(open(Path("f").c_str(), O_WRONLY), "x", 1), 1);
  });
  EXPECT_EQ(outcome.end, kernel::End::kFinished) << outcome.detail;
}

unsigned char* MapToWrite(int fd, std::size_t size, off_t offset = 0) {
  return static_cast<unsigned char*>(
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset));
}

// The same calls on the simulated disk and on a file of the real machine.
TEST(PosixMapsTest, ASharedMapAndItsFileShowEachOther) {
  const auto program = [](const std::string& path) {
    std::string seen;
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644);
    EXPECT_EQ(write(fd, std::string(2 * kPage, '.').data(), 2 * kPage), ssize_t{2 * kPage});
    unsigned char* const map = MapToWrite(fd, 2 * kPage);
    map[1] = 'm';
    map[kPage + 1] = 'n';
    char two[2] = {};
    EXPECT_EQ(pread(fd, two, 2, 0), 2);
    seen.append(two, 2);
    EXPECT_EQ(pwrite(fd, "wxyz", 4, kPage - 2), 4);
    seen.append(reinterpret_cast<const char*>(map) + kPage - 2, 5);
    // Longer than the map, and back: neither is its business.
    EXPECT_EQ(pwrite(fd, "end", 3, 3 * kPage), 3);
    EXPECT_EQ(ftruncate(fd, 2 * kPage), 0);
    map[2] = 'o';
    EXPECT_EQ(munmap(map, 2 * kPage), 0);
    char three[3] = {};
    EXPECT_EQ(pread(fd, three, 3, 0), 3);
    seen.append(three, 3);
    close(fd);
    return seen;
  };
  std::string simulated;
  const kernel::Outcome outcome = RunOn({}, Image(), [&] {
    const std::string seen = program(Path("f"));
    const kernel::HostMemory host;
    simulated.assign(seen);
  });
  EXPECT_EQ(outcome.end, kernel::End::kFinished) << outcome.detail;
  const std::string real = testing::TempDir() + "/shared_map";
  EXPECT_EQ(simulated, program(real));
  unlink(real.c_str());
  EXPECT_EQ(simulated, ".mwxyz..mo");
}

TEST(PosixMapsTest, WhatIsWrittenThroughAMapIsDirtyUntilASync) {
  Disk disk({}, Image().With("f", std::string(2 * kPage, '.')));
  kernel::Trace trace;
  const Mount mount(&disk, nullptr);
  kernel::RunSimulation(kernel::SimulationOptions{}, trace, [] {
    const int fd = open(Path("f").c_str(), O_RDWR);
    unsigned char* const map = MapToWrite(fd, 2 * kPage);
    map[0] = 's';
    EXPECT_EQ(fsync(fd), 0);
    map[kPage] = 'l';
    kernel::Stop();
  });
  const auto ends = [](const Image& image) {
    const std::string contents = image.Contents("f");
    return std::string{contents[0], contents[kPage]};
  };
  EXPECT_EQ(disk.PendingCount(), 1U);
  EXPECT_EQ(ends(disk.Crash({faults::Survivors::kNone, 0, 0})), "s.");
  EXPECT_EQ(ends(disk.Crash({faults::Survivors::kAll, 0, 0})), "sl");
  EXPECT_EQ(ends(disk.Everything()), "sl");
  disk.CheckInvariants();
}

// The memory is the file: a bit turned round on the way would be written back.
TEST(PosixMapsTest, AFlipMeansNothingToAMapToWrite) {
  char seen[5] = {};
  const kernel::Outcome outcome =
      RunOn(With("any read #1: flip 3"), Image().With("f", "....."), [&seen] {
        const unsigned char* const map = MapToWrite(open(Path("f").c_str(), O_RDWR), 5);
        std::copy(map, map + 5, seen);
      });
  EXPECT_EQ(outcome.end, kernel::End::kFinished) << outcome.detail;
  EXPECT_EQ(std::string(seen, 5), ".....");
}

// A failed sync takes the cache back on btrfs, but not pages that are mapped.
TEST(PosixMapsTest, MappedPagesStayAfterAFailedSync) {
  DiskOptions options = With("any sync #1: fail EIO");
  options.profile = ProfileName::kBtrfs;
  const kernel::Outcome outcome = RunOn(options, Image().With("f", "....."), [] {
    const int fd = open(Path("f").c_str(), O_RDWR);
    unsigned char* const map = MapToWrite(fd, 5);
    map[0] = 'x';
    EXPECT_EQ(fsync(fd), -1);
    char first = 0;
    EXPECT_EQ(pread(fd, &first, 1, 0), 1);
    EXPECT_EQ(first, 'x');
    EXPECT_EQ(map[0], 'x');
  });
  EXPECT_EQ(outcome.end, kernel::End::kFinished) << outcome.detail;
}

TEST(PosixMapsTest, AMapToWriteNeedsADescriptorToReadAndWrite) {
  RunOn({}, Image().With("f", "bytes"), [] {
    EXPECT_EQ(MapToWrite(open(Path("f").c_str(), O_RDONLY), 5), MAP_FAILED);
    EXPECT_EQ(errno, EACCES);
  });
}

TEST(PosixMapsTest, OtherMapsAreLibcs) {
  RunOn({}, Image(), [] {
    void* const map =
        mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(map, MAP_FAILED);
    EXPECT_FALSE(IsServedMap(map));
    *static_cast<char*>(map) = 'x';
    EXPECT_EQ(munmap(map, kPage), 0);
  });
}

}  // namespace
}  // namespace harrow::disk
