#include "sim/harness/report/sweep_report.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "sim/disk/profile.h"
#include "sim/harness/report/report_json.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"
#include "sim/harness/shrink/scenario_size.h"
#include "sim/harness/sweep/cause_groups.h"
#include "sim/harness/sweep/sweep_text.h"

namespace harrow::harness {
namespace {

// A session with more has each few of them joined: a chart has no more columns.
constexpr std::size_t kPointsMax = 600;

Json HeaderJson(const SweepHeader& header) {
  const SeedSpace& space = header.space;
  return {{"build", SeedText(header.build)},
          {"target", header.target},
          {"profile", header.profile},
          {"strategy", header.strategy},
          {"first_seed", SeedText(space.first_seed)},
          {"seeds", space.seeds == SeedSpace::kNoBound ? Json() : Json(space.seeds)},
          {"recheck", header.recheck_one_in},
          {"shard_count", space.shard_count},
          {"shards", header.shards}};
}

Json TotalsJson(const SweepResults& results) {
  return {{"seeds", results.total.done},
          {"red", results.failures.size()},
          {"unknown", results.unknown.size()},
          {"rechecked", results.total.rechecked},
          {"cpu_us", results.total.cpu_us},
          {"elapsed_ms", ElapsedMs(results)},
          {"crash_states", results.total.counts.Get(Count::kCrashStates)},
          {"digest", SeedText(results.total.digest)}};
}

Json CountsJson(const std::map<std::string, std::uint64_t>& counts) {
  Json json = Json::object();
  for (const auto& [name, count] : counts) json[name.empty() ? "not known" : name] = count;
  return json;
}

Json SmallestJson(const ShrunkCause& smallest) {
  return {{"seed", SeedText(smallest.seed)},
          {"size", ToText(smallest.size)},
          {"finished", smallest.finished},
          {"text", smallest.text},
          {"scenario", smallest.scenario}};
}

Json CauseJson(const SweepResults& results, const CauseGroup& group, const std::string& program) {
  Json json = {{"causes", group.causes},
               {"failures", group.failures},
               {"classes", CountsJson(group.classes)},
               {"seeds", Json::array()}};
  for (const std::uint64_t seed : group.seeds) json["seeds"].push_back(SeedText(seed));
  std::map<std::string, std::uint64_t> profiles;
  std::map<std::string, std::uint64_t> strategies;
  for (const Failure& failure : results.failures) {
    if (std::find(group.causes.begin(), group.causes.end(), failure.cause) == group.causes.end())
      continue;
    ++profiles[failure.profile];
    ++strategies[failure.strategy];
  }
  json["profiles"] = CountsJson(profiles);
  json["strategies"] = CountsJson(strategies);
  json["text"] = group.first == nullptr ? "" : group.first->text;
  json["output"] = group.first == nullptr ? "" : group.first->output;
  if (!group.seeds.empty()) {
    json["reproduce"] = SeedCommand(program, "replay", results.header, group.seeds[0]);
    json["report"] = SeedCommand(program, "report", results.header, group.seeds[0]) +
                     " --html=" + SeedText(group.seeds[0]) + ".html";
  }
  json["smallest"] = group.smallest == nullptr ? Json() : SmallestJson(*group.smallest);
  return json;
}

Json RulesJson(const SweepResults& results) {
  std::map<std::string, std::uint64_t> rules;
  for (const Failure& failure : results.failures) ++rules[ToText(failure.what)];
  std::vector<std::pair<std::string, std::uint64_t>> sorted(rules.begin(), rules.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  Json json = Json::array();
  for (const auto& [name, red] : sorted)
    json.push_back({{"name", name}, {"ran", Json()}, {"red", red}});
  return json;
}

Json ProfilesJson(const SweepResults& results) {
  Json json = Json::array();
  for (std::size_t at = 0; at < Tally::kProfiles.size(); ++at) {
    const std::string name(disk::ToText(Tally::kProfiles[at]));
    const auto red = std::count_if(results.failures.begin(), results.failures.end(),
                                   [&](const Failure& failure) { return failure.profile == name; });
    const std::uint64_t ran = results.total.profiles[at];
    if (ran != 0 || red != 0) json.push_back({{"name", name}, {"ran", ran}, {"red", red}});
  }
  return json;
}

Json StrategiesJson(const SweepResults& results) {
  Json json = Json::array();
  for (std::size_t at = 0; at < Tally::kStrategies.size(); ++at) {
    const std::string name(ToText(Tally::kStrategies[at]));
    const auto red =
        std::count_if(results.failures.begin(), results.failures.end(),
                      [&](const Failure& failure) { return failure.strategy == name; });
    json.push_back({{"name", name}, {"ran", results.total.strategies[at]}, {"red", red}});
  }
  return json;
}

Json MarksJson(const Counts& counts) {
  Json json = Json::array();
  for (std::size_t at = 0; at < Counts::kSize; ++at) {
    const auto which = static_cast<Count>(at);
    json.push_back({{"name", std::string(ToText(which))}, {"count", counts.Get(which)}});
  }
  return json;
}

struct Point {
  std::uint64_t elapsed_ms = 0;
  std::uint64_t seeds = 0;
  std::uint64_t crash_states = 0;
  std::uint64_t red = 0;
};

// What a session had done at each of the times at which it wrote lines.
std::vector<Point> PointsOf(const SweepResults& results, std::uint32_t session) {
  std::map<std::uint64_t, Point> added;
  for (const auto& [place, block] : results.blocks) {
    if (block.session != session) continue;
    Point& point = added[block.elapsed_ms];
    point.seeds += block.tally.done;
    point.crash_states += block.tally.counts.Get(Count::kCrashStates);
  }
  for (const Failure& failure : results.failures) {
    if (failure.session == session) ++added[failure.elapsed_ms].red;
  }
  std::vector<Point> points;
  Point sum;
  for (const auto& [elapsed_ms, point] : added) {
    sum.elapsed_ms = elapsed_ms;
    sum.seeds += point.seeds;
    sum.crash_states += point.crash_states;
    sum.red += point.red;
    // A failure between two lines is no point of its own: no seed was counted then.
    if (point.seeds != 0) points.push_back(sum);
  }
  return points;
}

Json PointsJson(const std::vector<Point>& points) {
  Json json = Json::array();
  const std::size_t every = points.size() / kPointsMax + 1;
  for (std::size_t at = 0; at < points.size(); ++at) {
    if (at % every != every - 1 && at + 1 != points.size()) continue;
    const Point& point = points[at];
    json.push_back({point.elapsed_ms, point.seeds, point.crash_states, point.red});
  }
  return json;
}

Json SessionsJson(const SweepResults& results) {
  Json json = Json::array();
  for (const Session& session : results.sessions) {
    Json one = {{"number", session.number}, {"shard", session.shard}, {"jobs", session.jobs}};
    one["reason"] = session.end.has_value() ? std::string(ToText(session.end->reason))
                                            : "killed, or it still runs";
    if (session.end.has_value()) {
      one["elapsed_ms"] = session.end->elapsed_ms;
      one["peak_memory_kib"] = session.end->peak_memory_kib;
    }
    one["points"] = PointsJson(PointsOf(results, session.number));
    json.push_back(std::move(one));
  }
  return json;
}

}  // namespace

std::string SweepReport(const SweepResults& results, const SweepReportOptions& options) {
  const std::vector<CauseGroup> groups = GroupByCause(results);
  Json causes = Json::array();
  for (const CauseGroup& group : groups)
    causes.push_back(CauseJson(results, group, options.program));
  const Json json = {{"kind", "sweep"},
                     {"title", options.title},
                     {"summary", SummaryLine(results, groups.size())},
                     {"open_ends", OpenEnds(results)},
                     {"missing", MissingText(results)},
                     {"header", HeaderJson(results.header)},
                     {"totals", TotalsJson(results)},
                     {"causes", std::move(causes)},
                     {"rules", RulesJson(results)},
                     {"profiles", ProfilesJson(results)},
                     {"strategies", StrategiesJson(results)},
                     {"marks", MarksJson(results.total.counts)},
                     {"sessions", SessionsJson(results)}};
  return DumpForHtml(json);
}

}  // namespace harrow::harness
