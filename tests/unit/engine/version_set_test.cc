// Edits of two threads, under many schedules: they come into force one after the other, and none after one
// that could not be written.
#include "engine/version_set.h"

#include <array>
#include <cerrno>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "engine/file.h"
#include "engine/manifest.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/simulated_machine.h"
#include "tests/unit/engine/version_text.h"

namespace harrow::engine {
namespace {

constexpr std::uint64_t kManifestNumber = 1;

VersionEdit AddTable(int level, const std::string& table) {
  VersionEdit edit;
  edit.added_files.push_back({level, TableOf(table)});
  return edit;
}

// What two threads were told, each of one edit, and what there is afterwards.
struct Told {
  std::array<absl::StatusCode, 2> codes{};
  std::string in_force;     // the tables of level 1
  std::string in_manifest;  // the same, as a recovery reads it
  auto operator<=>(const Told&) const = default;
};

class VersionSetTest : public testing::Test {
 protected:
  // Under so many random schedules; each thing that was seen, once.
  static std::set<Told> UnderSchedules(const faults::Plan& plan) {
    std::set<Told> seen;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) seen.insert(Once(plan, seed));
    return seen;
  }

 private:
  static Told Once(const faults::Plan& plan, std::uint64_t seed) {
    Told told;
    const SimulatedRun run =
        RunSimulated(disk::Image(), disk::ProfileName::kExt4, plan, [&] { RunEdits(&told); },
                     nullptr, {.kind = kernel::StrategyKind::kRandomWalk, .seed = seed});
    EXPECT_EQ(run.outcome.end, kernel::End::kFinished) << run.outcome.detail;
    return told;
  }

  static void RunEdits(Told* told) {
    ASSERT_TRUE(MakeDirectory(kSimulatedPath).ok());
    VersionSet versions(kSimulatedPath);
    ASSERT_TRUE(versions.StartManifest(VersionEdit(), kManifestNumber).ok());
    std::mutex mutex;
    const auto apply = [&](std::size_t at, const std::string& table) {
      std::unique_lock<std::mutex> lock(mutex);
      told->codes.at(at) = versions.LogAndApply(AddTable(1, table), lock).code();
      EXPECT_TRUE(lock.owns_lock());
      if (told->codes.at(at) == absl::StatusCode::kOk) {
        EXPECT_TRUE(versions.current()->Contains(TableOf(table).number));
      }
    };
    std::thread first(apply, 0, "5[a-b]");
    std::thread second(apply, 1, "6[c-d]");
    first.join();
    second.join();
    const absl::StatusOr<ManifestState> read = ReadManifest(kSimulatedPath, kManifestNumber);
    const std::string in_force = Numbers(versions.current()->level(1));
    const std::string in_manifest = read.ok() ? Numbers(read->version->level(1)) : "unread";
    const kernel::HostMemory host;
    told->in_force.assign(in_force);
    told->in_manifest.assign(in_manifest);
  }
};

faults::Plan FailManifest(faults::OpKind operation, std::uint64_t number) {
  faults::Rule rule;
  rule.file = faults::FileKind::kManifest;
  rule.operation = operation;
  rule.first = number;
  rule.effect = {faults::EffectKind::kError, EIO, 0};
  faults::Plan plan;
  plan.rules.push_back(rule);
  return plan;
}

constexpr absl::StatusCode kOk = absl::StatusCode::kOk;
constexpr absl::StatusCode kFailed = absl::StatusCode::kInternal;
constexpr absl::StatusCode kRefused = absl::StatusCode::kFailedPrecondition;

TEST_F(VersionSetTest, EditsOfTwoThreadsAreBothInForceAndWritten) {
  EXPECT_EQ(UnderSchedules({}), (std::set<Told>{{{kOk, kOk}, "5 6", "5 6"}}));
}

// The manifest's first record is its start.
TEST_F(VersionSetTest, AfterAFailedWriteTheOtherThreadsEditIsRefused) {
  EXPECT_EQ(UnderSchedules(FailManifest(faults::OpKind::kWrite, 2)),
            (std::set<Told>{{{kFailed, kRefused}, "none", "none"},
                            {{kRefused, kFailed}, "none", "none"}}));
}

// What was written and not synced is in the file, and nobody knows whether it stays.
TEST_F(VersionSetTest, AfterAFailedSyncTheOtherThreadsEditIsRefused) {
  EXPECT_EQ(
      UnderSchedules(FailManifest(faults::OpKind::kSync, 2)),
      (std::set<Told>{{{kFailed, kRefused}, "none", "5"}, {{kRefused, kFailed}, "none", "6"}}));
}

TEST_F(VersionSetTest, AnEditInForceStaysWhenTheNextFails) {
  EXPECT_EQ(UnderSchedules(FailManifest(faults::OpKind::kWrite, 3)),
            (std::set<Told>{{{kOk, kFailed}, "5", "5"}, {{kFailed, kOk}, "6", "6"}}));
}

}  // namespace
}  // namespace harrow::engine
