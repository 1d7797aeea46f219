#include "sim/harness/marks.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sim/harness/generator.h"
#include "sim/harness/run.h"
#include "sim/harness/scenario_text.h"

namespace harrow::harness {
namespace {

Scenario Parse(const std::string& text) {
  absl::StatusOr<Scenario> scenario = ParseScenario("test", text);
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  return *std::move(scenario);
}

std::size_t NumberOf(std::string_view name) {
  for (std::size_t mark = 0; mark < Marks::kSize; ++mark) {
    if (MarkName(mark) == name) return mark;
  }
  ADD_FAILURE() << "no mark is named " << name;
  return 0;
}

TEST(Marks, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t mark = 0; mark < Marks::kSize; ++mark) {
    EXPECT_FALSE(MarkName(mark).empty()) << mark;
    EXPECT_TRUE(names.insert(MarkName(mark)).second) << MarkName(mark);
    EXPECT_EQ(MarkName(mark).find("; "), std::string_view::npos) << MarkName(mark);
  }
}

TEST(Marks, ARunHasItsOwn) {
  const Scenario scenario = GenerateScenario(17, {});
  const Marks first = RunScenario(scenario).marks;
  EXPECT_FALSE(first == Marks());
  const Marks other = RunScenario(GenerateScenario(18, {})).marks;
  EXPECT_FALSE(first == other);
  EXPECT_TRUE(RunScenario(scenario).marks == first);
}

// Eight clients whose writes neither sync nor fill a memtable: a leader finds the next writer waiting time after time.
TEST(Marks, ALeaderHasItsTurnsWhereManyWrite) {
  std::string text =
      "harrow scenario 2\n"
      "keys 4\n"
      "life\n"
      "  explore 0\n"
      "  end close\n";
  for (int client = 0; client < 8; ++client) {
    text += "  client\n";
    for (int write = 0; write < 10; ++write) text += "    put k1 20\n";
  }
  Scenario scenario = Parse(text);
  scenario.lives[0].schedule.strategy.kind = kernel::StrategyKind::kRandomWalk;
  Marks marks;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    scenario.lives[0].schedule.strategy.seed = seed;
    marks.Add(RunScenario(scenario).marks);
  }
  EXPECT_GT(marks.Get(NumberOf("group: its leader has had its turns")), 0u);
}

TEST(Marks, WhatIsCountedBetweenTwoMoments) {
  const Marks before = Marks::SoFar();
  Reached(Mark::kNestedEqual);
  disk::Reached(disk::Mark::kTornSector);
  disk::Reached(disk::Mark::kTornSector);
  const Marks marks = Marks::SoFar().Since(before);
  Marks expected;
  expected.Add(NumberOf("crash: a torn sector"), 2);
  expected.Add(NumberOf("nested crashes: of an equal image, judged before"), 1);
  EXPECT_TRUE(marks == expected);
}

TEST(Marks, TextListsWhatWasNeverReachedLast) {
  Marks marks;
  marks.Add(NumberOf("log: bad length"), 3);
  marks.Add(NumberOf("crash: a torn sector"), 12);
  const std::string text = FormatMarks(marks, "harrow");
  EXPECT_EQ(text.substr(0, text.find("never")),
            "rare paths:\n"
            "  log: bad length                                                   3\n"
            "  crash: a torn sector                                             12\n");
  EXPECT_NE(text.find("never reached: log: a block's trailer; log: a FIRST"), std::string::npos);
  EXPECT_EQ(text.find("torn sector", text.find("never")), std::string::npos);
  const std::string stock = FormatMarks(marks, "leveldb");
  EXPECT_NE(stock.find("never reached: crash: a rename undone; "), std::string::npos);
  for (std::size_t mark = 0; mark < Marks::kSize; ++mark) marks.Add(mark, 1);
  EXPECT_TRUE(FormatMarks(marks, "harrow").ends_with("\nevery rare path was reached\n"));
}

}  // namespace
}  // namespace harrow::harness
