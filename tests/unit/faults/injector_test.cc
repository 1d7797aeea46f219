// Which operations a plan hits: numbers, ranges, odds, the order of rules, and what is counted.
#include "faults/injector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace harrow::faults {
namespace {

Plan PlanOf(std::initializer_list<const char*> rules, std::uint64_t seed = 1) {
  Plan plan;
  plan.seed = seed;
  for (const char* text : rules) plan.rules.push_back(*ParseRule(text));
  return plan;
}

// One character for each of `count` operations: '.' untouched, else the rule that hit.
std::string Hits(Injector& injector, FileKind file, OpKind operation, int count) {
  std::string hits;
  for (int i = 0; i < count; ++i) {
    const std::size_t before = injector.fired().size();
    const bool hit = injector.Decide(file, operation).has_value();
    EXPECT_EQ(injector.fired().size(), before + (hit ? 1 : 0));
    hits += hit ? static_cast<char>('0' + injector.fired().back().rule) : '.';
  }
  return hits;
}

TEST(InjectorTest, NumbersAndRanges) {
  const Plan plan = PlanOf({"log write #3: error EIO"});
  Injector once(plan);
  EXPECT_EQ(Hits(once, FileKind::kLog, OpKind::kWrite, 6), "..0...");
  Injector range(PlanOf({"log write #2..4: error EIO"}));
  EXPECT_EQ(Hits(range, FileKind::kLog, OpKind::kWrite, 6), ".000..");
  Injector forever(PlanOf({"log write #4..: error EIO"}));
  EXPECT_EQ(Hits(forever, FileKind::kLog, OpKind::kWrite, 6), "...000");
}

TEST(InjectorTest, OnlyMatchingOperationsCount) {
  Injector injector(PlanOf({"log write #2: error EIO"}));
  EXPECT_EQ(Hits(injector, FileKind::kLog, OpKind::kWrite, 1), ".");
  EXPECT_EQ(Hits(injector, FileKind::kTable, OpKind::kWrite, 3), "...");
  EXPECT_EQ(Hits(injector, FileKind::kLog, OpKind::kSync, 3), "...");
  EXPECT_EQ(Hits(injector, FileKind::kLog, OpKind::kWrite, 2), "0.");
}

TEST(InjectorTest, TheFirstRuleThatHitsWinsAndAllMatchingRulesCount) {
  Injector injector(PlanOf(
      {"log write #2: error EIO", "any write #2..3: error ENOSPC", "any write #1: interrupt"}));
  EXPECT_EQ(Hits(injector, FileKind::kLog, OpKind::kWrite, 4), "201.");
  EXPECT_EQ(injector.fired()[1].effect.error, EIO);
  EXPECT_EQ(injector.fired()[2].number, 3u);
}

TEST(InjectorTest, OddsDependOnSeedRuleAndNumberAlone) {
  const Plan plan = PlanOf({"any read 1/4: short 1"}, 42);
  Injector a(plan);
  Injector b(plan);
  const std::string pattern = Hits(a, FileKind::kLog, OpKind::kRead, 4000);
  // Operations that do not match move nothing.
  std::string interleaved;
  for (int i = 0; i < 4000; ++i) {
    b.Decide(FileKind::kLog, OpKind::kWrite);
    interleaved += b.Decide(FileKind::kTable, OpKind::kRead) ? '0' : '.';
  }
  EXPECT_EQ(pattern, interleaved);
  const auto hits = std::count(pattern.begin(), pattern.end(), '0');
  EXPECT_GT(hits, 850);
  EXPECT_LT(hits, 1150);
  Injector other_seed(PlanOf({"any read 1/4: short 1"}, 43));
  EXPECT_NE(Hits(other_seed, FileKind::kLog, OpKind::kRead, 4000), pattern);
  Injector other_index(PlanOf({"any sync #1: fail EIO", "any read 1/4: short 1"}, 42));
  std::string moved = Hits(other_index, FileKind::kLog, OpKind::kRead, 4000);
  std::replace(moved.begin(), moved.end(), '1', '0');
  EXPECT_NE(moved, pattern);
}

TEST(InjectorTest, HarmedIsSetByHarmfulEffectsOnly) {
  Injector injector(PlanOf({"any read #1: short 1", "any read #2: interrupt",
                            "any write #1: short 1", "any write #2: short 1 then EIO"}));
  Hits(injector, FileKind::kLog, OpKind::kRead, 2);
  Hits(injector, FileKind::kLog, OpKind::kWrite, 1);
  EXPECT_FALSE(injector.harmed());
  Hits(injector, FileKind::kLog, OpKind::kWrite, 1);
  EXPECT_TRUE(injector.harmed());
}

}  // namespace
}  // namespace harrow::faults
