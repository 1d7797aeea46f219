// A second recovery must bring back what the first was about to, key by key.

#include "models/idempotence_checker.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/models/history_text.h"

namespace harrow::models {
namespace {

const Cell kAbsent = {};
const Cell kGarbage = {Cell::Kind::kGarbage, 0, 0};

Cell Value(WriteId write, std::uint32_t entry = 0) { return {Cell::Kind::kValue, write, entry}; }

History TwoWrites() {
  History history;
  history.key_count = 2;
  history.lives.resize(1);
  history.writes.resize(2);
  history.writes[1].id = 1;
  return history;
}

std::string Judge(const std::vector<Cell>& undisturbed, const std::vector<Cell>& after_crash) {
  return Summary(CheckIdempotent(TwoWrites(), {undisturbed, after_crash}));
}

TEST(CheckIdempotentTest, AcceptsTheSameState) {
  EXPECT_EQ(Judge({}, {}), "ok");
  EXPECT_EQ(Judge({kAbsent, Value(1)}, {kAbsent, Value(1)}), "ok");
  // That it is garbage both times is another rule's business.
  EXPECT_EQ(Judge({kGarbage}, {kGarbage}), "ok");
}

TEST(CheckIdempotentTest, RejectsWhatIsLost) {
  EXPECT_EQ(Judge({Value(0)}, {kAbsent}), "idempotent");
  EXPECT_EQ(Judge({kAbsent, Value(1)}, {kAbsent, Value(0)}), "idempotent");
}

TEST(CheckIdempotentTest, RejectsWhatAppears) {
  EXPECT_EQ(Judge({kAbsent}, {Value(0)}), "idempotent");
  EXPECT_EQ(Judge({Value(0)}, {Value(1)}), "idempotent");
  EXPECT_EQ(Judge({kAbsent}, {kGarbage}), "idempotent");
}

TEST(CheckIdempotentTest, TellsEntriesOfOneBatchApart) {
  EXPECT_EQ(Judge({Value(0, 1)}, {Value(0, 2)}), "idempotent");
}

TEST(CheckIdempotentTest, MessageNamesTheKeyAndBothStates) {
  const std::vector<Cell> undisturbed = {kAbsent, Value(1)};
  const std::vector<Cell> after_crash = {kAbsent, kAbsent};
  const Verdict verdict = CheckIdempotent(TwoWrites(), {undisturbed, after_crash});
  EXPECT_EQ(verdict.violation.promised,
            "recovering what the crash left brings back k1 = #1 of L1.C0");
  EXPECT_EQ(verdict.violation.found,
            "after a crash inside that recovery, recovering brings back k1 = nothing");
}

}  // namespace
}  // namespace harrow::models
