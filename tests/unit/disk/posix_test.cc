// The front end: libc's file calls on a task land on the mounted disk, are announced, traced and
// shown to the observer; what is not served ends the run by name; elsewhere libc is libc.
#include "sim/disk/posix.h"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "sim/kernel/simulation.h"

namespace harrow::disk {
namespace {

using faults::OpKind;

const std::string kRoot(kMountPrefix);

std::string Path(const char* name) { return kRoot + "/" + name; }

class Recorder : public Observer {
 public:
  void BeforeMutation(const Disk& disk, const MutationEvent& event) override {
    EXPECT_EQ(event.mutation, disk.stats().mutations + 1);
    log += std::to_string(event.mutation) + ":" + std::string(ToText(event.operation)) + " ";
    if (event.mutation == stop_at) kernel::Stop();
  }
  void Faulted(const faults::Fired& fired) override {
    log += "fault:" + std::string(ToText(fired.operation)) + " ";
  }

  void Called(const Disk&, const CallRecord& call) override {
    calls += std::string(call.name) + " " + std::string(ToText(call.file)) + " " +
             std::string(call.path) + " " + std::string(call.detail) + "|" +
             std::to_string(call.offset) + "+" + std::to_string(call.size) + " of " +
             std::to_string(call.file_size) + " -> " + std::to_string(call.result) + " m" +
             std::to_string(call.mutation) + " '" + std::string(call.bytes) + "' f" +
             std::to_string(call.fired.size()) + "\n";
  }

  std::string log;
  std::string calls;
  std::uint64_t stop_at = 0;
};

struct Ran {
  kernel::Outcome outcome;
  std::uint64_t hash = 0;
};

Ran RunOn(Disk& disk, Observer* observer, const std::function<void()>& root,
          bool recorded = false) {
  Ran ran;
  kernel::Trace trace(recorded);
  const Mount mount(&disk, observer);
  ran.outcome = kernel::RunSimulation(kernel::SimulationOptions{}, trace, root);
  ran.hash = trace.hash();
  return ran;
}

void WriteFile(const std::string& path, const char* text) {
  const int fd = open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0644);
  EXPECT_GE(fd, kFirstDescriptor);
  EXPECT_EQ(write(fd, text, std::char_traits<char>::length(text)),
            static_cast<ssize_t>(std::char_traits<char>::length(text)));
  EXPECT_EQ(fsync(fd), 0);
  EXPECT_EQ(close(fd), 0);
}

TEST(PosixTest, ADelayedCallTakesItsTimeAndOthersGoOn) {
  DiskOptions options;
  options.plan.rules = {*faults::ParseRule("any sync #2: delay 2000")};
  Disk disk(options, Image());
  Recorder recorder;
  std::uint64_t undelayed_ns = 0;
  std::uint64_t delayed_ns = 0;
  std::uint64_t other_ns = 0;
  const Ran ran = RunOn(disk, &recorder, [&] {
    const int fd = open(Path("a").c_str(), O_CREAT | O_WRONLY, 0644);
    std::uint64_t before = kernel::NowNs();
    EXPECT_EQ(fsync(fd), 0);
    undelayed_ns = kernel::NowNs() - before;
    std::thread other([&] {
      other_ns = kernel::NowNs();
      EXPECT_EQ(access(Path("a").c_str(), F_OK), 0);
    });
    before = kernel::NowNs();
    EXPECT_EQ(fsync(fd), 0);
    delayed_ns = kernel::NowNs() - before;
    other.join();
    EXPECT_LT(other_ns, before + delayed_ns);
    EXPECT_GE(other_ns, before);
    EXPECT_EQ(close(fd), 0);
  });
  EXPECT_EQ(ran.outcome.end, kernel::End::kFinished) << ran.outcome.detail;
  EXPECT_LT(undelayed_ns, 1'000'000u);
  EXPECT_GE(delayed_ns, 2'000'000u);
  EXPECT_EQ(recorder.log.find("fault"), std::string::npos) << "a delay is harmless";
}

TEST(PosixTest, CallsLandOnTheDiskAndMutationsAreObserved) {
  Disk disk(DiskOptions{}, Image());
  Recorder recorder;
  const Ran ran = RunOn(disk, &recorder, [] {
    ASSERT_EQ(mkdir(Path("db").c_str(), 0755), 0);
    WriteFile(Path("db/a"), "hello");
    ASSERT_EQ(rename(Path("db/a").c_str(), Path("db/b").c_str()), 0);
    const int fd = open64(Path("db/b").c_str(), O_RDWR);
    char buffer[16] = {};
    EXPECT_EQ(read(fd, buffer, sizeof(buffer)), 5);
    EXPECT_EQ(pread(fd, buffer, 2, 3), 2);
    EXPECT_EQ(std::string(buffer, 2), "lo");
    EXPECT_EQ(lseek(fd, -1, SEEK_END), 4);
    struct iovec parts[2] = {{buffer, 1}, {buffer + 1, 1}};
    EXPECT_EQ(writev(fd, parts, 2), 2);
    EXPECT_EQ(lseek(fd, 3, SEEK_SET), 3);
    struct iovec into[2] = {{buffer + 8, 2}, {buffer + 4, 4}};
    EXPECT_EQ(readv(fd, into, 2), 3);
    EXPECT_EQ(std::string(buffer + 8, 2) + std::string(buffer + 4, 1), "llo");
    EXPECT_EQ(ftruncate(fd, 3), 0);
    EXPECT_EQ(posix_fallocate(fd, 0, 10), 0);
    struct stat found;
    EXPECT_EQ(fstat(fd, &found), 0);
    EXPECT_EQ(found.st_size, 10);
    EXPECT_EQ(close(fd), 0);
    EXPECT_EQ(access(Path("db/a").c_str(), F_OK), -1);
    EXPECT_EQ(errno, ENOENT);
    EXPECT_EQ(unlink(Path("db/b").c_str()), 0);
  });
  EXPECT_EQ(ran.outcome.end, kernel::End::kFinished) << ran.outcome.detail;
  EXPECT_EQ(recorder.log,
            "1:mkdir 2:create 3:write 4:sync 5:rename 6:write 7:truncate 8:allocate 9:unlink ");
  disk.CheckInvariants();
}

TEST(PosixTest, DirectoriesAreListedSortedAndSynced) {
  Disk disk(DiskOptions{}, Image().With("db/b", "").With("db/a", "1"));
  Recorder recorder;
  std::string names;
  RunOn(disk, &recorder, [&] {
    DIR* const directory = opendir(Path("db").c_str());
    ASSERT_NE(directory, nullptr);
    while (const struct dirent* entry = readdir(directory)) {
      const kernel::HostMemory host;
      names += std::string(entry->d_name) + " ";
    }
    EXPECT_EQ(closedir(directory), 0);
    EXPECT_EQ(opendir(Path("none").c_str()), nullptr);
    EXPECT_EQ(errno, ENOENT);
    const int fd = open(Path("db").c_str(), O_RDONLY | O_DIRECTORY);
    EXPECT_EQ(fsync(fd), 0);
    close(fd);
  });
  EXPECT_EQ(names, ". .. a b ");
  EXPECT_EQ(recorder.log, "1:sync-dir ");
  EXPECT_EQ(disk.stats().directory_syncs, 1u);
}

TEST(PosixTest, ElsewhereLibcIsItself) {
  Disk disk(DiskOptions{}, Image());
  const Ran ran = RunOn(disk, nullptr, [] {
    const int fd = open("/dev/null", O_RDONLY);
    EXPECT_GE(fd, 0);
    EXPECT_LT(fd, kFirstDescriptor);
    char byte;
    EXPECT_EQ(read(fd, &byte, 1), 0);
    EXPECT_EQ(close(fd), 0);
    EXPECT_EQ(open("/harrow-diskette/x", O_RDONLY), -1);
    EXPECT_EQ(errno, ENOENT);
    EXPECT_EQ(rename("/tmp/none", Path("x").c_str()), -1);
    EXPECT_EQ(errno, EXDEV);
  });
  EXPECT_EQ(ran.outcome.end, kernel::End::kFinished) << ran.outcome.detail;
  EXPECT_EQ(disk.stats().mutations, 0u);
  // Not on a task the mount is a folder that does not exist.
  EXPECT_EQ(open(Path("x").c_str(), O_RDONLY), -1);
  EXPECT_EQ(errno, ENOENT);
  EXPECT_EQ(close(kFirstDescriptor), -1);
  EXPECT_EQ(errno, EBADF);
}

// What must not silently pass: each ends the run and is named.
TEST(PosixTest, EverythingIsRootsAndStaysSo) {
  Disk disk(DiskOptions{}, Image().With("f", "x"));
  RunOn(disk, nullptr, [] {
    const int fd = open(Path("f").c_str(), O_RDONLY);
    EXPECT_EQ(fchown(fd, 0, 0), 0);
    EXPECT_EQ(fchown(fd, static_cast<uid_t>(-1), static_cast<gid_t>(-1)), 0);
    struct stat found;
    EXPECT_EQ(fstat(fd, &found), 0);
    EXPECT_EQ(found.st_uid, geteuid());
    close(fd);
    EXPECT_EQ(fchown(fd, 0, 0), -1);
    EXPECT_EQ(errno, EBADF);
  });
}

TEST(PosixTest, RandomDevicesGiveBytesOfTheRun) {
  const auto draw = [](const char* path, std::uint64_t seed) {
    Disk disk(DiskOptions{}, Image());
    std::uint64_t drawn = 0;
    kernel::Trace trace;
    const Mount mount(&disk, nullptr);
    kernel::SimulationOptions options;
    options.entropy_seed = seed;
    kernel::RunSimulation(options, trace, [&] {
      const int fd = open(path, O_RDONLY | O_CLOEXEC);
      EXPECT_EQ(read(fd, &drawn, sizeof(drawn)), ssize_t{sizeof(drawn)});
      EXPECT_EQ(close(fd), 0);
    });
    return drawn;
  };
  EXPECT_EQ(draw("/dev/urandom", 1), draw("/dev/random", 1));
  EXPECT_NE(draw("/dev/urandom", 1), draw("/dev/urandom", 2));
  const int real = open("/dev/urandom", O_RDONLY);
  EXPECT_LT(real, kFirstDescriptor - 1);
  close(real);
}

TEST(PosixTest, WhatIsNotServedEndsTheRunByName) {
  const struct {
    const char* expected;
    std::function<void()> call;
  } cases[] = {
      {"open: one of the flags", [] { open(Path("f").c_str(), O_WRONLY | O_DSYNC); }},
      {"open: one of the flags", [] { open(Path("f").c_str(), O_WRONLY | O_SYNC); }},
      {"open: one of the flags", [] { open(Path("f").c_str(), O_RDWR | O_DIRECT); }},
      {"open: one of the flags", [] { open(Path("f").c_str(), O_PATH); }},
      {"fopen: it", [] { std::fopen(Path("f").c_str(), "r"); }},
      {"link: it", [] { static_cast<void>(!link(Path("f").c_str(), Path("g").c_str())); }},
      {"link: it", [] { static_cast<void>(!link("/tmp/f", Path("g").c_str())); }},
      {"dup: it", [] { dup(open(Path("f").c_str(), O_RDONLY)); }},
      {"fcntl: command", [] { fcntl(open(Path("f").c_str(), O_RDONLY), F_DUPFD, 0); }},
      {"fcntl: command",
       [] {
         struct flock lock = {};
         lock.l_type = F_RDLCK;
         fcntl(open(Path("f").c_str(), O_RDONLY), F_SETLKW, &lock);
       }},
      {"sync_file_range: it", [] { sync_file_range(open(Path("f").c_str(), O_RDONLY), 0, 0, 0); }},
      {"statx: it",
       [] {
         struct statx found;
         statx(AT_FDCWD, Path("f").c_str(), 0, 0, &found);
       }},
      {"fallocate: this mode",
       [] {
         fallocate(open(Path("f").c_str(), O_RDWR), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
                   4096);
       }},
      {"lseek: SEEK_DATA", [] { lseek(open(Path("f").c_str(), O_RDONLY), 0, SEEK_DATA); }},
      {"dirfd: it", [] { dirfd(opendir(kRoot.c_str())); }},
      {"fchown: another owner",
       [] { static_cast<void>(!fchown(open(Path("f").c_str(), O_RDONLY), 1, 0)); }},
  };
  for (const auto& [expected, call] : cases) {
    Disk disk(DiskOptions{}, Image().With("f", "x"));
    const Ran ran = RunOn(disk, nullptr, call);
    EXPECT_EQ(ran.outcome.end, kernel::End::kUnserved) << expected;
    EXPECT_EQ(ran.outcome.detail.substr(0, std::string(expected).size()), expected);
    EXPECT_NE(ran.outcome.detail.find("is not served on the simulated disk"), std::string::npos);
  }
}

TEST(PosixTest, AStopInTheObserverKeepsTheOperationFromHappening) {
  Disk disk(DiskOptions{}, Image());
  Recorder recorder;
  recorder.stop_at = 3;
  bool closed = true;
  const Ran ran = RunOn(disk, &recorder, [&] {
    const int fd = open(Path("f").c_str(), O_CREAT | O_WRONLY, 0644);
    EXPECT_EQ(write(fd, "one", 3), 3);
    // Only a sanitized build comes back from here: everything fails but what gives up.
    EXPECT_EQ(write(fd, "two", 3), -1);
    EXPECT_EQ(errno, EIO);
    EXPECT_EQ(open(Path("g").c_str(), O_CREAT | O_WRONLY, 0644), -1);
    struct flock lock = {};
    lock.l_type = F_UNLCK;
    EXPECT_EQ(fcntl(fd, F_SETLK, &lock), 0);
    closed = close(fd) == 0;
  });
  EXPECT_EQ(ran.outcome.end, kernel::End::kStopped);
  EXPECT_TRUE(closed);
  EXPECT_EQ(recorder.log, "1:create 2:write 3:write ");
  EXPECT_EQ(disk.Everything().Contents("f"), "one");
}

TEST(PosixTest, FaultsReachTheCallerAndTheObserver) {
  DiskOptions options;
  for (const char* rule : {"any write #1: short 2", "any write #2: error ENOSPC",
                           "any read #1: interrupt", "any list #1: error EIO"}) {
    options.plan.rules.push_back(*faults::ParseRule(rule));
  }
  Disk disk(options, Image());
  Recorder recorder;
  const Ran ran = RunOn(
      disk, &recorder,
      [] {
        const int fd = open(Path("f").c_str(), O_CREAT | O_RDWR, 0644);
        EXPECT_EQ(write(fd, "hello", 5), 2);
        EXPECT_EQ(write(fd, "llo", 3), -1);
        EXPECT_EQ(errno, ENOSPC);
        EXPECT_EQ(write(fd, "known", 5), 5);
        char buffer[8];
        EXPECT_EQ(pread(fd, buffer, 8, 0), -1);
        EXPECT_EQ(errno, EINTR);
        EXPECT_EQ(opendir(kRoot.c_str()), nullptr);
        EXPECT_EQ(errno, EIO);
      },
      true);
  EXPECT_EQ(recorder.log, "1:create 2:write 3:write fault:write 4:write fault:list ");
  EXPECT_EQ(recorder.calls,
            "open other f rw create|0+0 of 0 -> 0 m1 '' f0\n"
            "write other f |0+5 of 0 -> 2 m2 'hello' f1\n"
            "write other f |2+3 of 2 -> -28 m3 'llo' f1\n"
            "write other f |2+5 of 2 -> 5 m4 'known' f0\n"
            "pread other f |0+8 of 7 -> -4 m0 '' f1\n"
            "opendir directory  0 names|0+0 of 0 -> -5 m0 '' f1\n");
}

// Recording changes nothing, and a byte written differently changes the hash.
TEST(PosixTest, TheTraceHashCoversWhatWasWritten) {
  const auto hash = [](const char* text, bool recorded) {
    Disk disk(DiskOptions{}, Image());
    return RunOn(
               disk, nullptr, [&] { WriteFile(Path("f"), text); }, recorded)
        .hash;
  };
  EXPECT_EQ(hash("abc", false), hash("abc", false));
  EXPECT_EQ(hash("abc", false), hash("abc", true));
  EXPECT_NE(hash("abc", false), hash("abd", false));
}

TEST(PosixTest, MemoryOfTheDiskOutlivesTheRun) {
  Disk disk(DiskOptions{}, Image());
  for (int run = 0; run < 3; ++run) {
    RunOn(disk, nullptr, [&] {
      std::thread worker([&] {
        WriteFile(Path(run == 0 ? "a" : "b"),
                  std::string(10'000, static_cast<char>('0' + run)).c_str());
      });
      worker.join();
      std::vector<std::string> filler(1000, std::string(100, 'x'));
      DIR* const left_open = opendir(kRoot.c_str());
      EXPECT_NE(left_open, nullptr);
    });
  }
  EXPECT_EQ(disk.Everything().Contents("a"), std::string(10'000, '0'));
  EXPECT_EQ(disk.Everything().Contents("b"), std::string(10'000, '2'));
  disk.CheckInvariants();
}

}  // namespace
}  // namespace harrow::disk
