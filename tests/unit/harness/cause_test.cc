#include "sim/harness/sweep/cause.h"

#include <gtest/gtest.h>

#include <string>

#include "sim/harness/sweep/cause_groups.h"
#include "sim/harness/sweep/crash_report.h"
#include "sim/harness/sweep/symbols.h"

namespace harrow::harness {
namespace {

RunResult Broken(models::Rule rule, const std::string& found) {
  RunResult result;
  result.failure.kind = FailureClass::Kind::kRule;
  result.failure.rule = rule;
  result.verdict = models::Verdict::Violated(rule, "promised", found);
  return result;
}

TEST(Cause, LeavesOutWhatAnotherSeedHasOtherwise) {
  EXPECT_EQ(WithoutParticulars("k1 holds #30.5 of L2.C0 (put (k1), sync) at t=96 in db/000040.log"),
            "k# holds # of L#.C# at t=# in db/#.log");
  EXPECT_EQ(WithoutParticulars("hash 0x1f, 12 12 steps\nlast"), "hash #, # steps last");
  EXPECT_EQ(WithoutParticulars(""), "");
}

TEST(Cause, OfALostWriteDoesNotSayWhatStoodInItsPlace) {
  const std::string lost = "rule durable: a write is not seen";
  EXPECT_EQ(CauseOfRun(Broken(models::Rule::kDurable,
                              "k1 is absent after recovery, and no deletion "
                              "could have come after L2.C0 #5")),
            lost);
  EXPECT_EQ(CauseOfRun(Broken(models::Rule::kDurable,
                              "k7 still holds #3 of L1.C1 after recovery, "
                              "as before this life")),
            lost);
  EXPECT_NE(CauseOfRun(Broken(models::Rule::kPrefix, "k1 is absent after recovery")), lost);
  EXPECT_EQ(CauseOfRun(Broken(models::Rule::kOpen, "opening failed: DATA_LOSS: db/000012.log: 7")),
            "rule open: opening failed: DATA_LOSS: db/#.log: #");
}

TEST(Cause, OfADeathIsItsSignalAndInnermostFunctions) {
  FailureClass died;
  died.kind = FailureClass::Kind::kDied;
  died.signal = 11;
  const std::string output = "hello\nbacktrace:\n  at a::Crash\n  at a::Write\n  at a::Put\n";
  EXPECT_EQ(CauseOfDeath(died, output),
            "died of signal 11 (Segmentation fault) in a::Crash < a::Write");
  FailureClass hung;
  hung.kind = FailureClass::Kind::kHung;
  EXPECT_EQ(CauseOfDeath(hung, output), "hung in a::Write < a::Put");
  EXPECT_EQ(CauseOfDeath(hung, ""), "hung");
}

TEST(Cause, OfASanitizersReportIsItsHeadlineAndFirstStack) {
  FailureClass died;
  died.kind = FailureClass::Kind::kDied;
  EXPECT_EQ(CauseOfDeath(
                died,
                "=====\n==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x60 at pc\n"
                "READ of size 1 at 0x60 thread T0\n"
                "    #0 0x55 in __asan_memcpy (/bin/x+0x1)\n"
                "    #1 0x55 in a::b::Read(char const*, int) /src/a.cc:4\n"
                "    #2 0x56 in a::Get<int>(int) ../../src/a.cc:9:3\n"
                "    #3 0x56 in harrow::harness::RunClient(int) /src/a.cc:9\n\n"
                "freed by thread T0 here:\n    #0 0x57 in free (/bin/x+0x1)\n"),
            "sanitizer report: heap-use-after-free in a::b::Read < a::Get");
  EXPECT_EQ(SanitizerHeadline("engine: runtime error: table lost\n"), "");
  EXPECT_EQ(SanitizerHeadline("/a.cc:3:1: runtime error: signed integer overflow: 1 + 2\n"),
            "signed integer overflow: 1 + 2");
  EXPECT_EQ(SanitizerHeadline("all well\n"), "");
}

TEST(CrashReport, NamesFunctionsAndDropsTheRuntime) {
  const std::string text = ReadableOutput(
      "said\nbacktrace:\n"
      "/bin/x(+0x1) [0x1]\n"
      "/lib/libc.so.6(abort+0x12) [0x7f]\n"
      "/lib/libleveldb.so.1d(_ZN7leveldb6DBImpl5WriteERKNS_12WriteOptionsEPNS_10WriteBatchE+0x12) "
      "[0x7f]\n");
  EXPECT_EQ(text, "said\nbacktrace:\n  at x+0x1\n  at leveldb::DBImpl::Write\n");
  EXPECT_EQ(ReadableOutput("no trace"), "no trace");
}

TEST(CrashReport, DemanglesWithoutParameters) {
  EXPECT_EQ(Demangled("_ZN1a12_GLOBAL__N_11bEi"), "a::b");
  EXPECT_EQ(Demangled("main"), "main");
  EXPECT_EQ(WithoutBrackets("a::B<std::map<int, int> >::f(int) const [clone .cold]"), "a::B::f");
}

TEST(CauseGroups, JoinsCausesWhoseShrunkScenariosAreAlike) {
  SweepResults results;
  const auto add = [&results](std::uint64_t seed, const std::string& cause) {
    Failure failure;
    failure.seed = seed;
    failure.what.kind = FailureClass::Kind::kRule;
    failure.cause = cause;
    results.AddFailure(failure);
  };
  const auto shrunk = [&results](const std::string& cause, const std::string& fingerprint,
                                 std::uint64_t operations) {
    ShrunkCause one;
    one.cause = cause;
    one.fingerprint = fingerprint;
    one.size.operations = operations;
    results.shrunk.push_back(one);
  };
  for (std::uint64_t seed = 0; seed < 30; ++seed) add(seed, seed % 3 == 0 ? "a" : "b");
  add(40, "c");
  add(40, "c");
  shrunk("a", "f", 2);
  shrunk("b", "f", 5);
  const std::vector<CauseGroup> groups = GroupByCause(results);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].failures, 30u);
  EXPECT_EQ(groups[0].causes, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(groups[0].smallest->size.operations, 2u);
  EXPECT_EQ(groups[1].failures, 1u);
  EXPECT_EQ(groups[1].seeds, std::vector<std::uint64_t>{40});
}

TEST(CauseGroups, JoinsACauseWithThoseThatItsShrunkScenarioShows) {
  SweepResults results;
  std::uint64_t seed = 0;
  for (const char* const cause : {"a", "a", "a", "b", "b", "c"}) {
    Failure failure;
    failure.seed = ++seed;
    failure.what.kind = FailureClass::Kind::kRule;
    failure.cause = cause;
    results.AddFailure(failure);
  }
  ShrunkCause shrunk;
  shrunk.cause = "b";
  shrunk.fingerprint = "f";
  shrunk.nearby = {"a", "b", "nobody met this one"};
  results.shrunk.push_back(shrunk);
  shrunk.cause = "c";
  shrunk.fingerprint = "g";
  shrunk.nearby = {"c"};
  results.shrunk.push_back(shrunk);
  const std::vector<CauseGroup> groups = GroupByCause(results);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].causes, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(groups[0].failures, 5u);
  EXPECT_EQ(groups[1].causes, std::vector<std::string>{"c"});
}

}  // namespace
}  // namespace harrow::harness
