// Prints what the simulated disk's calls cost, by themselves and through libc's names on a task:
// nanoseconds a call.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include "sim/disk/disk.h"
#include "sim/disk/posix.h"
#include "sim/kernel/simulation.h"

namespace {

using harrow::disk::Disk;
using harrow::disk::DiskOptions;
using harrow::disk::Image;
using harrow::faults::CrashImageChoice;
using harrow::faults::Survivors;

// Keeps results from being optimised away.
std::uint64_t sink = 0;

template <typename Body>
void Measure(const char* what, int rounds, Body body) {
  for (int i = 0; i < rounds / 10; ++i) body(i);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) body(i);
  const auto spent = std::chrono::steady_clock::now() - start;
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count();
  std::printf("%-52s %8.1f ns\n", what, static_cast<double>(ns) / rounds);
}

Image EightSmallFiles() {
  Image image;
  const char* const names[] = {"CURRENT",    "LOCK",       "MANIFEST-000002", "000003.log",
                               "000004.ldb", "000005.ldb", "000006.ldb",      "000007.dbtmp"};
  for (const char* name : names)
    image = image.With("db/" + std::string(name), std::string(300, 'x'));
  return image;
}

constexpr int kRounds = 200'000;
constexpr std::size_t kRecord = 124;

void MeasureImages(const Image& image) {
  Measure("Disk(image) and ~Disk, 8 small files", kRounds, [&](int) {
    const Disk disk(DiskOptions{}, image);
    sink += disk.stats().reads;
  });
  Disk disk(DiskOptions{}, image);
  const int log = disk.Open("db/000003.log", O_WRONLY | O_APPEND, 0);
  const std::string record(kRecord, 'r');
  for (const Survivors survivors :
       {Survivors::kNone, Survivors::kAll, Survivors::kTornLast, Survivors::kRandom}) {
    const std::string name = "Crash(" + ToText(CrashImageChoice{survivors, 0, 0}) + ")";
    disk.Write(log, record.data(), record.size());
    Measure(name.c_str(), kRounds, [&](int i) {
      const auto round = static_cast<std::uint64_t>(i);
      sink += disk.Crash({survivors, round % kRecord, round}).List().empty() ? 1 : 0;
    });
    Measure((name + ", without List").c_str(), kRounds, [&](int i) {
      const auto round = static_cast<std::uint64_t>(i);
      const Image crashed = disk.Crash({survivors, round % kRecord, round});
    });
  }
  Measure("append 124, Crash(all), ContentHash", kRounds, [&](int i) {
    if (i % 64 == 0) disk.Truncate(log, 0);
    disk.Write(log, record.data(), record.size());
    sink += disk.Crash({Survivors::kAll, 0, 0}).ContentHash();
    if (i % 64 == 0) disk.Sync(log);
  });
}

void MeasureCalls(const Image& image) {
  Disk disk(DiskOptions{}, image);
  const std::string record(kRecord, 'r');
  char buffer[kRecord];
  const int log = disk.Open("db/000003.log", O_RDWR | O_APPEND, 0);
  Measure("pread 124", kRounds, [&](int i) {
    sink += static_cast<std::uint64_t>(disk.Pread(log, buffer, sizeof(buffer), i % 128));
  });
  Measure("append 124", kRounds, [&](int i) {
    if (i % 256 == 0) {
      disk.Truncate(log, 0);
      disk.Sync(log);
    }
    disk.Write(log, record.data(), record.size());
  });
  Measure("append 124 and fdatasync", kRounds, [&](int i) {
    if (i % 256 == 0) {
      disk.Truncate(log, 0);
      disk.Sync(log);
    }
    disk.Write(log, record.data(), record.size());
    disk.Sync(log);
  });
  Measure("open and close", kRounds,
          [&](int) { disk.Close(disk.Open("db/MANIFEST-000002", O_RDONLY, 0)); });
  struct stat found;
  Measure("stat", kRounds,
          [&](int) { sink += static_cast<std::uint64_t>(disk.Stat("db/000006.ldb", &found)); });
  Measure("create, write 124, sync, close, unlink", kRounds / 10, [&](int) {
    const int fd = disk.Open("db/000009.log", O_CREAT | O_WRONLY, 0644);
    disk.Write(fd, record.data(), record.size());
    disk.Sync(fd);
    disk.Close(fd);
    disk.Unlink("db/000009.log");
  });
}

// Through libc's names on a task: a scheduling point, the trace and the run's heap included. The clock
// of a task is virtual, so the whole run is measured.
template <typename Body>
void MeasureOnTask(const char* what, const Image& image, Body body) {
  Disk disk(DiskOptions{}, image);
  const harrow::disk::Mount mount(&disk, nullptr);
  harrow::kernel::SimulationOptions options;
  options.step_limit = 10 * kRounds;
  const std::string log = std::string(harrow::disk::kMountPrefix) + "/db/000003.log";
  const auto start = std::chrono::steady_clock::now();
  harrow::kernel::Trace trace;
  const auto outcome = harrow::kernel::RunSimulation(options, trace, [&] { body(log.c_str()); });
  const auto spent = std::chrono::steady_clock::now() - start;
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count();
  sink += outcome.steps;
  std::printf("on a task: %-41s %8.1f ns\n", what, static_cast<double>(ns) / kRounds);
}

void MeasureFrontEnd(const Image& image) {
  MeasureOnTask("pread 124", image, [](const char* path) {
    char buffer[kRecord];
    const int fd = open(path, O_RDONLY);
    for (int i = 0; i < kRounds; ++i) {
      sink += static_cast<std::uint64_t>(pread(fd, buffer, sizeof(buffer), 0));
    }
  });
  MeasureOnTask("append 124 and fdatasync (two calls)", image, [](const char* path) {
    const char record[kRecord] = {'r'};
    int fd = -1;
    for (int i = 0; i < kRounds; ++i) {
      if (i % 256 == 0) {
        if (fd >= 0) close(fd);
        fd = open(path, O_WRONLY | O_APPEND | O_TRUNC);
      }
      sink += static_cast<std::uint64_t>(write(fd, record, sizeof(record)));
      sink += static_cast<std::uint64_t>(fdatasync(fd));
    }
  });
  MeasureOnTask("open and close (two calls)", image, [](const char* path) {
    for (int i = 0; i < kRounds; ++i) close(open(path, O_RDONLY));
  });
  MeasureOnTask("access of a real path", image, [](const char*) {
    for (int i = 0; i < kRounds; ++i) sink += access("/", F_OK) == 0 ? 1 : 0;
  });
}

}  // namespace

int main() {
  const Image image = EightSmallFiles();
  MeasureImages(image);
  MeasureCalls(image);
  MeasureFrontEnd(image);
  std::printf("(%llu)\n", static_cast<unsigned long long>(sink % 2));
}
