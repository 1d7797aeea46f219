// Sequence numbers in logs: distinct, growing, within 56 bits.

#include "models/sequence_checker.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/models/history_text.h"

namespace harrow::models {
namespace {

std::string Judge(const std::vector<LogBatch>& batches, std::uint64_t floor = 0) {
  return Summary(CheckSequence(batches, floor));
}

TEST(CheckSequenceTest, RejectsSharedNumbers) {
  EXPECT_EQ(Judge({{3, 1, 1}, {3, 1, 1}}), "sequence");
  EXPECT_EQ(Judge({{3, 1, 4}, {3, 4, 1}}), "sequence");
  EXPECT_EQ(Judge({{3, 1, 4}, {5, 3, 2}}), "sequence");
  EXPECT_EQ(Judge({{3, 7, 1}}, 7), "sequence");
  EXPECT_EQ(Judge({{3, 0, 1}}), "sequence");
}

TEST(CheckSequenceTest, RejectsNumbersThatShrink) {
  EXPECT_EQ(Judge({{3, 10, 1}, {5, 2, 1}}), "sequence");
  EXPECT_EQ(Judge({{3, 10, 2}}, 11), "sequence");
  EXPECT_EQ(Judge({{3, 10, 2}, {3, 11, 0}}), "sequence");
}

TEST(CheckSequenceTest, RejectsNumbersBeyondTheirWidth) {
  EXPECT_EQ(Judge({{3, std::uint64_t{1} << 56, 1}}), "sequence");
  EXPECT_EQ(Judge({{3, (std::uint64_t{1} << 56) - 2, 3}}), "sequence");
  EXPECT_EQ(Judge({{3, 5, ~std::uint64_t{0}}}), "sequence");
}

TEST(CheckSequenceTest, AcceptsGapsAndEmptyBatches) {
  EXPECT_EQ(Judge({}), "ok");
  EXPECT_EQ(Judge({{3, 1, 4}, {3, 5, 1}, {5, 6, 2}}), "ok");
  EXPECT_EQ(Judge({{3, 1, 1}, {3, 9, 1}}), "ok");
  EXPECT_EQ(Judge({{3, 1, 1}, {3, 2, 0}, {3, 2, 1}}), "ok");
  EXPECT_EQ(Judge({{3, 8, 1}}, 7), "ok");
}

TEST(CheckSequenceTest, MessageNamesBothBatches) {
  const Verdict verdict = CheckSequence(std::vector<LogBatch>{{3, 1, 4}, {5, 3, 2}}, 0);
  EXPECT_EQ(verdict.violation.promised,
            "sequence 4 was in use by a batch of log 3 with sequence 1 to 4, and later ones are "
            "larger");
  EXPECT_EQ(verdict.violation.found, "after it comes a batch of log 5 with sequence 3 to 4");
}

TEST(VerdictTest, RuleNamesParseBack) {
  for (int i = 0; i <= static_cast<int>(Rule::kDeterministic); ++i) {
    const Rule rule = static_cast<Rule>(i);
    EXPECT_EQ(ParseRule(ToText(rule)), rule);
    EXPECT_FALSE(Demand(rule).empty());
    EXPECT_EQ(Demand(rule).find('\n'), std::string_view::npos);
  }
  EXPECT_EQ(ParseRule("durable-befor"), std::nullopt);
  EXPECT_EQ(ParseRule(""), std::nullopt);
}

}  // namespace
}  // namespace harrow::models
