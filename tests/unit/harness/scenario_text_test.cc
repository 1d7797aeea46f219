#include "sim/harness/scenario_text.h"

#include <gtest/gtest.h>

#include <string>

#include "sim/harness/generator.h"

namespace harrow::harness {
namespace {

constexpr std::string_view kSmall =
    "harrow scenario 1\n"
    "seed 7\n"
    "profile strict\n"
    "keys 4\n"
    "life            # the only one\n"
    "  schedule pct seed 0x9 depth 2 spurious 20\n"
    "  fault log write #3: short 7 then ENOSPC\n"
    "  explore 5\n"
    "  image torn-last 17\n"
    "  end crash before 12 keep random 0x5\n"
    "  client\n"
    "    put k3 120 sync\n"
    "    batch sync { put k0 10, delete k2 }\n"
    "    batch { }\n"
    "    scan backward\n";

TEST(ScenarioText, ParsesWhatAPersonWrites) {
  const absl::StatusOr<Scenario> parsed = ParseScenario("small", kSmall);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->seed, 7u);
  EXPECT_EQ(parsed->profile, disk::ProfileName::kStrict);
  ASSERT_EQ(parsed->lives.size(), 1u);
  const LifePlan& life = parsed->lives[0];
  EXPECT_EQ(life.schedule.strategy.kind, kernel::StrategyKind::kPct);
  EXPECT_EQ(life.schedule.spurious_wakeup_one_in, 20u);
  ASSERT_EQ(life.faults.rules.size(), 1u);
  EXPECT_EQ(life.faults.rules[0].effect.amount, 7u);
  EXPECT_EQ(life.end.before_mutation, 12u);
  EXPECT_EQ(life.end.image.seed, 5u);
  ASSERT_EQ(life.clients.size(), 1u);
  const std::vector<Operation>& operations = life.clients[0].operations;
  ASSERT_EQ(operations.size(), 4u);
  EXPECT_TRUE(operations[0].sync);
  EXPECT_EQ(operations[1].entries.size(), 2u);
  EXPECT_TRUE(operations[1].entries[1].deletion);
  EXPECT_TRUE(operations[2].entries.empty());
  EXPECT_EQ(operations[3].path, targets::ScanPath::kBackward);
}

TEST(ScenarioText, GeneratedScenariosRoundTrip) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Scenario scenario = GenerateScenario(seed, {});
    if (seed % 3 == 0) scenario.expect = static_cast<models::Rule>(seed % 16);
    scenario.lives[0].schedule.replay = seed % 2 == 0;
    scenario.lives[0].schedule.deviations = {
        {kernel::Deviation::Kind::kSwitch, seed, 3, ~seed},
        {kernel::Deviation::Kind::kSpuriousWakeup, seed, 4, 0}};
    const absl::StatusOr<Scenario> parsed = ParseScenario("generated", ToText(scenario));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    ASSERT_EQ(*parsed, scenario) << ToText(scenario);
  }
}

std::string ExploreOf(const std::string& version, const std::string& lines) {
  const absl::StatusOr<Scenario> parsed =
      ParseScenario("f", "harrow scenario " + version + "\nlife\n" + lines + "life\nexplore 0\n");
  if (!parsed.ok()) return parsed.status().ToString();
  const ExplorePlan& explore = parsed->lives[0].explore;
  std::string text = std::to_string(explore.every);
  for (const faults::CrashImageChoice& image : explore.images) text += " " + faults::ToText(image);
  return text;
}

TEST(ScenarioText, ALifeExploresUnlessItSaysOtherwise) {
  EXPECT_EQ(ExploreOf("2", ""), "1 none all");
  EXPECT_EQ(ExploreOf("2", "explore 0\n"), "0");
  EXPECT_EQ(ExploreOf("2", "explore 5\n"), "5 none all");
  EXPECT_EQ(ExploreOf("2", "image names-only\n"), "1 names-only");
  EXPECT_EQ(ExploreOf("2", "explore 5\nimage torn-last 3\nimage all\n"), "5 torn-last 3 all");
  EXPECT_EQ(ExploreOf("2", "explore 0\nimage all\n"), "0 all");
  EXPECT_EQ(ExploreOf("1", ""), "0");
  EXPECT_EQ(ExploreOf("1", "explore 5\n"), "0");
  EXPECT_EQ(ExploreOf("1", "explore 5\nimage all\n"), "5 all");
}

TEST(ScenarioText, WhatIsLeftOutIsTheStructsDefault) {
  const absl::StatusOr<Scenario> parsed =
      ParseScenario("f", "harrow scenario 2\nlife\nexplore 0\n");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  Scenario expected;
  expected.lives.resize(1);
  EXPECT_EQ(*parsed, expected);
}

TEST(ScenarioText, EveryOptionAndOperationIsPrintedAndParsed) {
  const std::string lines =
      "    compact\n    compact from k1\n    compact to k2\n    compact from k3 to k0\n"
      "    iterator\n    snapshot-iterator\n    seek k1\n    seek-first\n    seek-last\n"
      "    next 1\n    prev 12\n    drop\n    inspect\n    inspect from k1 to k2\n"
      "    open-again\n";
  const std::string settings =
      "level0-trigger 2\nlevel0-slowdown 3\nlevel0-stop 5\nlevel-base 20000\nlevel-factor 3\n"
      "compression snappy\nbloom 10\nblock-cache 0\nrestart 1\nwriter-yields 3\ninfo-log file\n"
      "wasted-seeks 7\n";
  const absl::StatusOr<Scenario> parsed =
      ParseScenario("f", "harrow scenario 3\nkeys 4\n" + settings + "life\n  client\n" + lines);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->options.level0_stop_trigger, 5u);
  EXPECT_EQ(parsed->options.compression, 1u);
  const std::vector<Operation>& operations = parsed->lives[0].clients[0].operations;
  ASSERT_EQ(operations.size(), 15u);
  EXPECT_EQ(operations[3].from, 3u);
  EXPECT_EQ(operations[3].to, 0u);
  EXPECT_EQ(operations[10].count, 12u);
  const std::string text = ToText(*parsed);
  EXPECT_NE(text.find(settings), std::string::npos) << text;
  EXPECT_NE(text.find(lines), std::string::npos) << text;
  const absl::StatusOr<Scenario> again = ParseScenario("again", text);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, *parsed);
}

struct BadText {
  const char* name;
  std::string text;
  std::string error;
};

// The lines before a life's client, then `line`.
std::string InClient(const std::string& line) {
  return "harrow scenario 1\nkeys 4\nlife\n  client\n    " + line + "\n";
}
std::string InClient3(const std::string& line) {
  return "harrow scenario 3\nkeys 4\nlife\n  client\n    " + line + "\n";
}
std::string InLife(const std::string& line) { return "harrow scenario 1\nlife\n  " + line + "\n"; }

TEST(ScenarioText, EachMistakeHasOneClearError) {
  const BadText cases[] = {
      {"empty", "",
       "f:1: column 1: expected \"harrow scenario 1\", \"harrow scenario 2\" or \"harrow scenario "
       "3\", found the end of the line"},
      {"header", "harrow scenario 4\n", "f:1: column 1: expected \"harrow scenario 1\", "},
      {"long header", "harrow scenario 21\n", "f:1: column 1: expected \"harrow scenario 1\", "},
      {"words that touch", InClient("put k1 10sync"), "f:5: column 14: expected the end of"},
      {"two paths", InClient("scan backwardwinding"), "f:5: column 10: expected the end of"},
      {"before what", InLife("end crash before12"), "f:3: column 13: expected before, keep, or"},
      {"max-open twice", "harrow scenario 1\nmax-open 4\nmax-open 4\n",
       "f:3: column 1: expected no second \"max-open\" (line 2 has one)"},
      {"nested before its version", "harrow scenario 2\nlife\nnested 1 every 2\n",
       "f:3: column 1: expected \"harrow scenario 3\" in the first line, for this word"},
      {"nested too deep", "harrow scenario 3\nlife\nnested 5 every 2\n",
       "f:3: column 8: expected a depth"},
      {"nested without a count", "harrow scenario 3\nlife\nnested 2\n",
       "f:3: column 9: expected every"},
      {"nested every none", "harrow scenario 3\nlife\nnested 2 every 0\n",
       "f:3: column 16: expected a count"},
      {"nested twice", "harrow scenario 3\nlife\nnested 2 every 1\nnested 2 every 1\n",
       "f:4: column 1: expected no second \"nested\" (line 3 has one)"},
      {"idle before its version", "harrow scenario 2\nlife\nend close idle\n",
       "f:3: column 11: expected the end of the line"},
      {"unknown rule", "harrow scenario 2\nexpect luck\n",
       "f:2: column 8: expected a rule (durable durable-before flush"},
      {"expect in version 1", "harrow scenario 1\nexpect durable\n",
       "f:2: column 1: expected \"harrow scenario 2\" in the first line, for this word"},
      {"blank lines", "\n\n", "f:2: column 1: expected \"harrow scenario 1\""},
      {"no life", "harrow scenario 1\nseed 4\n", "f:2: column 1: expected at least one life"},
      {"setting", "harrow scenario 1\nspeed 4\n", "f:2: column 1: expected a setting"},
      {"number", "harrow scenario 1\nkeys many\n",
       "f:2: column 6: expected a count from 1 to 4096"},
      {"range", "harrow scenario 1\nkeys 0\n", "f:2: column 6: expected a count from 1 to 4096"},
      {"target", "harrow scenario 1\ntarget foo\n", "f:2: column 8: expected a target"},
      {"profile", "harrow scenario 1\nprofile fat32\n", "f:2: column 9: expected a profile"},
      {"trailing", "harrow scenario 1\nkeys 3 4\n", "f:2: column 8: expected the end of the line"},
      {"operation outside", InLife("put k0 10"), "f:3: column 3: expected a line of a life"},
      {"strategy", InLife("schedule best"), "f:3: column 12: expected a strategy"},
      {"fault", InLife("fault log wrote #3: fail EIO"), "f:3: column 13: expected"},
      {"survivors", InLife("end crash keep most"), "f:3: column 18: expected what survives"},
      {"many images", InLife("end crash keep every-subset"), "f:3: column 18: expected one image"},
      {"end", InLife("end soon"), "f:3: column 7: expected close or crash"},
      {"key", InClient("put k4 10"), "f:5: column 9: expected a key from k0 to k3"},
      {"size", InClient("put k1 3"), "f:5: column 12: expected a value size from 4 to"},
      {"batch", InClient("batch { put k1 10; }"), "f:5: column 22: expected \",\" or \"}\""},
      {"operation", InClient("append k1"), "f:5: column 5: expected an operation"},
      {"setting twice", "harrow scenario 1\nkeys 4\nseed 1\n keys 5\n",
       "f:4: column 2: expected no second \"keys\" (line 2 has one), found \"keys 5\""},
      {"schedule twice", InLife("schedule pct\n  schedule pos"),
       "f:4: column 3: expected no second \"schedule\" (line 3 has one), found"},
      {"end twice", InLife("end close\n  client\n  end close"),
       "f:5: column 3: expected no second \"end\" (line 3 has one), found"},
      {"control bytes", std::string("harrow scenario 1\n\x1b[31m\0\x7f\n", 25),
       "f:2: column 1: expected a setting (seed target profile write-buffer block max-file "
       "max-open level0-trigger level0-slowdown level0-stop level-base level-factor compression "
       "bloom block-cache restart writer-yields info-log wasted-seeks reuse-logs paranoid-checks "
       "journal synchronous "
       "keys "
       "step-limit expect) or life, found \"\\x1b[31m\\x00\\x7f\""},
      {"new setting in version 2", "harrow scenario 2\nbloom 10\n",
       "f:2: column 1: expected \"harrow scenario 3\" in the first line, for this word"},
      {"new operation in version 1", InClient("compact"),
       "f:5: column 5: expected \"harrow scenario 3\" in the first line, for this word"},
      {"compression", "harrow scenario 3\ncompression zstd\n",
       "f:2: column 13: expected a compression (none snappy), found \"zstd\""},
      {"bloom twice", "harrow scenario 3\nbloom 1\nbloom 1\n",
       "f:3: column 1: expected no second \"bloom\" (line 2 has one)"},
      {"key of a range", InClient3("compact from k1 to k4"),
       "f:5: column 24: expected a key from k0 to k3"},
      {"range the wrong way round", InClient3("compact to k1 from k2"),
       "f:5: column 19: expected the end of the line"},
      {"no steps", InClient3("next 0"), "f:5: column 10: expected a count from 1 to 10000"},
      {"seek", InClient3("seek"), "f:5: column 9: expected a key from k0 to k3"},
      {"an option of another target", "harrow scenario 3\nreuse-logs on\nlife\n",
       "f:3: column 1: expected no \"reuse-logs\" (line 2), which means nothing to harrow, before "
       "it, found \"life\""},
      {"inner carriage return", "harrow scenario 1\nkeys 3\r4\n",
       "f:2: column 7: expected the end of the line, found \"\\x0d4\""},
  };
  for (const BadText& bad : cases) {
    const absl::StatusOr<Scenario> parsed = ParseScenario("f", bad.text);
    ASSERT_FALSE(parsed.ok()) << bad.name;
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
    const std::string message(parsed.status().message());
    EXPECT_EQ(message.substr(0, bad.error.size()), bad.error) << bad.name << ": " << message;
  }
}

TEST(ScenarioText, TabsAndCarriageReturnsAreSpaces) {
  std::string text(kSmall);
  for (std::size_t at = 0; (at = text.find("  ", at)) != std::string::npos; ++at)
    text.replace(at, 2, "\t ");
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
    text.replace(at, 1, "\r\n");
  text.replace(text.find("keys 4"), 6, "keys\t4");
  text.replace(text.find("short 7 then"), 12, "short\t7\tthen");
  const absl::StatusOr<Scenario> parsed = ParseScenario("tabs", text);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, *ParseScenario("spaces", kSmall));
}

TEST(ScenarioText, LivesDoNotShareWhatStandsOnce) {
  const std::string life = "life\n  schedule pct\n  explore 5\n  end close\n";
  const absl::StatusOr<Scenario> parsed =
      ParseScenario("lives", "harrow scenario 1\nseed 1\n" + life + life);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->lives.size(), 2u);
}

// Every prefix and every single-character change of a valid text parses or fails with an error; nothing crashes.
TEST(ScenarioText, DamagedTextNeverCrashes) {
  const std::string text(kSmall);
  for (std::size_t size = 0; size <= text.size(); ++size) {
    ParseScenario("f", std::string_view(text).substr(0, size)).status().IgnoreError();
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char other : {'\0', ' ', '\n', '#', '9', 'x', '{', '\xff'}) {
      std::string damaged = text;
      damaged[at] = other;
      ParseScenario("f", damaged).status().IgnoreError();
    }
  }
}

}  // namespace
}  // namespace harrow::harness
