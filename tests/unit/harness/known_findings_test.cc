#include "sim/harness/known_findings.h"

#include <gtest/gtest.h>

#include <string>

#include "sim/harness/scenario_text.h"

namespace harrow::harness {
namespace {

using faults::EffectKind;
using faults::FileKind;
using faults::OpKind;

KnownFindings Parse(std::string_view text) {
  absl::StatusOr<KnownFindings> known = ParseKnownFindings("known", text);
  EXPECT_TRUE(known.ok()) << known.status();
  return known.ok() ? *std::move(known) : KnownFindings();
}

std::string ErrorOf(std::string_view text) {
  return std::string(ParseKnownFindings("known", text).status().message());
}

Scenario On(disk::ProfileName profile) {
  Scenario scenario;
  scenario.profile = profile;
  return scenario;
}

RunResult Broken(models::Rule rule) {
  RunResult result;
  result.failure = {FailureClass::Kind::kRule, rule, 0};
  return result;
}

RunResult Broken(models::Rule rule, FileKind file, OpKind operation, EffectKind effect) {
  RunResult result = Broken(rule);
  result.struck.push_back({0, 1, file, operation, {effect, 5, 0}});
  return result;
}

TEST(KnownFindingsTest, PrintsWhatItParses) {
  for (const char* line :
       {"durable in any: x/y 1", "prefix durable-before in ext4 xfs: x/y 2, a hole",
        "any in any: z", "died 11 at libleveldb.so in any: y",
        "open in any after nothing but any lock, any open error: w", "open in any after nothing: a",
        "poisoned in strict after log write, log sync fail: b",
        "durable in any with reuse-logs on after any any: c: d",
        "open in any with journal wal and synchronous normal after nothing: e",
        "flush in any with write-buffer 4096: e"}) {
    const KnownFindings known = Parse(line);
    ASSERT_EQ(known.size(), 1U);
    EXPECT_EQ(ToText(known[0]), line);
  }
}

TEST(KnownFindingsTest, CommentsAndEmptyLinesAreNone) {
  const KnownFindings known = Parse("# all of them\n\n  open in  any :  a  # why\r\n# end");
  ASSERT_EQ(known.size(), 1U);
  EXPECT_EQ(ToText(known[0]), "open in any: a");
}

TEST(KnownFindingsTest, ErrorsNameFileLineAndColumn) {
  EXPECT_EQ(ErrorOf("# a\ndurabel in any: x"),
            "known:2: column 1: expected any, died, or a rule, found \"durabel in any: x\"");
  EXPECT_EQ(ErrorOf("durable any: x"), "known:1: column 8: expected in, found \" any: x\"");
  EXPECT_EQ(ErrorOf("durable in any"),
            "known:1: column 15: expected with, after, or \":\", found the end of the line");
  EXPECT_EQ(ErrorOf("durable in any:"),
            "known:1: column 16: expected where it is on record, found the end of the line");
  EXPECT_EQ(ErrorOf("durable in any:#"),
            "known:1: column 16: expected where it is on record, found \"#\"");
  EXPECT_EQ(ErrorOf("durable in any with speed 3: x"),
            "known:1: column 21: expected an option, found \"speed 3: x\"");
  EXPECT_EQ(ErrorOf("durable in any with reuse-logs yes: x"),
            "known:1: column 32: expected off or on (off on), found \"yes: x\"");
  EXPECT_EQ(ErrorOf("durable in any after log: x"),
            "known:1: column 25: expected an operation such as write, or any, found \": x\"");
  EXPECT_NE(ErrorOf("durable in fat: x").find("expected any, or a profile ("), std::string::npos);
  EXPECT_EQ(ErrorOf("durable in any: caf\xe9").find("known:1: column 20: expected printable ASCII"),
            0U);
  EXPECT_EQ(ToText(Parse("open in any after log write , any lock : x")[0]),
            "open in any after log write, any lock: x");
  std::string many;
  for (std::size_t at = 0; at <= kKnownFindingsMax; ++at) many += "durable in any: x\n";
  EXPECT_NE(ErrorOf(many).find("known:65: column 1: expected at most 64"), std::string::npos);
}

TEST(KnownFindingsTest, TheRuleAndTheProfileDecide) {
  const KnownFindings known = Parse("durable in ext4 xfs: a\nopen in any: b");
  EXPECT_EQ(FindKnown(known, On(disk::ProfileName::kXfs), Broken(models::Rule::kDurable)), 0U);
  EXPECT_EQ(FindKnown(known, On(disk::ProfileName::kStrict), Broken(models::Rule::kDurable)),
            std::nullopt);
  EXPECT_EQ(FindKnown(known, On(disk::ProfileName::kStrict), Broken(models::Rule::kOpen)), 1U);
  EXPECT_EQ(FindKnown(known, On(disk::ProfileName::kXfs), Broken(models::Rule::kPrefix)),
            std::nullopt);
}

TEST(KnownFindingsTest, WhatStruckBeforeDecides) {
  const KnownFindings known = Parse(
      "durable in any after log read short: a\ndurable in any after nothing: b\n"
      "durable in any after log write, log sync: c");
  const Scenario scenario = On(disk::ProfileName::kExt4);
  EXPECT_EQ(FindKnown(known, scenario, Broken(models::Rule::kDurable)), 1U);
  EXPECT_EQ(FindKnown(known, scenario,
                      Broken(models::Rule::kDurable, FileKind::kLog, OpKind::kRead,
                             EffectKind::kShortRead)),
            0U);
  EXPECT_EQ(FindKnown(known, scenario,
                      Broken(models::Rule::kDurable, FileKind::kTable, OpKind::kRead,
                             EffectKind::kShortRead)),
            1U);
  EXPECT_EQ(FindKnown(known, scenario,
                      Broken(models::Rule::kDurable, FileKind::kLog, OpKind::kSync,
                             EffectKind::kFailedSync)),
            2U);
  EXPECT_EQ(FindKnown(known, scenario,
                      Broken(models::Rule::kDurable, FileKind::kTable, OpKind::kSync,
                             EffectKind::kFailedSync)),
            std::nullopt);
}

TEST(KnownFindingsTest, NothingButSomeFaults) {
  const KnownFindings known = Parse("durable in any after nothing but any lock, any open: a");
  const Scenario scenario = On(disk::ProfileName::kExt4);
  RunResult result =
      Broken(models::Rule::kDurable, FileKind::kTable, OpKind::kOpen, EffectKind::kError);
  EXPECT_EQ(FindKnown(known, scenario, Broken(models::Rule::kDurable)), 0U);
  EXPECT_EQ(FindKnown(known, scenario, result), 0U);
  result.struck.push_back({0, 1, FileKind::kLog, OpKind::kSync, {EffectKind::kFailedSync, 5, 0}});
  EXPECT_EQ(FindKnown(known, scenario, result), std::nullopt);
}

TEST(KnownFindingsTest, AnOptionDecides) {
  const KnownFindings known = Parse("durable in any with reuse-logs on: a");
  Scenario scenario = On(disk::ProfileName::kExt4);
  EXPECT_EQ(FindKnown(known, scenario, Broken(models::Rule::kDurable)), std::nullopt);
  scenario.options.reuse_logs = 1;
  EXPECT_EQ(FindKnown(known, scenario, Broken(models::Rule::kDurable)), 0U);
}

TEST(KnownFindingsTest, OfSeveralOptionsAllDecide) {
  const KnownFindings known = Parse("durable in any with journal wal and synchronous normal: a");
  Scenario scenario = On(disk::ProfileName::kExt4);
  scenario.options.journal = 3;
  EXPECT_EQ(FindKnown(known, scenario, Broken(models::Rule::kDurable)), std::nullopt);
  scenario.options.synchronous = 1;
  EXPECT_EQ(FindKnown(known, scenario, Broken(models::Rule::kDurable)), 0U);
  EXPECT_EQ(ErrorOf("open in any with journal wal and synchronous maybe: x"),
            "known:1: column 46: expected how a commit is synced (off normal full extra), found "
            "\"maybe: x\"");
}

TEST(KnownFindingsTest, ADeathIsKnownByItsSignalAndPlace) {
  const KnownFindings known = Parse("any in any: a\ndied 11 at libx.so in xfs with bloom 10: b");
  const std::string cause = "died of signal 11 (Segmentation fault) in libx.so.1 < main";
  const FailureClass died = {FailureClass::Kind::kDied, models::Rule::kDurable, 11};
  Scenario scenario = On(disk::ProfileName::kXfs);
  EXPECT_EQ(FindKnownDeath(known, scenario, died, cause), std::nullopt);
  scenario.options.bloom_bits = 10;
  EXPECT_EQ(FindKnownDeath(known, scenario, died, cause), 1U);
  EXPECT_EQ(FindKnownDeath(known, scenario, died,
                           "died of signal 11 (Segmentation fault) in main < libx.so.1"),
            std::nullopt);
  EXPECT_EQ(FindKnownDeath(known, scenario, {FailureClass::Kind::kDied, died.rule, 6}, cause),
            std::nullopt);
  EXPECT_EQ(FindKnownDeath(known, scenario, {FailureClass::Kind::kHung, died.rule, 11}, cause),
            std::nullopt);
  scenario.profile = disk::ProfileName::kExt4;
  EXPECT_EQ(FindKnownDeath(known, scenario, died, cause), std::nullopt);
  EXPECT_EQ(ErrorOf("died 11 at f in any after any any: x"),
            "known:1: column 21: expected with, after, or \":\", found \"after any any: x\"");
  EXPECT_EQ(
      ErrorOf("died 9 at f in any: x"),
      "known:1: column 7: expected a signal of the target's own, not 9, found \" at f in any: "
      "x\"");
  EXPECT_EQ(ErrorOf("died in any: x").find("known:1: column 6: expected a signal from 1 to 64"),
            0U);
}

#if defined(HARROW_HAS_LEVELDB)
// What the run of stock LevelDB had been struck by when it failed.
std::string StruckIn(const std::string& lives) {
  const absl::StatusOr<Scenario> scenario =
      ParseScenario("test", "harrow scenario 3\ntarget leveldb\nkeys 4\n" + lives);
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  const RunResult result = RunScenario(*scenario);
  EXPECT_TRUE(result.failed());
  std::string text;
  for (const faults::Fired& fired : result.struck)
    text.append(ToText(fired.file)).append(" ").append(ToText(fired.operation)).append("; ");
  return text;
}

TEST(StruckTest, AfterTheCrashImageThatFailsNothingCounts) {
  const std::string hole =
      "  image none\n  client\n    put k0 100\n    put k1 66000\n    put k2 100 sync\n"
      "    put k3 100 sync\n";
  // The fourth write to a log is of k1, the sixth of k3.
  EXPECT_EQ(StruckIn("life\n  fault log write #6: error EIO\n" + hole), "");
  EXPECT_EQ(
      StruckIn("life\n  fault log write #6: error EIO\n  fault log write #2: delay 5\n" + hole),
      "log write; ");
}

TEST(StruckTest, AfterTheReadBackThatFailsNothingCounts) {
  const std::string first = "life\n  end close\n  client\n    put k0 100 sync\n";
  const std::string second =
      "life\n  explore 0\n  fault log read #1: error EIO\n  fault log write #1: error EIO\n"
      "  client\n    put k1 100\n";
  EXPECT_EQ(StruckIn(first + second), "log read; ");
}

TEST(StruckTest, FaultsOfEarlierLivesCount) {
  EXPECT_EQ(StruckIn("life\n  explore 0\n  fault log write #1: delay 5\n  end close\n  client\n"
                     "    put k0 100 sync\nlife\n  explore 0\n  fault log read #1: error EIO\n"),
            "log write; log read; ");
}
#endif

TEST(KnownFindingsTest, OnlyABrokenRuleIsKnown) {
  const KnownFindings known = Parse("durable in any: a");
  RunResult result;
  EXPECT_EQ(FindKnown(known, On(disk::ProfileName::kExt4), result), std::nullopt);
  result.failure.kind = FailureClass::Kind::kUnserved;
  EXPECT_EQ(FindKnown(known, On(disk::ProfileName::kExt4), result), std::nullopt);
}

}  // namespace
}  // namespace harrow::harness
