// A small database on a simulated disk, and the points at which a power loss may strike what is done to
// its directory.
#ifndef HARROW_TESTS_UNIT_ENGINE_SIMULATED_DATABASE_H_
#define HARROW_TESTS_UNIT_ENGINE_SIMULATED_DATABASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/db.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/simulated_machine.h"

namespace harrow::engine {

inline Options SmallOptions() {
  Options options;
  options.write_buffer_size = 4 << 10;
  options.max_file_size = 1 << 10;
  options.block_size = 256;
  options.allow_mmap_reads = false;
  options.compression = CompressionType::kNoCompression;
  options.level0_file_num_compaction_trigger = 100;  // compactions are asked for
  options.info_log = NewDiscardingInfoLog();
  return options;
}

// The pairs as text, or the status' code.
inline std::string StateOf(const Options& options) {
  const absl::StatusOr<std::unique_ptr<Db>> db = Db::Open(options, kSimulatedPath);
  if (!db.ok()) return absl::StatusCodeToString(db.status().code());
  std::string text;
  const std::unique_ptr<Iterator> it = (*db)->NewIterator(ReadOptions());
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    text.append(it->key()).append("=").append(it->value().substr(0, 3)).append(" ");
  }
  return it->status().ok() ? text : it->status().ToString();
}

inline void OpenAndRead(std::string* state) {
  const std::string text = StateOf(SmallOptions());
  const kernel::HostMemory host;
  state->assign(text);
}

// Tables on two levels and one that overlaps no other, keys overwritten and deleted across them, and
// logs that have to be replayed.
inline disk::Image WholeDatabase() {
  const SimulatedRun run = RunSimulated(disk::Image(), disk::ProfileName::kExt4, {}, [] {
    Options options = SmallOptions();
    options.create_if_missing = true;
    const std::unique_ptr<Db> db = *Db::Open(options, kSimulatedPath);
    bool ok = true;
    const auto put = [&](const std::string& key, int round, std::size_t size) {
      const std::string value = std::to_string(100 + round) + std::string(size, '.');
      ok = ok && db->Put({.sync = true}, key, value).ok();
    };
    for (int round = 0; round < 4; ++round) {
      for (int i = round; i < round + 5; ++i) put("k" + std::to_string(i), round, 150);
      ok = ok && db->Delete(WriteOptions(), "k" + std::to_string(round + 1)).ok();
      ok = ok && db->Flush().ok();
      if (round == 1) ok = ok && db->CompactRange(std::nullopt, std::nullopt).ok();
    }
    for (const char* key : {"z1", "z2", "z3", "z4"}) put(key, 4, 150);
    ok = ok && db->Flush().ok();
    put("k2", 5, 10);
    put("l1", 6, 6'000);
    put("l2", 7, 10);  // rotates; the process ends before the flush
    put("k3", 8, 10);
    if (!ok) kernel::Abort("the database cannot be made");
    kernel::Stop();
  });
  EXPECT_EQ(run.outcome.end, kernel::End::kStopped) << run.outcome.detail;
  return run.cache;
}

// Takes images of what a power loss may leave before each mutation.
class CrashPoints final : public disk::Observer {
 public:
  explicit CrashPoints(std::uint64_t random_count = 2) : random_count_(random_count) {}
  void BeforeMutation(const disk::Disk& disk, const disk::MutationEvent& event) override {
    const kernel::HostMemory host;
    using enum faults::Survivors;
    std::vector<faults::CrashImageChoice> choices = {
        {.survivors = kNone},
        {.survivors = kAll},
        {.survivors = kNamesOnly},
        {.survivors = kLeaveOneOut, .cut = event.mutation}};
    for (std::uint64_t i = 0; i < random_count_; ++i) {
      choices.push_back({.survivors = kRandom, .seed = event.mutation + 1'000 * i});
    }
    for (const faults::CrashImageChoice& choice : choices) {
      disk::Image image = disk.Crash(choice);
      if (seen_.insert(image.ContentHash()).second) {
        images_.emplace_back(
            "mutation " + std::to_string(event.mutation) + ", " + faults::ToText(choice),
            std::move(image));
      }
    }
  }
  void Faulted(const faults::Fired&) override {}

  const std::vector<std::pair<std::string, disk::Image>>& images() const { return images_; }

 private:
  const std::uint64_t random_count_;
  std::set<std::uint64_t> seen_;
  std::vector<std::pair<std::string, disk::Image>> images_;
};

// Two logs and nothing else, the second of which no manifest names.
inline disk::Image DatabaseOfLogs() {
  const SimulatedRun run = RunSimulated(disk::Image(), disk::ProfileName::kExt4, {}, [] {
    Options options = SmallOptions();
    options.create_if_missing = true;
    const std::unique_ptr<Db> db = *Db::Open(options, kSimulatedPath);
    const bool ok = db->Put({.sync = true}, "l1", std::string(6'000, '.')).ok() &&
                    db->Put({.sync = true}, "z4", "104").ok();
    if (!ok) kernel::Abort("the database cannot be made");
    kernel::Stop();
  });
  EXPECT_EQ(run.outcome.end, kernel::End::kStopped) << run.outcome.detail;
  return run.cache;
}

inline disk::DiskOptions DiskOptionsOf(disk::ProfileName profile) {
  disk::DiskOptions options;
  options.profile = profile;
  options.classify = targets::ClassifyLevelDbPath;
  return options;
}

inline kernel::Outcome RunOnDisk(disk::Disk* disk, const std::function<void()>& body,
                                 disk::Observer* observer = nullptr) {
  kernel::Trace trace(false);
  const disk::Mount mount(disk, observer);
  return kernel::RunSimulation(kernel::SimulationOptions{}, trace, body);
}

}  // namespace harrow::engine

#endif  // HARROW_TESTS_UNIT_ENGINE_SIMULATED_DATABASE_H_
