// A DestroyDb that a power loss ends before any of its file operations, or that any failing operation
// ends: what is left opens with everything, or not at all, and the next DestroyDb removes it.
#include <set>
#include <string>
#include <utility>

#include "engine/destroy_db.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/failure_ways.h"
#include "tests/unit/engine/simulated_database.h"

namespace harrow::engine {
namespace {

using faults::FileKind;
using faults::OpKind;

absl::StatusCode Destroy() { return DestroyDb(SmallOptions(), kSimulatedPath).code(); }

class DestroyFailureTest : public testing::TestWithParam<disk::ProfileName> {
 protected:
  void Begin(const disk::Image& start) {
    start_ = start;
    checked_.clear();
    whole_count_ = 0;
    whole_.clear();
    RunSimulated(start_, GetParam(), {}, [&] { OpenAndRead(&whole_); });
    EXPECT_NE(whole_.find("z4=104 "), std::string::npos) << whole_;
  }

  void CheckLeft(const disk::Image& left, const std::string& what) {
    if (!checked_.insert(left.ContentHash()).second) return;
    std::string state;
    RunSimulated(left, GetParam(), {}, [&] { OpenAndRead(&state); });
    ASSERT_TRUE(state == whole_ || state == "DATA_LOSS" || state == "NOT_FOUND")
        << what << ", opened: " << state;
    whole_count_ += state == whole_ ? 1U : 0U;
    absl::StatusCode code = absl::StatusCode::kUnknown;
    const SimulatedRun run = RunSimulated(left, GetParam(), {}, [&] { code = Destroy(); });
    ASSERT_EQ(code, absl::StatusCode::kOk) << what;
    ASSERT_TRUE(run.cache.List().empty()) << what;
    ASSERT_TRUE(run.crashed.front().List().empty()) << what;
  }

  // False when the rule did not fire.
  bool Fail(const faults::Rule& rule, const std::string& what) {
    disk::DiskOptions options = DiskOptionsOf(GetParam());
    options.plan.rules.push_back(rule);
    disk::Disk disk(options, start_);
    absl::StatusCode code = absl::StatusCode::kUnknown;
    CrashPoints points(12);
    const kernel::Outcome outcome = RunOnDisk(
        &disk, [&] { code = Destroy(); }, &points);
    if (disk.injector().fired().empty()) return false;
    ++runs_;
    EXPECT_EQ(outcome.end, kernel::End::kFinished) << what << ": " << outcome.detail;
    if (code == absl::StatusCode::kOk) {
      EXPECT_EQ(rule.operation, OpKind::kClose) << what << " was not reported";
    } else {
      EXPECT_EQ(code, rule.effect.error == ENOSPC ? absl::StatusCode::kResourceExhausted
                                                  : absl::StatusCode::kInternal)
          << what;
    }
    // The machine stays up, and the fault is gone.
    options.plan.rules.clear();
    disk::Disk same(options, std::move(disk));
    RunOnDisk(
        &same, [&] { code = Destroy(); }, &points);
    EXPECT_EQ(code, absl::StatusCode::kOk) << what;
    EXPECT_TRUE(same.Everything().List().empty()) << what;
    for (const auto& [when, image] : points.images()) CheckLeft(image, what + ", " + when);
    return true;
  }

  disk::Image start_;
  std::string whole_;
  std::set<std::uint64_t> checked_;
  std::size_t whole_count_ = 0;
  std::size_t runs_ = 0;
};

TEST_P(DestroyFailureTest, APowerLossBeforeAnyOfItsOperations) {
  for (const disk::Image& start : {WholeDatabase(), DatabaseOfLogs()}) {
    Begin(start);
    CrashPoints points(12);
    absl::StatusCode code = absl::StatusCode::kUnknown;
    const SimulatedRun run = RunSimulated(
        start_, GetParam(), {}, [&] { code = Destroy(); }, &points);
    ASSERT_EQ(code, absl::StatusCode::kOk);
    EXPECT_TRUE(run.cache.List().empty());
    for (const disk::Image& crashed : run.crashed) EXPECT_TRUE(crashed.List().empty());
    for (const auto& [what, image] : points.images()) CheckLeft(image, what);
    EXPECT_GT(whole_count_, 0U);
    EXPECT_GT(checked_.size(), whole_count_ + 3);
  }
}

TEST_P(DestroyFailureTest, AnyOperationThatFails) {
  for (const disk::Image& start : {WholeDatabase(), DatabaseOfLogs()}) {
    Begin(start);
    FailEveryOperation(
        [&](const faults::Rule& rule, const char* way) {
          return Fail(rule, faults::ToText(rule) + " (" + way + ")");
        },
        [] { return HasFailure(); });
    EXPECT_GT(runs_, 50U);
  }
  RecordProperty("runs", static_cast<int>(runs_));
}

INSTANTIATE_TEST_SUITE_P(Profiles, DestroyFailureTest,
                         testing::Values(disk::ProfileName::kExt4, disk::ProfileName::kStrict),
                         [](const auto& param) { return std::string(ToText(param.param)); });

}  // namespace
}  // namespace harrow::engine
