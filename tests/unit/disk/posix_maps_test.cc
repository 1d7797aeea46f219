// Maps of simulated files: what they show, which faults hit them, and that what they would not show ends the run.
#include "sim/disk/posix_maps.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

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
      {"mmap: a map to write or execute",
       [] {
         const int fd = open(Path("f").c_str(), O_RDWR);
         static_cast<void>(mmap(nullptr, 5, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
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
        RunOn({}, Image().With("f", std::string(2 * kPage, 'x')), [&call = call] {
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
