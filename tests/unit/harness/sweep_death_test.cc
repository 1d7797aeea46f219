// A sweep whose target dies each time that it is opened. Linked before the library, this FindTarget takes the place of its own.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "sim/harness/sweep/sweep.h"
#include "sim/kernel/sanitizers.h"
#include "sim/targets/harrow_target.h"
#include "sim/targets/target.h"

namespace harrow::targets {
namespace {

[[gnu::noinline]] void ReadWhatWasFreed() {
  char* volatile block = new char[64];
  delete[] block;
#if defined(HARROW_ASAN)
  volatile char byte = block[7];
  static_cast<void>(byte);
#endif
  std::abort();
}

absl::Status OpenAndDie(std::string_view, const TargetOptions&, ActivityObserver*,
                        std::unique_ptr<Target>*) {
  ReadWhatWasFreed();
  return absl::OkStatus();
}

}  // namespace

const TargetKind* FindTarget(std::string_view name) {
  static const TargetKind kDying = [] {
    TargetKind kind = HarrowKind();
    kind.open = &OpenAndDie;
    return kind;
  }();
  return name == kDying.name ? &kDying : nullptr;
}

std::string TargetNames() { return "harrow"; }

}  // namespace harrow::targets

namespace harrow::harness {
namespace {

TEST(SweepDeath, CostsOneSeedAndIsReportedWithIt) {
  SweepOptions options;
  options.space.seeds = 3;
  SweepResults results;
  results.header.space = options.space;
  const SweepEnd end = RunSweep(options, &results, {});
  EXPECT_EQ(end.session.reason, EndReason::kComplete);
  EXPECT_EQ(results.MissingSeeds(), 0u);
  ASSERT_EQ(results.failures.size(), 3u);
  EXPECT_EQ(results.by_cause.size(), 1u);
  for (std::uint64_t at = 0; at < 3; ++at) {
    const Failure& failure = results.failures[at];
    EXPECT_EQ(failure.seed, at + 1);
    EXPECT_EQ(failure.what.kind, FailureClass::Kind::kDied);
    EXPECT_FALSE(failure.profile.empty());
#if defined(HARROW_ASAN)
    EXPECT_EQ(failure.text, "sanitizer report: heap-use-after-free\n");
    EXPECT_NE(failure.output.find("freed by thread"), std::string::npos);
    EXPECT_TRUE(
        failure.cause.starts_with("sanitizer report: heap-use-after-free in ReadWhatWasFreed < "))
        << failure.cause;
#else
    EXPECT_EQ(failure.what.signal, SIGABRT);
    EXPECT_EQ(failure.text, "the target died of signal 6 (Aborted)\n");
#endif
    if (!kernel::kSanitized) {
      EXPECT_NE(failure.cause.find("harrow::targets::ReadWhatWasFreed < "), std::string::npos)
          << failure.cause << "\n"
          << failure.output;
    }
  }
}

}  // namespace
}  // namespace harrow::harness
