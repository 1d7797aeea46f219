// Whatever one store writes, the other reads, and both go on in turns. RC_PARAMS="max_success=1000" runs it longer.
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "tests/property/interchange/run_turn.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::interchange {
namespace {

class InterchangeProperty : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    // Seconds in all, without a disk's syncs; what the caller has set stays.
    ::setenv("RC_PARAMS", "max_success=25", /*overwrite=*/0);
    std::error_code error;
    if (std::filesystem::is_directory("/dev/shm", error)) {
      ::setenv("TEST_TMPDIR", "/dev/shm", /*overwrite=*/0);
    }
  }
};

// The makes take turns; `first` has the first one.
void CheckTurns(Make first, const Program& program) {
  const engine::ScratchDirectory directory;
  Model model;
  Make make = first;
  for (const Turn& turn : program) {
    const std::string wrong = RunTurn(make, turn, directory.path(), &model);
    if (!wrong.empty()) RC_FAIL(wrong);
    make = Other(make);
  }
}

TEST_F(InterchangeProperty, LevelDbWritesHarrowReads) {
  EXPECT_TRUE(rc::check("harrow reads what LevelDB wrote", [] {
    const Turn writes = *AnyTurn();
    const Turn reads{*AnyStoreOptions(), {}};
    CheckTurns(Make::kLevelDb, {writes, reads});
  }));
}

TEST_F(InterchangeProperty, HarrowWritesLevelDbReads) {
  EXPECT_TRUE(rc::check("LevelDB reads what harrow wrote", [] {
    const Turn writes = *AnyTurn();
    const Turn reads{*AnyStoreOptions(), {}};
    CheckTurns(Make::kHarrow, {writes, reads});
  }));
}

TEST_F(InterchangeProperty, BothGoOnInTurns) {
  EXPECT_TRUE(rc::check("both write one directory in turns", [] {
    const Make first = *rc::gen::element(Make::kHarrow, Make::kLevelDb);
    const auto count = *rc::gen::inRange<std::size_t>(4, 9);
    const auto program = *rc::gen::container<Program>(count, AnyTurn());
    CheckTurns(first, program);
  }));
}

}  // namespace
}  // namespace harrow::interchange
