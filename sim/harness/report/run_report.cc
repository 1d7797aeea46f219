#include "sim/harness/report/run_report.h"

#include <utility>
#include <vector>

#include "sim/disk/profile.h"
#include "sim/harness/report/crash_json.h"
#include "sim/harness/report/life_json.h"
#include "sim/harness/report/recovered_crash.h"
#include "sim/harness/report/report_json.h"
#include "sim/harness/report/story.h"
#include "sim/harness/run_text.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"

namespace harrow::harness {
namespace {

Json VerdictJson(const Scenario& scenario, const RunResult& result,
                 const RunReportOptions& options) {
  if (!options.unfinished.empty()) return {{"kind", "unfinished"}, {"text", options.unfinished}};
  if (!result.failed()) {
    const std::uint64_t unknown = result.counts.Get(Count::kUnknown);
    if (unknown == 0) return {{"kind", "ok"}, {"text", "every rule held"}};
    return {{"kind", "unknown"},
            {"text",
             std::to_string(unknown) + " checks reached a bound; no rule is known to be broken"}};
  }
  Json json = {{"where", DescribePlace(scenario, result.place)}};
  if (result.failure.kind != FailureClass::Kind::kRule) {
    json["kind"] = "cut-short";
    json["text"] = ToText(result.failure) + ": " + result.failure_detail;
    return json;
  }
  const models::Violation& violation = result.verdict.violation;
  json["kind"] = "red";
  json["rule"] = std::string(models::ToText(violation.rule));
  json["demand"] = std::string(models::Demand(violation.rule));
  json["promised"] = violation.promised;
  json["found"] = violation.found;
  return json;
}

const char* KindName(Fact::Kind kind) {
  switch (kind) {
    case Fact::Kind::kCall:
      return "call";
    case Fact::Kind::kLog:
      return "log";
    case Fact::Kind::kSync:
      return "sync";
    case Fact::Kind::kFault:
      return "fault";
    case Fact::Kind::kAnswer:
      return "answer";
    case Fact::Kind::kEarly:
      return "early";
    case Fact::Kind::kOther:
      return "other";
    case Fact::Kind::kCrash:
      return "crash";
    case Fact::Kind::kLost:
      return "lost";
    case Fact::Kind::kKept:
      return "kept";
    case Fact::Kind::kFound:
      return "found";
  }
  return "";
}

Json StoryJson(const std::vector<Fact>& story) {
  Json json = Json::array();
  for (const Fact& fact : story) {
    Json one = {{"kind", KindName(fact.kind)}, {"life", fact.life}};
    one["event"] = fact.event.has_value() ? Json(*fact.event) : Json();
    one["title"] = fact.title;
    one["text"] = fact.text;
    json.push_back(std::move(one));
  }
  return json;
}

Json ChainLifeJson(const Scenario& scenario, const Recording& recording, std::size_t index,
                   std::size_t steps_max) {
  const std::string number = std::to_string(index + 1);
  Json json = LifeJson(recording.lives[index], recording.history, {"L" + number, "Life " + number},
                       steps_max);
  const LifePlan& plan = scenario.lives[index];
  json["schedule"] = std::string(ToText(plan.schedule.strategy.kind)) + " " +
                     SeedText(plan.schedule.strategy.seed);
  json["clients"] = plan.clients.size();
  json["planned"] = Json::array();
  for (const faults::Rule& rule : plan.faults.rules)
    json["planned"].push_back(faults::ToText(rule));
  json["recovery"] = false;
  return json;
}

Json LivesJson(const Scenario& scenario, const Recording& recording,
               const RunReportOptions& options) {
  const std::size_t steps_max = options.steps_max;
  Json lives = Json::array();
  for (std::size_t index = 0; index < recording.lives.size(); ++index)
    lives.push_back(ChainLifeJson(scenario, recording, index, steps_max));
  if (recording.failing_recovery.has_value()) {
    Json json =
        LifeJson(*recording.failing_recovery, recording.history, {"R", "Recovery"}, steps_max);
    json["recovery"] = true;
    lives.push_back(std::move(json));
  }
  if (!options.unfinished.empty() && !lives.empty()) lives.back()["end"] = "not ended";
  return lives;
}

}  // namespace

std::string RunReport(const Scenario& scenario, const RunResult& result, const Recording& recording,
                      const RunReportOptions& options) {
  const std::vector<RecoveredCrash> crashes = CrashesOf(result, recording);
  const RecoveredCrash* judged = nullptr;
  std::vector<LogMap> judged_logs;
  Json crash_list = Json::array();
  for (const RecoveredCrash& crash : crashes) {
    std::vector<LogMap> logs = MapLogs(*crash.crash, scenario.key_count);
    crash_list.push_back(CrashJson(crash, recording, logs));
    if (!crash.judged) continue;
    judged = &crash;
    judged_logs = std::move(logs);
  }
  const std::vector<models::WriteId> named =
      NamedWrites(result.verdict.violation, recording.history);
  Json json = {{"kind", "run"},
               {"title", options.title},
               {"seed", SeedText(scenario.seed)},
               {"target", scenario.target},
               {"profile", std::string(disk::ToText(scenario.profile))},
               {"profile_rules", disk::Describe(disk::GetProfile(scenario.profile))},
               {"hash", SeedText(result.hash)},
               {"reproduce", options.reproduce},
               {"scenario", ToText(scenario)},
               {"verdict", VerdictJson(scenario, result, options)},
               {"story", StoryJson(TellStory(result, recording, judged, judged_logs))},
               {"subject", named.empty() ? Json() : Json(named.front())},
               {"lives", LivesJson(scenario, recording, options)},
               {"crashes", std::move(crash_list)}};
  return DumpForHtml(json);
}

}  // namespace harrow::harness
