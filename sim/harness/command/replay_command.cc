// A replay runs in a child (recorded_child.h), which leaves the text that the parent prints.
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/harness/command/commands.h"
#include "sim/harness/command/exit_code.h"
#include "sim/harness/command/flags.h"
#include "sim/harness/command/recorded_child.h"
#include "sim/harness/command/scenario_argument.h"
#include "sim/harness/replay_text.h"
#include "sim/harness/run.h"
#include "sim/harness/seed_text.h"
#include "sim/harness/shrink/crash_vulnerability.h"
#include "sim/harness/shrink/failing_profiles.h"

namespace harrow::harness {
namespace {

std::string VerdictWord(const RunResult& result) {
  if (result.failure.kind == FailureClass::Kind::kRule)
    return std::string(models::ToText(result.failure.rule));
  if (result.failed())
    return result.failure.kind == FailureClass::Kind::kMemory ? "memory" : "unserved";
  return IsUnknown(result) ? "unknown" : "ok";
}

std::string HashLine(const Scenario& scenario, std::uint64_t hash, const std::string& verdict) {
  return SeedText(scenario.seed) + " hash=" + SeedText(hash) + " verdict=" + verdict + "\n";
}

int ReplayHash(const Scenario& scenario) {
  ChildWork work;
  work.run = [&scenario] {
    const RunResult result = RunScenario(scenario);
    TargetEnded();
    Leave(HashLine(scenario, result.hash, VerdictWord(result)));
    return ExitCodeOf(result);
  };
  work.unfinished = [](const std::string&) {};
  const ChildEnd end = RunInChild(work);
  if (end.ended) {
    std::fputs(end.left.c_str(), stdout);
    return end.exit_code;
  }
  const bool interrupted = end.exit_code == kExitInterrupted;
  std::fputs(HashLine(scenario, 0, interrupted ? "interrupted" : "died").c_str(), stdout);
  std::fprintf(stderr, "harrow replay: %s\n", end.how.c_str());
  return end.exit_code;
}

std::string TextOf(const Scenario& scenario, const RunResult& result, const Recording& recording,
                   Detail detail) {
  std::string text = ReplayText(scenario, result, recording, detail);
  if (!IsUnknown(result)) return text;
  constexpr std::string_view kPassed = "ok: every rule held\n";
  if (text.ends_with(kPassed)) text.resize(text.size() - kPassed.size());
  return text + "unknown: " + std::to_string(result.counts.Get(Count::kUnknown)) +
         " checks reached a bound, no rule is known to be broken\n";
}

int ReplaySteps(const Scenario& scenario, Detail detail) {
  // Never destroyed: it is read after a target called exit().
  Recording& recording = *new Recording;
  ChildWork work;
  work.recording = &recording;
  work.run = [&scenario, &recording, detail] {
    const RunResult result = RunScenario(scenario, &recording);
    const std::string text = TextOf(scenario, result, recording, detail);
    TargetEnded();
    Leave(text);
    return ExitCodeOf(result);
  };
  work.unfinished = [&scenario, &recording, detail](const std::string&) {
    UnfinishedReplayText(scenario, recording, detail, &Leave);
  };
  const ChildEnd end = RunInChild(work);
  std::fwrite(end.left.data(), 1, end.left.size(), stdout);
  if (!end.whole) std::printf("(the rest of the record could not be read)\n");
  if (!end.ended) std::printf("%s\n", end.how.c_str());
  if (end.exit_code == kExitRuleBroken) {
    std::fputs(FindVulnerability(scenario, [] { return false; }).c_str(), stdout);
    std::fputs(FindProfilesLine(scenario).c_str(), stdout);
  }
  return end.exit_code;
}

}  // namespace

int ReplayCommand(const std::string&, const std::vector<std::string>& arguments) {
  const std::string text = TextFlag("detail");
  const std::optional<Detail> detail = ParseDetail(text);
  if (!detail.has_value()) {
    const absl::Status error = BadFlag("detail", "quiet, normal or all", text);
    std::fprintf(stderr, "harrow replay: %s\n", std::string(error.message()).c_str());
    return kExitUsage;
  }
  Scenario scenario;
  if (const int code = OneScenario("replay", arguments, &scenario); code != kExitOk) return code;
  return BoolFlag("hash") ? ReplayHash(scenario) : ReplaySteps(scenario, *detail);
}

}  // namespace harrow::harness
