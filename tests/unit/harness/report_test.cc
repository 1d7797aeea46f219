// What a report is made of, on real recordings: JSON that no page can be broken by, lanes, the logs' bytes, allowed states, the
// story, and a sweep's results.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sim/harness/report/crash_json.h"
#include "sim/harness/report/judgement.h"
#include "sim/harness/report/log_map.h"
#include "sim/harness/report/recovered_crash.h"
#include "sim/harness/report/report_json.h"
#include "sim/harness/report/report_page.h"
#include "sim/harness/report/run_report.h"
#include "sim/harness/report/story.h"
#include "sim/harness/report/sweep_report.h"
#include "sim/harness/report/timeline.h"
#include "sim/harness/scenario_text.h"

namespace harrow::harness {
namespace {

struct Recorded {
  Scenario scenario;
  Recording recording;
  RunResult result;
};

Recorded Record(const std::string& text) {
  Recorded recorded;
  absl::StatusOr<Scenario> scenario = ParseScenario("test", text);
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  recorded.scenario = *std::move(scenario);
  recorded.result = RunScenario(recorded.scenario, &recorded.recording);
  return recorded;
}

// #0 is synced, #1 and #2 are not; #1 crosses a block.
constexpr const char* kUnsyncedTail =
    "harrow scenario 1\n"
    "keys 3\n"
    "life\n"
    "  end crash keep none\n"
    "  client\n"
    "    put k0 100 sync\n"
    "    put k1 40000\n"
    "    delete k0\n"
    "life\n"
    "  end close\n"
    "  client\n"
    "    get k0\n";

std::string FactsOf(const std::vector<Fact>& story) {
  std::string text;
  for (const Fact& fact : story) text += fact.title + "; ";
  return text;
}

TEST(ReportJson, SurvivesAnyBytesAndHoldsNoMarkup) {
  std::string bytes = "</script><!-- & \" \\ \n \x7f";
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  const std::string text = DumpForHtml(Json{{"<key>", bytes}, {"plain", "k1=#30[5]"}});
  for (const char letter : text) {
    EXPECT_TRUE(letter >= ' ' && letter <= '~') << static_cast<int>(letter);
    EXPECT_TRUE(letter != '<' && letter != '>' && letter != '&');
  }
  const Json parsed = Json::parse(text);
  EXPECT_EQ(parsed["plain"], "k1=#30[5]");
  const std::string back = parsed["<key>"];
  EXPECT_EQ(back.substr(0, 20), bytes.substr(0, 20));
  EXPECT_NE(back.find("\xef\xbf\xbd"), std::string::npos);  // what was no UTF-8
}

TEST(ReportPage, HoldsItsPartsOnceAndEscapesItsTitle) {
  const std::string page = ReportPage("<b> & \nDATA\n", "{\"kind\":\"run\"}");
  EXPECT_NE(page.find("&lt;b&gt; &amp; "), std::string::npos);
  EXPECT_EQ(page.find("<b>"), std::string::npos);
  const std::size_t data = page.find("{\"kind\":\"run\"}");
  ASSERT_NE(data, std::string::npos);
  EXPECT_EQ(page.find("{\"kind\":\"run\"}", data + 1), std::string::npos);
  EXPECT_GT(data, page.find("application/json"));
  EXPECT_EQ(page.find("\nSCRIPT\n"), std::string::npos);
  EXPECT_EQ(page.find("http://", page.find("</head>")), page.find("http://www.w3.org/2000/svg"));
}

TEST(Timeline, NamesTasksAndPairsCallsAndLocks) {
  const Recorded run = Record(
      "harrow scenario 1\nkeys 2\nlife\n  schedule random seed 0x3\n  end close\n"
      "  client\n    put k0 10 sync\n    flush\n  client\n    put k1 10\n    put k1 20\n");
  const RecordedLife& life = run.recording.lives[0];
  const Timeline timeline = MakeTimeline(life, "L1");
  ASSERT_GE(timeline.lanes.size(), 3u);
  EXPECT_EQ(timeline.lanes[0].name, "main");
  std::vector<std::string> names;
  for (const Lane& lane : timeline.lanes) names.push_back(lane.name);
  EXPECT_EQ(std::count(names.begin(), names.end(), "L1.C0"), 1);
  EXPECT_EQ(std::count(names.begin(), names.end(), "L1.C1"), 1);
  EXPECT_EQ(std::count(names.begin(), names.end(), "background"), 1);
  ASSERT_EQ(timeline.calls.size(), 4u);
  for (const ClientCall& call : timeline.calls) {
    EXPECT_TRUE(call.returned);
    EXPECT_LT(call.begin, call.end);
  }
  // A mutex has one holder at a time, and every bar is of a task that has a lane.
  for (const Bar& bar : timeline.bars) {
    EXPECT_LE(bar.begin, bar.end);
    EXPECT_LT(bar.task, timeline.lanes.size());
    if (bar.kind != Bar::Kind::kHolds) continue;
    for (const Bar& other : timeline.bars) {
      if (other.kind != Bar::Kind::kHolds || other.object != bar.object || &other == &bar) continue;
      EXPECT_TRUE(other.end <= bar.begin || bar.end <= other.begin);
    }
  }
  EXPECT_TRUE(std::any_of(timeline.bars.begin(), timeline.bars.end(),
                          [](const Bar& bar) { return bar.kind == Bar::Kind::kWaitsOnCondition; }));
}

TEST(LogMap, TellsWhatWasDurableAndWhatSurvived) {
  const Recorded run = Record(kUnsyncedTail);
  ASSERT_TRUE(run.recording.lives[0].crash.has_value());
  const std::vector<LogMap> logs = MapLogs(*run.recording.lives[0].crash, 3);
  ASSERT_EQ(logs.size(), 1u);
  const LogMap& log = logs[0];
  ASSERT_EQ(log.records.size(), 3u);
  EXPECT_EQ(log.records[0].entries[0].write, 0u);
  EXPECT_EQ(log.records[1].entries[0].key_text, "k1");
  EXPECT_EQ(log.records[1].entries[0].size, 40000u);
  EXPECT_TRUE(log.records[2].entries[0].deletion);
  EXPECT_EQ(log.records_survived, 1u);
  std::string types;
  std::uint64_t end = 0;
  for (const LogFragment& fragment : log.fragments) {
    types += fragment.type + " ";
    EXPECT_TRUE(fragment.checksum_ok);
    EXPECT_EQ(fragment.offset, end);
    end = fragment.offset + fragment.size;
    const bool first = fragment.offset == 0;
    EXPECT_EQ(SameBytes(fragment.durable), first ? fragment.size : 0u);
    EXPECT_EQ(SameBytes(fragment.survived), first ? fragment.size : 0u);
    std::uint64_t sum = 0;
    for (const Stretch& piece : fragment.survived) sum += piece.size;
    EXPECT_EQ(sum, fragment.size);
  }
  EXPECT_EQ(types, "FULL FIRST LAST FULL ");
  EXPECT_EQ(end, *log.cache);
  EXPECT_EQ(*log.durable, *log.survived);
}

TEST(LogMap, ShowsATornRecord) {
  const Recorded run = Record(
      "harrow scenario 1\nkeys 1\nlife\n  end crash keep torn-last 60\n"
      "  client\n    put k0 100 sync\n    put k0 2000\n");
  const std::vector<LogMap> logs = MapLogs(*run.recording.lives[0].crash, 1);
  ASSERT_EQ(logs.size(), 1u);
  ASSERT_EQ(logs[0].fragments.size(), 2u);
  EXPECT_EQ(SameBytes(logs[0].fragments[1].survived), 60u);
  EXPECT_EQ(logs[0].records_survived, 1u);
  EXPECT_NE(logs[0].stop.find("cut payload"), std::string::npos) << logs[0].stop;
}

TEST(Judgement, AllowsWhatThePromisesLeaveOpen) {
  const Recorded run = Record(kUnsyncedTail);
  const std::vector<RecoveredCrash> crashes = CrashesOf(run.result, run.recording);
  ASSERT_EQ(crashes.size(), 1u);
  EXPECT_EQ(crashes[0].recovery, 1u);
  const std::optional<Judgement> judgement =
      Judge(run.recording.history, *crashes[0].crash, 0, crashes[0].recovered);
  ASSERT_TRUE(judgement.has_value());
  EXPECT_EQ(judgement->image, models::ImageKind::kPowerLoss);
  // k0: its value, or deleted; k1: there or not; k2: nothing.
  EXPECT_EQ(judgement->keys[0].allowed.size(), 2u);
  EXPECT_EQ(judgement->keys[1].allowed.size(), 2u);
  EXPECT_EQ(judgement->keys[2].allowed.size(), 1u);
  for (const JudgedKey& key : judgement->keys) EXPECT_TRUE(key.is_allowed);
  EXPECT_EQ(judgement->keys[0].writes, (std::vector<models::WriteId>{0, 2}));
  // A read-back that lost the synced write is not allowed.
  const std::vector<models::Cell> lost(3);
  const auto wrong = Judge(run.recording.history, *crashes[0].crash, 0, lost);
  EXPECT_TRUE(wrong->keys[0].is_allowed);  // the deletion could be in
  models::Cell garbage;
  garbage.kind = models::Cell::Kind::kGarbage;
  EXPECT_FALSE(
      Judge(run.recording.history, *crashes[0].crash, 0, std::vector<models::Cell>(3, garbage))
          ->keys[0]
          .is_allowed);
}

// A verdict as if #1 had been promised: the story has to show that its record was never synced.
TEST(Story, FollowsTheOperationThatTheVerdictNames) {
  Recorded run = Record(kUnsyncedTail);
  run.recording.history.writes[1].sync = true;
  run.result.failure.kind = FailureClass::Kind::kRule;
  run.result.verdict =
      models::Verdict::Violated(models::Rule::kDurable, "L1.C0 #1 (put k1) was acknowledged at t=9",
                                "k1 is absent after recovery");
  run.recording.judged = run.recording.history.lives[1].recovered;
  const std::vector<RecoveredCrash> crashes = CrashesOf(run.result, run.recording);
  ASSERT_EQ(crashes.size(), 1u);
  ASSERT_TRUE(crashes[0].judged);
  const std::vector<LogMap> logs = MapLogs(*crashes[0].crash, 3);
  const std::vector<Fact> story = TellStory(run.result, run.recording, crashes.data(), logs);
  EXPECT_EQ(FactsOf(story),
            "L1.C0 #1 called; written to the log; L1.C0 #1 told ok too early; the power goes; "
            "its record did not survive; found; ");
  for (std::size_t at = 1; at < story.size(); ++at) {
    EXPECT_LE(std::pair(story[at - 1].life, story[at - 1].event),
              std::pair(story[at].life, story[at].event));
  }
  EXPECT_EQ(story.back().life, 1u);
  EXPECT_NE(story[4].text.find("0 bytes of 40"), std::string::npos) << story[4].text;
}

TEST(Story, SaysThatASyncCameInTime) {
  Recorded run = Record(kUnsyncedTail);
  run.result.failure.kind = FailureClass::Kind::kRule;
  run.result.verdict = models::Verdict::Violated(models::Rule::kDurable, "L1.C0 #0 (put k0)", "?");
  run.recording.judged = run.recording.history.lives[1].recovered;
  const std::vector<RecoveredCrash> crashes = CrashesOf(run.result, run.recording);
  const std::vector<Fact> story =
      TellStory(run.result, run.recording, crashes.data(), MapLogs(*crashes[0].crash, 3));
  EXPECT_EQ(FactsOf(story),
            "L1.C0 #0 called; written to the log; the log synced; L1.C0 #0 told ok; "
            "the power goes; its record survived; found; ");
}

TEST(RunReport, NamesTheStepThatWroteEachFragmentAndKeepsTheLastStepsOfAGiant) {
  const Recorded run = Record(kUnsyncedTail);
  RunReportOptions options;
  options.title = "test";
  const Json whole = Json::parse(RunReport(run.scenario, run.result, run.recording, options));
  EXPECT_EQ(whole["verdict"]["kind"], "ok");
  ASSERT_EQ(whole["lives"].size(), 2u);
  const Json& life = whole["lives"][0];
  EXPECT_EQ(life["steps"].size(), run.recording.lives[0].trace.events().size());
  for (const Json& fragment : whole["crashes"][0]["logs"][0]["fragments"]) {
    const std::size_t event = fragment["writer"][1];
    const Json& files = life["files"];
    const auto writer = std::find_if(files.begin(), files.end(),
                                     [event](const Json& file) { return file["event"] == event; });
    ASSERT_NE(writer, files.end());
    EXPECT_EQ((*writer)["op"], "write");
    EXPECT_EQ((*writer)["path"], whole["crashes"][0]["logs"][0]["path"]);
  }
  options.steps_max = 10;
  const Json cut = Json::parse(RunReport(run.scenario, run.result, run.recording, options));
  EXPECT_EQ(cut["lives"][0]["steps"].size(), 10u);
  EXPECT_EQ(cut["lives"][0]["first"], life["steps"].size() - 10);
  for (const Json& file : cut["lives"][0]["files"])
    EXPECT_GE(file["event"], cut["lives"][0]["first"]);
}

TEST(SweepReport, CountsAndRatesAreThoseOfTheLines) {
  const std::string text =
      R"({"line":"header","format":"harrow results","version":3,"build":"0x1","target":"harrow",)"
      R"("profile":"","strategy":"","first_seed":"0x1","seeds":4,"recheck":0,"shard_count":1,)"
      R"("shards":[0]})"
      "\n"
      R"({"line":"session","session":1,"shard":0,"started_us":1,"jobs":1})"
      "\n"
      R"({"line":"failure","session":1,"seed":"0x2","class":"rule","rule":"durable","hash":"0x9",)"
      R"("profile":"ext4","strategy":"pct","elapsed_ms":90,"cause":"rule durable: k","text":"t","output":""})"
      "\n"
      R"({"line":"done","session":1,"shard":0,"first":0,"size":2,"elapsed_ms":100,"cpu_us":7,)"
      R"("rechecked":0,"digest":"0x5","profiles":{"ext4":2},"strategies":{"pct":3},"unknown":[],)"
      R"("counts":{"crash states":40},"meetings":{}})"
      "\n"
      R"({"line":"done","session":1,"shard":0,"first":2,"size":2,"elapsed_ms":300,"cpu_us":7,)"
      R"("rechecked":0,"digest":"0x5","profiles":{"strict":2},"strategies":{"pos":3},"unknown":[],)"
      R"("counts":{"crash states":60},"meetings":{}})"
      "\n";
  const absl::StatusOr<ReadResults> read = ParseResults("test", text);
  ASSERT_TRUE(read.ok()) << read.status();
  const Json json = Json::parse(SweepReport(read->results, {"test", "harrow"}));
  EXPECT_EQ(json["totals"]["seeds"], 4u);
  EXPECT_EQ(json["totals"]["red"], 1u);
  EXPECT_EQ(json["totals"]["crash_states"], 100u);
  EXPECT_EQ(json["sessions"][0]["points"].dump(), "[[100,2,40,1],[300,4,100,1]]");
  ASSERT_EQ(json["causes"].size(), 1u);
  EXPECT_EQ(json["causes"][0]["reproduce"], "harrow replay 0x2");
  EXPECT_EQ(json["causes"][0]["report"], "harrow report 0x2 --html=0x2.html");
  EXPECT_EQ(json["rules"].dump(), R"([{"name":"rule durable","ran":null,"red":1}])");
  EXPECT_EQ(json["profiles"][1].dump(), R"({"name":"ext4","ran":2,"red":1})");
  EXPECT_EQ(json["profiles"][0].dump(), R"({"name":"strict","ran":2,"red":0})");
}

}  // namespace
}  // namespace harrow::harness
